#include "merkit/core/error.h"
#include "merkit/pipeline/cache.h"
#include "pipeline/cache_entry.h"
#include "support/temporary_folder.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;

constexpr CacheKind kFaces = CacheKind::faces, kMotion = CacheKind::motion;

/// A cache of entries of 1000 bytes each, named by a letter; "a" was used longest ago.
class CacheUpkeep : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char name : {'c', 'a', 'd', 'b'}) add(name, kMotion, hours(24 * ('e' - name)));
  }

  static ContentHash key_of(char name) { return hash_of(std::string(1, name)); }
  fs::path path_of(char name, CacheKind kind = kMotion) const { return entry_path(folder.path(), key_of(name), kind); }

  void add(char name, CacheKind kind, hours unused_for) const {
    const std::size_t overhead = sealed_entry(key_of(name), kind, "").size();
    cache.put(key_of(name), kind, std::string(1000 - overhead, name));
    age(path_of(name, kind), unused_for);
  }
  static void age(const fs::path& file, hours unused_for) {
    fs::last_write_time(file, fs::file_time_type::clock::now() - unused_for);
  }
  std::string left() const {
    std::string names;
    for (const char name : {'a', 'b', 'c', 'd'})
      if (fs::exists(path_of(name))) names += name;
    return names;
  }

  const TemporaryFolder folder;
  const Cache cache{folder.path(), "build"};
};

TEST_F(CacheUpkeep, CountsEntriesByKind) {
  add('a', kFaces, hours(1));
  const CacheContents contents = cache_contents(folder.path());
  EXPECT_EQ(contents.entries[0].count, 1u);
  EXPECT_EQ(contents.entries[0].bytes, 1000u);
  EXPECT_EQ(contents.entries[1].count, 4u);
  EXPECT_EQ(contents.entries[1].bytes, 4000u);
}

TEST_F(CacheUpkeep, PruningBySizeRemovesTheLeastRecentlyUsed) {
  CacheLimits limits;
  limits.max_bytes = 2999;
  const CacheRemoval removal = prune_cache(folder.path(), limits);
  EXPECT_EQ(left(), "cd");
  EXPECT_EQ(removal.excess.count, 2u);
  EXPECT_EQ(removal.excess.bytes, 2000u);
  EXPECT_EQ(removal.unused.count + removal.damaged.count + removal.temporary.count, 0u);
  limits.max_bytes = 2000;
  EXPECT_EQ(prune_cache(folder.path(), limits).excess.count, 0u);
}

TEST_F(CacheUpkeep, AHitCountsAsUse) {
  ASSERT_TRUE(cache.find(key_of('a'), kMotion));
  CacheLimits limits;
  limits.max_bytes = 2000;
  prune_cache(folder.path(), limits);
  EXPECT_EQ(left(), "ad");
}

TEST_F(CacheUpkeep, PruningByAgeRemovesWhatWasNotUsedForLonger) {
  CacheLimits limits;
  limits.max_age_s = 2.5 * 86400;
  EXPECT_EQ(prune_cache(folder.path(), limits).unused.count, 2u);
  EXPECT_EQ(left(), "cd");
}

TEST_F(CacheUpkeep, PruningWithoutLimitsKeepsAllThatIsWhole) {
  prune_cache(folder.path(), {});
  EXPECT_EQ(left(), "abcd");
}

TEST_F(CacheUpkeep, PruningRemovesDamagedEntriesWithoutBeingAsked) {
  fs::resize_file(path_of('d'), 999);
  std::fstream(path_of('b'), std::ios::in | std::ios::out | std::ios::binary).seekp(500).put('?');
  const CacheRemoval removal = prune_cache(folder.path(), {});
  EXPECT_EQ(removal.damaged.count, 2u);
  EXPECT_EQ(removal.damaged.bytes, 1999u);
  EXPECT_EQ(left(), "ac");
}

TEST_F(CacheUpkeep, TemporaryFilesGoOnceNobodyWritesThemAnyMore) {
  const auto temporary = [&](const std::string& suffix) {
    const fs::path entry = path_of('a');
    return entry.parent_path() / ("." + entry.filename().string() + "." + suffix);
  };
  for (const auto* suffix : {"abc123", "XYZ789"}) std::ofstream(temporary(suffix)) << "half";
  age(temporary("abc123"), hours(2));
  EXPECT_EQ(cache_contents(folder.path()).temporary.count, 2u);
  EXPECT_EQ(cache_contents(folder.path()).entries[1].count, 4u);
  EXPECT_EQ(prune_cache(folder.path(), {}).temporary.count, 1u);
  EXPECT_FALSE(fs::exists(temporary("abc123")));
  EXPECT_TRUE(fs::exists(temporary("XYZ789")));
}

TEST_F(CacheUpkeep, ForeignFilesAreNeverRemoved) {
  const std::string key = key_of('a').hex();
  const fs::path inside = folder / key.substr(0, 2), elsewhere = folder / "zz";
  fs::create_directories(elsewhere);
  fs::create_directories(inside / (key.substr(0, 31) + (key[31] == '0' ? '1' : '0') + ".faces"));
  const std::vector<fs::path> foreign = {folder / "notes.txt",
                                         folder / (key + ".faces"),
                                         inside / "notes.txt",
                                         inside / (key + ".jpg"),
                                         inside / (key.substr(0, 31) + ".faces"),
                                         inside / (key + "0.faces"),
                                         inside / ("00" + key.substr(2) + ".faces"),
                                         inside / ("." + key + ".faces"),
                                         inside / ("." + key + ".faces.backups"),
                                         elsewhere / ("zz" + key.substr(2) + ".faces")};
  ASSERT_NE(key.substr(0, 2), "00");
  for (const auto& file : foreign) {
    std::ofstream(file) << "mine";
    age(file, hours(24 * 365));
  }
  const fs::path link = inside / (key + ".faces");
  fs::create_symlink(folder / "notes.txt", link);
  EXPECT_EQ(cache_contents(folder.path()).entries[0].count, 0u);
  CacheLimits limits;
  limits.max_bytes = 0;
  limits.max_age_s = 0;
  prune_cache(folder.path(), limits);
  EXPECT_EQ(left(), "");
  EXPECT_EQ(clear_cache(folder.path()).count, 0u);
  for (const auto& file : foreign) EXPECT_TRUE(fs::exists(file)) << file;
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_TRUE(fs::exists(folder / "CACHEDIR.TAG"));
}

TEST_F(CacheUpkeep, ClearingRemovesEveryEntry) {
  fs::resize_file(path_of('d'), 10);
  add('a', kFaces, hours(0));
  const FileCount removed = clear_cache(folder.path());
  EXPECT_EQ(removed.count, 5u);
  EXPECT_EQ(removed.bytes, 4010u);
  EXPECT_EQ(left(), "");
}

TEST_F(CacheUpkeep, ADirectoryWithoutTheTagIsLeftAlone) {
  fs::remove(folder / "CACHEDIR.TAG");
  EXPECT_THROW(clear_cache(folder.path()), InputError);
  EXPECT_THROW(prune_cache(folder.path(), {}), InputError);
  EXPECT_THROW(cache_contents(folder.path()), InputError);
  std::ofstream(folder / "CACHEDIR.TAG") << "Signature: 8a477f597d28d172789f06886806bc55\n# of another program\n";
  EXPECT_THROW(clear_cache(folder.path()), InputError);
  EXPECT_EQ(left(), "abcd");
  EXPECT_THROW(cache_contents(folder / "nowhere"), InputError);
}

}  // namespace
}  // namespace merkit::testing
