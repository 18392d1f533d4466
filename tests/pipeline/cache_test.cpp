#include "merkit/pipeline/cache.h"

#include "pipeline/cache_entry.h"
#include "support/temporary_folder.h"

#include <atomic>
#include <cmath>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr CacheKind kFaces = CacheKind::faces, kMotion = CacheKind::motion;

std::string bytes_of(const fs::path& file) { return file_if_readable(file).value_or("(no file)"); }

void write(const fs::path& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

cv::Mat3b picture(int value) { return {cv::Size(9, 8), cv::Vec3b(10, 20, static_cast<uchar>(value))}; }

/// Maps of 9x8 values that depend on `value`, with what floats can hold besides numbers.
MotionStore::Maps maps_of(float value) {
  cv::Mat1f u(8, 9, value), v(8, 9, -value);
  u(3, 4) = std::nanf("");
  u(0, 1) = -0.F;
  v(7, 8) = INFINITY;
  return {u, v};
}

bool same_bits(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && a.isContinuous() && b.isContinuous() &&
         std::memcmp(a.data, b.data, a.total() * a.elemSize()) == 0;
}

TEST(Cache, FindsWhatWasPutUnderItsKeyAndKindOnly) {
  const TemporaryFolder folder;
  const Cache cache(folder / "c", "build");
  const ContentHash key = hash_of("a");
  cache.put(key, kFaces, "content");
  EXPECT_EQ(cache.find(key, kFaces), "content");
  EXPECT_EQ(cache.find(key, kMotion), std::nullopt);
  EXPECT_EQ(cache.find(hash_of("b"), kFaces), std::nullopt);
  cache.put(key, kFaces, "");
  EXPECT_EQ(cache.find(key, kFaces), "");
  EXPECT_EQ(cache.use().found, 2u);
  EXPECT_EQ(cache.use().missed, 2u);
  EXPECT_EQ(cache.use().kept, 2u);
  EXPECT_EQ(cache.problem(), "");
}

TEST(Cache, IsMarkedAsOneForBackUpPrograms) {
  const TemporaryFolder folder;
  const Cache cache(folder / "deep/c", "build");
  EXPECT_EQ(bytes_of(folder / "deep/c/CACHEDIR.TAG").substr(0, 43), "Signature: 8a477f597d28d172789f06886806bc55");
}

TEST(Cache, ADamagedEntryIsNoEntryAndIsReplaced) {
  const TemporaryFolder folder;
  const Cache cache(folder.path(), "build");
  const ContentHash key = hash_of("a"), other = hash_of("b");
  cache.put(key, kFaces, "some content");
  cache.put(other, kFaces, "some content");
  const fs::path path = entry_path(folder.path(), key, kFaces);
  const std::string whole = bytes_of(path);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    write(path, damaged);
    ASSERT_EQ(cache.find(key, kFaces), std::nullopt) << "bit changed in byte " << i;
    write(path, whole.substr(0, i));
    ASSERT_EQ(cache.find(key, kFaces), std::nullopt) << "cut to " << i << " bytes";
  }
  EXPECT_EQ(cache.use().damaged, 2 * whole.size());
  write(path, whole + "x");
  EXPECT_EQ(cache.find(key, kFaces), std::nullopt) << "something behind it";
  write(path, bytes_of(entry_path(folder.path(), other, kFaces)));
  EXPECT_EQ(cache.find(key, kFaces), std::nullopt) << "another key's entry";
  write(path, sealed_entry(key, kMotion, "some content"));
  EXPECT_EQ(cache.find(key, kFaces), std::nullopt) << "another kind's entry";
  cache.put(key, kFaces, "some content");
  EXPECT_EQ(bytes_of(path), whole);
}

TEST(Cache, MappedContentOutlivesItsFileAndWritesToItStayInTheProcess) {
  const TemporaryFolder folder;
  const Cache cache(folder.path(), "build");
  const ContentHash key = hash_of("a");
  cache.put(key, kFaces, "some content");
  auto content = cache.map(key, kFaces);
  ASSERT_TRUE(content);
  const_cast<char&>(content->bytes[0]) = 'S';
  EXPECT_EQ(cache.find(key, kFaces), "some content");
  cache.put(key, kFaces, "other content");
  EXPECT_EQ(content->bytes, "Some content");
  fs::remove(entry_path(folder.path(), key, kFaces));
  EXPECT_EQ(content->bytes, "Some content");
  EXPECT_FALSE(cache.map(key, kFaces));
}

TEST(Cache, MotionIsComputedOnceAndThenTheSameToTheBit) {
  const TemporaryFolder folder;
  int computed = 0;
  const auto compute = [&] { return ++computed, maps_of(1.25F); };
  for (int run = 0; run < 2; ++run) {
    const Cache cache(folder.path(), "build");
    for (int i = 0; i < 2; ++i) {
      const auto maps = cache.motion(picture(1), picture(2), "dis", compute);
      EXPECT_TRUE(same_bits(maps.u, maps_of(1.25F).u));
      EXPECT_TRUE(same_bits(maps.v, maps_of(1.25F).v));
    }
  }
  EXPECT_EQ(computed, 1);
}

