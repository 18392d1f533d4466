#include "merkit/media/video_writer.h"

#include "merkit/core/error.h"
#include "merkit/media/clip_reader.h"
#include "support/temporary_folder.h"

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit::testing {
namespace {

const cv::Scalar kLeft(200, 60, 40), kRight(40, 80, 210);

/// Blue and red halves, darker from picture to picture.
cv::Mat picture(int index) {
  cv::Mat result(48, 64, CV_8UC3, kLeft);
  result.colRange(32, 64).setTo(kRight);
  return result * (1 - 0.02 * index);
}

TEST(VideoWriter, WhatIsWrittenIsReadAgainAtTheSameTimes) {
  const TemporaryFolder folder;
  const auto file = folder / "clip.mp4";
  std::vector<double> times;
  for (int i = 0; i < 25; ++i) times.push_back(i < 10 ? i / 24. : i / 24. + 0.31);
  const auto writer = create_video(file, {64, 48}, 24);
  for (int i = 0; i < 25; ++i) writer->write(picture(i), times[static_cast<std::size_t>(i)]);
  EXPECT_FALSE(std::filesystem::exists(file));
  writer->finish();
  const auto reader = open_clip(file);
  EXPECT_EQ(reader->info().width, 64);
  EXPECT_EQ(reader->info().frames, 25);
  for (int i = 0; i < 25; ++i) {
    const auto frame = reader->next();
    ASSERT_TRUE(frame) << i;
    EXPECT_NEAR(frame->time_s, times[static_cast<std::size_t>(i)], 1e-4);
    const cv::Mat expected = picture(i);
    for (const cv::Point at : {cv::Point(14, 24), cv::Point(48, 20)})
      for (int c = 0; c < 3; ++c)
        EXPECT_NEAR(frame->image.at<cv::Vec3b>(at)[c], expected.at<cv::Vec3b>(at)[c], 6) << i << " " << at;
  }
  EXPECT_FALSE(reader->next());
}

TEST(VideoWriter, LeavesNothingWhereItWasNotFinished) {
  const TemporaryFolder folder;
  create_video(folder / "clip.mp4", {64, 48}, 24)->write(picture(0), 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(VideoWriter, RefusesWhatItCannotWrite) {
  const TemporaryFolder folder;
  EXPECT_THROW(create_video(folder / "clip.mp4", {63, 48}, 24), std::invalid_argument);
  EXPECT_THROW(create_video(folder / "clip.mp4", {64, 48}, 0), std::invalid_argument);
  EXPECT_THROW(create_video(folder / "no/clip.mp4", {64, 48}, 24), MachineError);
  EXPECT_THROW(create_video(folder / "clip.mp4", {64, 48}, 24)->write(cv::Mat(10, 10, CV_8UC3), 0),
               std::invalid_argument);
}

}  // namespace
}  // namespace merkit::testing
