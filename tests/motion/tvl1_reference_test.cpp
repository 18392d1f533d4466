// TV-L1 beside OpenCV's, on exact motion and on real faces.
#include "merkit/motion/optical_flow.h"
#include "motion/each_instruction_set.h"
#include "support/read_npy.h"
#include "support/smooth_texture.h"
#include "support/test_data.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/optflow.hpp>

namespace merkit {

namespace {

namespace fs = std::filesystem;

/// Mean length of the difference where both are numbers.
double mean_distance(const MotionField& a, const MotionField& b) {
  double sum = 0;
  int count = 0;
  for (int y = 0; y < a.u.rows; ++y)
    for (int x = 0; x < a.u.cols; ++x) {
      const double distance = std::hypot(a.u(y, x) - b.u(y, x), a.v(y, x) - b.v(y, x));
      if (!std::isfinite(distance)) continue;
      sum += distance;
      ++count;
    }
  return sum / count;
}

MotionField field(const cv::Mat2f& flow) {
  MotionField motion;
  cv::extractChannel(flow, motion.u, 0);
  cv::extractChannel(flow, motion.v, 1);
  return motion;
}

MotionField opencv_flow(const cv::Mat1b& from, const cv::Mat1b& to) {
  cv::Mat2f flow;
  cv::optflow::DualTVL1OpticalFlow::create()->calc(from, to, flow);
  return field(flow);
}

/// A smooth motion of at most `px`, and the picture that `picture` becomes by it.
struct MovedPicture {
  MotionField truth;
  cv::Mat1b moved;
};

MovedPicture moved_by(const cv::Mat1b& picture, double px) {
  const auto u = [&](double x, double y) { return px * std::sin(x / 25) * std::cos(y / 30); };
  const auto v = [&](double x, double y) { return 0.75 * px * std::cos(x / 28 + 1) * std::sin(y / 22); };
  MovedPicture result{{cv::Mat1f(picture.size()), cv::Mat1f(picture.size())}, {}};
  cv::Mat1f from_x(picture.size()), from_y(picture.size());
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) {
      result.truth.u(y, x) = static_cast<float>(u(x, y));
      result.truth.v(y, x) = static_cast<float>(v(x, y));
      cv::Point2d source(x, y);  // what comes to (x, y): fixed point of source = (x, y) - motion(source)
      for (int i = 0; i < 30; ++i) source = {x - u(source.x, source.y), y - v(source.x, source.y)};
      from_x(y, x) = static_cast<float>(source.x);
      from_y(y, x) = static_cast<float>(source.y);
    }
  cv::remap(picture, result.moved, from_x, from_y, cv::INTER_CUBIC, cv::BORDER_REPLICATE);
  return result;
}

}  // namespace

class ExactPairsBesideOpenCv : public ::testing::TestWithParam<const char*> {};

TEST_P(ExactPairsBesideOpenCv, AreMeasuredNoWorse) {
  MERKIT_NEEDS_DATA("synthetic-me/exact");
  const fs::path folder = testing::data_directory() / "synthetic-me/exact";
  double ours = 0, theirs = 0;
  for (int pair = 1; pair <= 12; ++pair) {
    std::array<char, 8> name{};
    std::snprintf(name.data(), name.size(), "e%02d", pair);
    const std::string stem = (folder / name.data()).string();
    const cv::Mat1b from = cv::imread(stem + "_onset" + GetParam(), cv::IMREAD_GRAYSCALE);
    const cv::Mat1b to = cv::imread(stem + "_apex" + GetParam(), cv::IMREAD_GRAYSCALE);
    const MotionField truth = field(testing::read_npy_field(stem + "_flow.npy"));
    ours += mean_distance(optical_flow(from, to), truth) / 12;
    theirs += mean_distance(opencv_flow(from, to), truth) / 12;
  }
  std::cout << "endpoint error " << ours << " px, OpenCV's " << theirs << " px\n";
  EXPECT_LT(ours, theirs + 0.005);
}

INSTANTIATE_TEST_SUITE_P(Pictures, ExactPairsBesideOpenCv, ::testing::Values(".png", "_noisy.png"),
                         [](const auto& info) { return info.index == 0 ? "clean" : "noisy"; });

TEST(Tvl1BesideOpenCv, FindsTheSameMotionOfPortraitsMovedBySubPixelWarps) {
  MERKIT_NEEDS_DATA("faces");
  const cv::Size size(224, 272);
  double difference = 0, ours = 0, theirs = 0;
  int count = 0;
  for (const auto& file : fs::directory_iterator(testing::data_directory() / "faces")) {
    if (file.path().extension() != ".jpg") continue;
    const cv::Mat1b whole = cv::imread(file.path().string(), cv::IMREAD_GRAYSCALE);
    const cv::Rect face(cvRound(0.2 * whole.cols), cvRound(0.1 * whole.rows), cvRound(0.6 * whole.cols),
                        cvRound(0.6 * whole.cols * size.height / size.width));
    cv::Mat1b crop;
    cv::resize(whole(face), crop, size, 0, 0, cv::INTER_AREA);
    for (const double px : {0.25, 0.75}) {
      const auto [truth, moved] = moved_by(crop, px);
      const MotionField found = optical_flow(crop, moved), expected = opencv_flow(crop, moved);
      difference += mean_distance(found, expected);
      ours += mean_distance(found, truth);
      theirs += mean_distance(expected, truth);
      ++count;
    }
  }
  ASSERT_EQ(count, 40);
  std::cout << "difference " << difference / count << " px; endpoint error " << ours / count << " px, OpenCV's "
            << theirs / count << " px\n";
  EXPECT_LT(difference / count, 0.02);
  EXPECT_LT(ours, theirs);
}

TEST(Tvl1, GivesNearlyTheSameWithEveryInstructionSet) {
  const testing::SmoothTexture texture;
  const cv::Mat from = texture.picture({90, 75}), to = texture.picture({90, 75}, {0.7, -0.4});
  std::vector<MotionField> fields;
  testing::for_each_instruction_set([&] { fields.push_back(optical_flow(from, to)); });
  ASSERT_GE(fields.size(), 1u);
  for (const MotionField& other : fields) EXPECT_LT(mean_distance(fields.front(), other), 2e-3);
}

TEST(Tvl1, GivesTheSameBitsFromManyThreadsAtOnce) {
  const testing::SmoothTexture texture;
  const cv::Mat from = texture.picture({64, 80}), to = texture.picture({64, 80}, {0.7, -0.4});
  const MotionField alone = optical_flow(from, to);
  std::vector<MotionField> found(4);
  std::vector<std::thread> threads;
  for (auto& motion : found) threads.emplace_back([&] { motion = optical_flow(from, to); });
  for (auto& thread : threads) thread.join();
  for (const auto& motion : found) {
    EXPECT_EQ(cv::norm(motion.u, alone.u, cv::NORM_INF), 0);
    EXPECT_EQ(cv::norm(motion.v, alone.v, cv::NORM_INF), 0);
  }
}

}  // namespace merkit