TEST(Cache, MotionOfOtherPicturesSettingsOrBuildsIsComputed) {
  const TemporaryFolder folder;
  const Cache cache(folder.path(), "build"), newer(folder.path(), "newer build");
  int computed = 0;
  const auto compute = [&] { return ++computed, maps_of(static_cast<float>(computed)); };
  const auto first_value = [](const MotionStore::Maps& maps) { return maps.u.at<float>(0, 0); };
  EXPECT_EQ(first_value(cache.motion(picture(1), picture(2), "dis", compute)), 1);
  EXPECT_EQ(first_value(cache.motion(picture(2), picture(1), "dis", compute)), 2);
  EXPECT_EQ(first_value(cache.motion(picture(1), picture(3), "dis", compute)), 3);
  EXPECT_EQ(first_value(cache.motion(picture(1), picture(2), "tvl1", compute)), 4);
  EXPECT_EQ(first_value(newer.motion(picture(1), picture(2), "dis", compute)), 5);
  cv::Mat turned = picture(1).reshape(3, 9);  // the same bytes, 8 wide and 9 high
  cache.motion(picture(1), picture(2), "dis", compute);
  EXPECT_EQ(computed, 5);
  EXPECT_THROW(cache.motion(turned, turned, "dis", compute), std::logic_error) << "maps of another size";
  EXPECT_EQ(computed, 6);
}

TEST(Cache, PicturesAreKnownByTheirPixelsNotByTheirPlaceInMemory) {
  const TemporaryFolder folder;
  const Cache cache(folder.path(), "build");
  int computed = 0;
  const auto compute = [&] { return ++computed, maps_of(1); };
  cv::Mat3b wide(8, 20, cv::Vec3b(10, 20, 1));
  wide.colRange(9, 20) = cv::Vec3b(0, 0, 0);
  cache.motion(picture(1), picture(2), "dis", compute);
  cache.motion(wide.colRange(0, 9), picture(2), "dis", compute);
  EXPECT_EQ(computed, 1);
}

TEST(Cache, WhatComputeThrowsPassesThroughAndNothingIsKept) {
  const TemporaryFolder folder;
  const Cache cache(folder.path(), "build");
  const auto fails = []() -> MotionStore::Maps { throw std::runtime_error("no motion"); };
  EXPECT_THROW(cache.motion(picture(1), picture(2), "dis", fails), std::runtime_error);
  EXPECT_EQ(cache.use().kept, 0u);
}

TEST(Cache, ADirectoryThatCannotBeWrittenToIsAProblemAndNoError) {
  const TemporaryFolder folder;
  write(folder / "file", "");
  const Cache nowhere(folder / "file/c", "build");
  EXPECT_THAT(nowhere.problem(), HasSubstr("file/c"));
  nowhere.put(hash_of("a"), kFaces, "content");
  EXPECT_EQ(nowhere.find(hash_of("a"), kFaces), std::nullopt);
  EXPECT_EQ(nowhere.motion(picture(1), picture(2), "dis", [] { return maps_of(3); }).u.at<float>(0, 0), 3);
  EXPECT_EQ(nowhere.use().kept, 0u);

  const Cache blocked(folder / "d", "build");
  write(folder / "d" / hash_of("a").hex().substr(0, 2), "in the way of a directory");
  EXPECT_EQ(blocked.problem(), "");
  blocked.put(hash_of("a"), kFaces, "content");
  EXPECT_THAT(blocked.problem(), HasSubstr("cannot create directory"));
}

TEST(Cache, AFileIsHashedAnewOnceItHasChanged) {
  const TemporaryFolder folder;
  const Cache cache(folder / "c", "build");
  write(folder / "file", "one");
  const ContentHash first = cache.hash_of_content(folder / "file");
  EXPECT_EQ(first, hash_of("one"));
  write(folder / "file", "three");
  EXPECT_EQ(cache.hash_of_content(folder / "file"), hash_of("three"));
}

TEST(Cache, ThreadsAndProcessesOfOneDirectorySeeWholeEntriesOnly) {
  const TemporaryFolder folder;
  const Cache one(folder.path(), "build"), other(folder.path(), "build");
  const auto content_of = [](int key) { return std::string(20'000 + static_cast<std::size_t>(key), 'a'); };
  std::atomic<int> wrong{0}, found{0};
  const auto use = [&](const Cache& cache) {
    for (int i = 0; i < 200; ++i) {
      const int number = i % 7;
      const ContentHash key = hash_of(std::to_string(number));
      if (const auto content = cache.find(key, kMotion)) {
        ++found;
        if (*content != content_of(number)) ++wrong;
      }
      if (i % 2) cache.put(key, kMotion, content_of(number));
    }
  };
  std::thread threads[] = {std::thread(use, std::cref(one)), std::thread(use, std::cref(other)),
                           std::thread(use, std::cref(one))};
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(found, 0);
  EXPECT_EQ(one.use().damaged + other.use().damaged, 0u);
  EXPECT_EQ(one.problem() + other.problem(), "");
  EXPECT_EQ(cache_contents(folder.path()).entries[static_cast<std::size_t>(kMotion)].count, 7u);
  EXPECT_EQ(cache_contents(folder.path()).temporary.count, 0u);
}

}  // namespace
}  // namespace merkit::testing
