#include "media/encode_clip.h"
#include "media/expect_error.h"
#include "merkit/media/clip_reader.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using testing::encode_clip;
using testing::expect_clip_error;
using testing::regular_times;
using testing::TemporaryFolder;

std::vector<Frame> all_frames(ClipReader& reader) {
  std::vector<Frame> frames;
  while (auto frame = reader.next()) frames.push_back(*frame);
  return frames;
}

/// Luma level at relative position (x, y), undoing the 16..235 range.
double luma_at(const cv::Mat& image, double x, double y) {
  const cv::Rect spot(static_cast<int>(image.cols * x) - 2, static_cast<int>(image.rows * y) - 2, 4, 4);
  return cv::mean(image(spot))[1] * 219 / 255 + 16;
}

void expect_frame(const Frame& frame, int index, double time_s) {
  EXPECT_EQ(frame.number, index);
  EXPECT_NEAR(frame.time_s, time_s, 1e-9) << "frame " << index;
  EXPECT_EQ(frame.image.type(), CV_8UC3);
  EXPECT_NEAR(luma_at(frame.image, 0.75, 0.75), testing::level_of(index), 2) << "frame " << index;
}

TEST(VideoReader, GivesEveryFrameInOrderWhateverTheContainer) {
  const TemporaryFolder folder;
  for (const std::string name : {"a.mp4", "a.mkv", "a.avi"})
    for (const std::string codec : {"mpeg4", "mjpeg"}) {
      SCOPED_TRACE(name + " " + codec);
      encode_clip(folder / name, {codec, 64, 48, regular_times(30)});
      const auto reader = open_clip(folder / name);
      EXPECT_EQ(reader->info().width, 64);
      EXPECT_EQ(reader->info().height, 48);
      EXPECT_EQ(reader->info().codec, codec);
      EXPECT_TRUE(reader->info().is_video);
      EXPECT_NEAR(reader->info().fps, 25, 1e-6);
      const auto frames = all_frames(*reader);
      ASSERT_EQ(frames.size(), 30u);
      for (int i = 0; i < 30; ++i) expect_frame(frames[i], i, 0.04 * i);
      EXPECT_FALSE(reader->next_number());
      EXPECT_FALSE(reader->skip());
    }
}

TEST(VideoReader, GivesTheFramesThatBFramesHoldBack) {
  const TemporaryFolder folder;
  encode_clip(folder / "b.mp4", {"mpeg4", 64, 48, regular_times(29), 2});
  const auto frames = all_frames(*open_clip(folder / "b.mp4"));
  ASSERT_EQ(frames.size(), 29u);
  for (int i = 0; i < 29; ++i) expect_frame(frames[i], i, 0.04 * i);
}

TEST(VideoReader, TakesTimesFromTheContainerFromTheFirstFrameOn) {
  const TemporaryFolder folder;
  const std::vector<std::int64_t> times{200, 210, 260, 261, 500, 900, 907};
  for (const std::string name : {"v.mp4", "v.mkv"}) {
    SCOPED_TRACE(name);
    encode_clip(folder / name, {"mpeg4", 64, 48, times});
    const auto frames = all_frames(*open_clip(folder / name));
    ASSERT_EQ(frames.size(), times.size());
    for (std::size_t i = 0; i < times.size(); ++i)
      expect_frame(frames[i], static_cast<int>(i), 0.001 * static_cast<double>(times[i] - times[0]));
  }
}

TEST(VideoReader, ReadsAnAviWithGapsInTime) {
  const TemporaryFolder folder;
  encode_clip(folder / "gaps.avi", {"mjpeg", 64, 48, {0, 40, 200, 240, 600}});
  const auto frames = all_frames(*open_clip(folder / "gaps.avi"));
  ASSERT_EQ(frames.size(), 5u);
  expect_frame(frames[2], 2, 0.2);
  expect_frame(frames[4], 4, 0.6);
}

TEST(VideoReader, ARateGivenByTheUserReplacesTheContainersRateAndTimes) {
  const TemporaryFolder folder;
  encode_clip(folder / "fast.mp4", {"mpeg4", 64, 48, regular_times(5)});
  ClipOptions options;
  options.fps = 200;
  const auto reader = open_clip(folder / "fast.mp4", options);
  EXPECT_EQ(reader->info().fps, 200);
  const auto frames = all_frames(*reader);
  ASSERT_EQ(frames.size(), 5u);
  expect_frame(frames[4], 4, 4 / 200.0);
}

TEST(VideoReader, TurnsPicturesUpright) {
  const TemporaryFolder folder;
  struct Case {
    double degrees;  // clockwise
    double x, y;     // where the white quarter goes to
    int width, height;
  };
  // The white quarter starts at the top left.
  for (const Case& c : {Case{90, 0.75, 0.25, 48, 64}, Case{180, 0.75, 0.75, 64, 48}, Case{270, 0.25, 0.75, 48, 64}}) {
    SCOPED_TRACE(c.degrees);
    encode_clip(folder / "r.mp4", {"mpeg4", 64, 48, regular_times(2), 0, c.degrees});
    const auto reader = open_clip(folder / "r.mp4");
    EXPECT_EQ(reader->info().width, c.width);
    EXPECT_EQ(reader->info().height, c.height);
    const auto frame = reader->next();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->image.size(), cv::Size(c.width, c.height));
    for (const double x : {0.25, 0.75})
      for (const double y : {0.25, 0.75})
        EXPECT_NEAR(luma_at(frame->image, x, y), x == c.x && y == c.y ? 235 : testing::level_of(0), 3);
  }
}

