#include "merkit/core/content_hash.h"

#include "merkit/core/error.h"
#include "support/temporary_folder.h"

#include <fstream>

#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

TEST(ContentHash, IsXxh3Of128Bits) {
  // Of the reference implementation's program: printf '' | xxhsum -H2, printf abc | xxhsum -H2
  EXPECT_EQ(hash_of("").hex(), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(hash_of("abc").hex(), "06b05ab6733a618578af5f94892f3950");
}

TEST(ContentHash, OfAFileIsThatOfItsBytes) {
  const TemporaryFolder folder;
  std::string bytes(3'000'001, 'x');  // more than is read at a time
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7 + i / 256);
  std::ofstream(folder / "file", std::ios::binary) << bytes;
  std::ofstream(folder / "empty");
  EXPECT_EQ(hash_of_file(folder / "file"), hash_of(bytes));
  EXPECT_EQ(hash_of_file(folder / "empty"), hash_of(""));
}

TEST(ContentHash, OfAFileThatCannotBeReadIsAnInputError) {
  const TemporaryFolder folder;
  EXPECT_THROW(hash_of_file(folder / "nothing"), InputError);
  EXPECT_THROW(hash_of_file(folder.path()), InputError);
}

TEST(ContentHasher, KeepsTextsApart) {
  ContentHasher one, other;
  one.add("ab");
  one.add("c");
  other.add("a");
  other.add("bc");
  EXPECT_NE(one.digest(), other.digest());
}

TEST(ContentHasher, GivesTheHashOfAllItsBytes) {
  ContentHasher hasher;
  hasher.add_bytes("merkit", 6);
  hasher.add_bytes("", 0);
  hasher.add_bytes(" cache", 6);
  EXPECT_EQ(hasher.digest(), hash_of("merkit cache"));
}

}  // namespace
}  // namespace merkit::testing
