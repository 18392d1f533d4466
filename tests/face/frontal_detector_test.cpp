#include "face/frontal_detector.h"

#include "merkit/core/files.h"
#include "support/drawn_face.h"
#include "support/temporary_folder.h"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

namespace fs = std::filesystem;

/// The drawn face, small enough for a quick search.
cv::Mat1b picture() {
  cv::Mat1b grey;
  cv::cvtColor(testing::drawn_face(200), grey, cv::COLOR_BGR2GRAY);
  return grey;
}

bool same(const std::vector<FoundBox>& a, const std::vector<FoundBox>& b) {
  bool equal = a.size() == b.size();
  for (std::size_t i = 0; equal && i < a.size(); ++i)
    equal = a[i].box == b[i].box && a[i].confidence == b[i].confidence;
  return equal;
}

TEST(FrontalDetector, FindsTheSameFromTheCacheAndAfterItsDamage) {
  const testing::TemporaryFolder folder;
  std::optional<std::string> before;
  if (const char* value = std::getenv("XDG_CACHE_HOME")) before = value;
  setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  const cv::Mat1b grey = picture();
  const auto unpacked = FrontalDetector().search(grey);
  EXPECT_EQ(unpacked.size(), 1u);
  fs::path cached;
  for (const auto& entry : fs::directory_iterator(folder / "merkit")) cached = entry.path();
  const std::string whole = read_file(cached);
  EXPECT_TRUE(same(FrontalDetector().search(grey), unpacked));

  std::string flipped = whole;
  flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 1);
  write_file_atomically(cached, flipped);
  EXPECT_TRUE(same(FrontalDetector().search(grey), unpacked));
  EXPECT_EQ(read_file(cached), whole);
  if (before)
    setenv("XDG_CACHE_HOME", before->c_str(), 1);
  else
    unsetenv("XDG_CACHE_HOME");
}

TEST(FrontalDetector, ManyThreadsFindTheSameAsOne) {
  const FrontalDetector detector;
  const cv::Mat1b grey = picture();
  std::vector<std::vector<FoundBox>> found(4);
  std::vector<std::thread> threads;
  for (auto& boxes : found) threads.emplace_back([&] { boxes = detector.search(grey); });
  for (auto& thread : threads) thread.join();
  for (const auto& boxes : found) EXPECT_TRUE(same(boxes, detector.search(grey)));
}

}  // namespace
}  // namespace merkit