TEST(VideoReader, RefusesRotationByOddAngles) {
  const TemporaryFolder folder;
  encode_clip(folder / "r.mp4", {"mpeg4", 64, 48, regular_times(2), 0, 30});
  expect_clip_error(Status::unsupported, "not by quarter turns", [&] { open_clip(folder / "r.mp4"); });
}

TEST(VideoReader, ConvertsTheLastColumnsOfOddWidths) {
  const TemporaryFolder folder;
  for (const int width : {342, 346, 350, 70}) {
    encode_clip(folder / "w.mkv", {"mpeg4", width, 48, regular_times(1)});
    const auto frame = open_clip(folder / "w.mkv")->next();
    ASSERT_TRUE(frame);
    ASSERT_EQ(frame->image.cols, width);
    EXPECT_NEAR(cv::mean(frame->image.colRange(width - 3, width).rowRange(30, 48))[1], (40 - 16) * 255 / 219., 3)
        << width;
  }
}

TEST(VideoReader, CountsSkippedFramesAndLooksAheadWithoutTaking) {
  const TemporaryFolder folder;
  encode_clip(folder / "s.mp4", {"mpeg4", 64, 48, regular_times(10), 2});
  const auto reader = open_clip(folder / "s.mp4");
  EXPECT_EQ(reader->next_number(), 0);
  EXPECT_EQ(reader->next_number(), 0);
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(reader->skip());
  EXPECT_EQ(reader->next_number(), 7);
  expect_frame(*reader->next(), 7, 0.28);
  EXPECT_TRUE(reader->skip());
  EXPECT_TRUE(reader->skip());
  EXPECT_FALSE(reader->skip());
  EXPECT_FALSE(reader->next());
}

TEST(VideoReader, FramesOutliveTheReaderAndEachOther) {
  const TemporaryFolder folder;
  encode_clip(folder / "k.mp4", {"mpeg4", 64, 48, regular_times(6)});
  const auto frames = all_frames(*open_clip(folder / "k.mp4"));
  for (int i = 0; i < 6; ++i) expect_frame(frames[i], i, 0.04 * i);
}

TEST(VideoReader, ThreadsChangeNothing) {
  const TemporaryFolder folder;
  encode_clip(folder / "t.mp4", {"mpeg4", 64, 48, regular_times(20), 2});
  ClipOptions options;
  options.threads = 2;
  const auto one = all_frames(*open_clip(folder / "t.mp4"));
  const auto two = all_frames(*open_clip(folder / "t.mp4", options));
  ASSERT_EQ(one.size(), two.size());
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(cv::norm(one[i].image, two[i].image, cv::NORM_INF), 0);
}

TEST(VideoReader, OpensNamesWithSpacesQuotesColonsAndChinese) {
  const TemporaryFolder folder;
  const fs::path odd = folder / "it's \"my\" a:b \xE8\xA1\xA8\xE6\x83\x85 %03d.mp4";
  encode_clip(folder / "plain.mp4", {"mpeg4", 64, 48, regular_times(3)});
  fs::rename(folder / "plain.mp4", odd);
  const auto reader = open_clip(odd);
  EXPECT_EQ(reader->info().source, odd.string());
  EXPECT_EQ(all_frames(*reader).size(), 3u);
}

TEST(VideoReader, RealVideoHasTheFramesThatFfprobeCounts) {
  MERKIT_NEEDS_DATA("video/WolfgangLanger_Pexels.mp4");
  const auto reader = open_clip(testing::data_directory() / "video/WolfgangLanger_Pexels.mp4");
  EXPECT_EQ(reader->info().width, 640);
  EXPECT_EQ(reader->info().height, 360);
  EXPECT_NEAR(reader->info().fps, 24000 / 1001., 1e-9);
  int count = 0;
  double last_s = -1;
  for (; auto frame = reader->next(); ++count) {
    EXPECT_EQ(frame->number, count);
    EXPECT_NEAR(frame->time_s, count * 1001 / 24000., 1e-6);
    EXPECT_GT(frame->time_s, last_s);
    last_s = frame->time_s;
  }
  EXPECT_EQ(count, 472);
}

TEST(VideoReader, LongSyntheticVideoHasAllItsFrames) {
  MERKIT_NEEDS_DATA("synthetic-me/long/s01_long.mp4");
  const auto reader = open_clip(testing::data_directory() / "synthetic-me/long/s01_long.mp4");
  EXPECT_NEAR(reader->info().fps, 50, 1e-9);
  int count = 0;
  while (reader->skip()) ++count;
  EXPECT_EQ(count, 24 * 50);
}

}  // namespace
}  // namespace merkit
