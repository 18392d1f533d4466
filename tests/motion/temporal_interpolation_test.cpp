#include "motion/temporal_interpolation.h"

#include "support/smooth_texture.h"

#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit::testing {
namespace {

std::vector<cv::Mat1b> moving_texture(int frames) {
  const SmoothTexture texture(3);
  std::vector<cv::Mat1b> pictures;
  for (int i = 0; i < frames; ++i) pictures.push_back(texture.picture({40, 30}, {0.3 * i, -0.2 * i}));
  return pictures;
}

bool equal(const cv::Mat1b& a, const cv::Mat1b& b) { return a.size() == b.size() && cv::norm(a, b, cv::NORM_INF) == 0; }

TEST(TemporalInterpolation, MixesTheTwoNearestLinearly) {
  const cv::Mat1f weights = temporal_weights(3, 5, "linear");
  const cv::Mat1f expected = (cv::Mat1f(5, 3) << 1, 0, 0, 0.5, 0.5, 0, 0, 1, 0, 0, 0.5, 0.5, 0, 0, 1);
  EXPECT_EQ(cv::norm(weights, expected, cv::NORM_INF), 0);
}

/// Between two frames the curve has one coordinate, cos(pi (i - 1/2) / 2) at i = 1..2: in the middle it is 0. Between
/// three, at i = 1.5 the coordinates are cos(pi / 3) and cos(2 pi / 3), against sqrt(3) / 2, 1/2; 0, -1; and so on.
TEST(TemporalInterpolation, FollowsTheCurveOfTheModel) {
  const cv::Mat1f two = temporal_weights(2, 5, "tim");
  EXPECT_EQ(two(2, 0), 0.5f);
  // A quarter of the way: cos(3 pi / 8) more than half of cos(pi / 4) 2 / 2.
  EXPECT_NEAR(two(1, 0), 0.5 + std::cos(CV_PI / 4) * std::cos(3 * CV_PI / 8), 1e-4);
  const cv::Mat1f three = temporal_weights(3, 5, "tim");
  const double third = 1.0 / 3;
  EXPECT_NEAR(three(1, 0), third + 2 * third * (std::sqrt(3) / 2 * 0.5 - 0.5 * 0.5), 1e-4);
  EXPECT_NEAR(three(1, 1), third + 2 * third * (0 + 1 * 0.5), 1e-4);
  EXPECT_NEAR(three(1, 2), third + 2 * third * (-std::sqrt(3) / 2 * 0.5 - 0.5 * 0.5), 1e-4);
}

TEST(TemporalInterpolation, WeightsSumToExactlyOneAndKeepTheEnds) {
  for (const auto& name : temporal_interpolation_names())
    for (const int frames : {1, 2, 7, 10, 31, 100}) {
      const cv::Mat1f weights = temporal_weights(frames, 10, name);
      for (int j = 0; j < 10; ++j) EXPECT_EQ(cv::sum(weights.row(j))[0], 1) << name << " of " << frames;
      EXPECT_EQ(weights(0, 0), 1);
      EXPECT_EQ(weights(9, frames - 1), 1);
    }
}

TEST(TemporalInterpolation, GivesFramesBackWhereItMeetsThem) {
  const auto pictures = moving_texture(7);
  for (const auto& name : temporal_interpolation_names()) {
    const auto same = temporally_interpolated(pictures, 7, name), more = temporally_interpolated(pictures, 13, name);
    ASSERT_EQ(same.size(), 7u);
    ASSERT_EQ(more.size(), 13u);
    for (std::size_t i = 0; i < 7; ++i) {
      EXPECT_TRUE(equal(same[i], pictures[i])) << name << " " << i;
      EXPECT_TRUE(equal(more[2 * i], pictures[i])) << name << " " << i;
    }
  }
}

/// A cosine at half the model's coordinates is on its curve, so it is met between the frames too; a straight line is
/// not.
TEST(TemporalInterpolation, IsExactForWhatIsOnTheCurve) {
  const auto value = [](double i) { return 128 + 100 * std::cos(CV_PI * 2 * (i + 0.5) / 9); };
  std::vector<cv::Mat1b> pictures;
  for (int i = 0; i < 9; ++i) pictures.emplace_back(1, 1, cv::saturate_cast<uchar>(value(i)));
  const auto tim = temporally_interpolated(pictures, 17, "tim"),
             linear = temporally_interpolated(pictures, 17, "linear");
  double worst_tim = 0, worst_linear = 0;
  for (std::size_t j = 0; j < 17; ++j) {
    worst_tim = std::max(worst_tim, std::abs(tim[j](0, 0) - value(0.5 * static_cast<double>(j))));
    worst_linear = std::max(worst_linear, std::abs(linear[j](0, 0) - value(0.5 * static_cast<double>(j))));
  }
  EXPECT_LE(worst_tim, 1.2);  // the frames themselves are rounded
  EXPECT_GT(worst_linear, 4);
}

TEST(TemporalInterpolation, LeavesAStillClipStillAndAddsConstantsExactly) {
  const auto pictures = moving_texture(1);
  for (const auto& name : temporal_interpolation_names()) {
    for (const auto& picture : temporally_interpolated(std::vector<cv::Mat1b>(23, pictures[0]), 10, name))
      EXPECT_TRUE(equal(picture, pictures[0])) << name;
    std::vector<cv::Mat1b> darker, brighter;
    for (const cv::Mat1b& picture : moving_texture(23)) {
      darker.emplace_back(picture / 2 + 40);
      brighter.emplace_back(darker.back() + 17);
    }
    const auto low = temporally_interpolated(darker, 10, name), high = temporally_interpolated(brighter, 10, name);
    for (std::size_t j = 0; j < 10; ++j) EXPECT_TRUE(equal(low[j] + 17, high[j])) << name;
  }
}

TEST(TemporalInterpolation, StaysWithinEightBits) {
  std::vector<cv::Mat1b> pictures;
  for (int i = 0; i < 8; ++i) pictures.emplace_back(1, 2, i % 2 == 0 ? uchar{255} : uchar{0});
  const auto result = temporally_interpolated(pictures, 100, "tim");
  EXPECT_EQ(result[0](0, 1), 255);
  EXPECT_EQ(result[99](0, 1), 0);
  int greatest = 0, jumps = 0;
  for (std::size_t j = 1; j < 100; ++j) {
    greatest = std::max<int>(greatest, result[j](0, 0));
    jumps += std::abs(result[j](0, 0) - result[j - 1](0, 0)) > 60 ? 1 : 0;
  }
  EXPECT_EQ(greatest, 255);
  EXPECT_EQ(jumps, 0) << "a value beyond 255 must not begin again at 0";
}

TEST(TemporalInterpolation, RefusesWhatMakesNoSense) {
  EXPECT_THROW(temporal_weights(0, 10, "tim"), std::invalid_argument);
  EXPECT_THROW(temporal_weights(5, 1, "tim"), std::invalid_argument);
  EXPECT_THROW(temporal_weights(5, 10, "cubic"), std::invalid_argument);
}

}  // namespace
}  // namespace merkit::testing
