#include "merkit/core/files.h"

#include "merkit/core/error.h"
#include "merkit/core/stop.h"
#include "support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, AppearsWholeAndLeavesNothingElse) {
  const testing::TemporaryFolder folder;
  {
    AtomicFile file(folder / "out.txt");
    file.stream() << "new";
    EXPECT_FALSE(fs::exists(folder / "out.txt"));
    file.commit();
  }
  EXPECT_EQ(read_file(folder / "out.txt"), "new");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(AtomicFile, WithoutCommitTheOldFileStays) {
  const testing::TemporaryFolder folder;
  write_file_atomically(folder / "out.txt", "old");
  { AtomicFile(folder / "out.txt").stream() << "half of the n"; }
  EXPECT_EQ(read_file(folder / "out.txt"), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(AtomicFile, AMissingDirectoryIsNamed) {
  try {
    AtomicFile file("/nonexistent/folder/out.txt");
    FAIL();
  } catch (const MachineError& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no directory /nonexistent/folder"));
  }
}

TEST(AtomicFile, ADirectoryWithoutWritePermissionIsAnError) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const testing::TemporaryFolder folder;
  chmod(folder.path().c_str(), 0500);
  EXPECT_THROW(AtomicFile(folder / "out.txt"), MachineError);
  chmod(folder.path().c_str(), 0700);
}

TEST(ReadFile, NamesWhatItCannotRead) {
  EXPECT_THROW(read_file("/nonexistent"), InputError);
  EXPECT_THROW(read_file("/"), InputError);
}

TEST(Stop, IsNoticedOnceRequested) {
  EXPECT_NO_THROW(throw_if_stopped());
  request_stop(15);
  EXPECT_THROW(throw_if_stopped(), Interrupted);
  EXPECT_EQ(stop_signal(), 15);
  request_stop(0);
  EXPECT_NO_THROW(throw_if_stopped());
}

}  // namespace
}  // namespace merkit
