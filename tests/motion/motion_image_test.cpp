#include "merkit/motion/motion_image.h"

#include "merkit/core/error.h"

#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

MotionField constant(cv::Size size, float u, float v) { return {cv::Mat1f(size, u), cv::Mat1f(size, v)}; }

/// u rises from left to right by 0.01 a pixel, v from top to bottom by 0.02, so that strain is sqrt(0.0005) everywhere.
MotionField ramps(cv::Size size) {
  MotionField motion = constant(size, 0, 0);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      motion.u(y, x) = 0.01f * static_cast<float>(x) - 0.3f;
      motion.v(y, x) = 0.02f * static_cast<float>(y) - 0.5f;
    }
  return motion;
}

std::vector<cv::Mat> channels_of(const cv::Mat& image) {
  std::vector<cv::Mat> channels;
  cv::split(image, channels);
  return channels;
}

std::pair<double, double> extremes(const cv::Mat& map) {
  double least = 0, greatest = 0;
  cv::minMaxLoc(map, &least, &greatest);
  return {least, greatest};
}

}  // namespace

TEST(MotionScaling, NamesGoThereAndBack) {
  EXPECT_THAT(motion_scaling_names(), ElementsAre("minmax", "fixed"));
  for (const auto& name : motion_scaling_names()) EXPECT_EQ(to_string(motion_scaling_from_string(name)), name);
  EXPECT_EQ(motion_scaling_from_string("fixed"), MotionScaling::fixed);
  EXPECT_THAT([] { motion_scaling_from_string("min-max"); },
              ThrowsMessage<ConfigError>(HasSubstr("motion scaling \"min-max\"")));
}

TEST(MinMaxMotionImage, OfAConstantFieldIsZero) {
  // Sizes whose area weights are not exact in binary: the averages of equal values then differ in their last bits.
  for (const cv::Size size : {cv::Size(28, 28), cv::Size(40, 60), cv::Size(140, 170), cv::Size(9, 300)}) {
    const cv::Mat image = motion_image_minmax(constant(size, 1.5f, -2.1f), 28);
    ASSERT_EQ(image.type(), CV_8UC3);
    EXPECT_EQ(image.size(), cv::Size(28, 28));
    EXPECT_EQ(cv::countNonZero(image.reshape(1)), 0) << size;
  }
}

TEST(MinMaxMotionImage, OfAUniformStretchHasNoStrainPattern) {
  EXPECT_EQ(cv::countNonZero(channels_of(motion_image_minmax(ramps({140, 170}), 28))[2]), 0);
}

TEST(MinMaxMotionImage, StretchesEachMapTo0And255) {
  MotionField motion = ramps({140, 170});
  motion.u(80, 60) += 3;  // strain needs something to vary
  for (const cv::Mat& channel : channels_of(motion_image_minmax(motion, 28)))
    EXPECT_EQ(extremes(channel), std::make_pair(0.0, 255.0));
}

TEST(MinMaxMotionImage, HoldsUThenVThenStrain) {
  MotionField motion = ramps({56, 56});
  motion.u(cv::Rect(20, 20, 12, 12)) += 0.005f;  // too little for u to fall anywhere, yet all of the strain's variation
  const auto channels = channels_of(motion_image_minmax(motion, 28));
  for (int i = 1; i < 28; ++i) {
    EXPECT_GT(channels[0].at<uchar>(14, i), channels[0].at<uchar>(14, i - 1));
    EXPECT_GT(channels[1].at<uchar>(i, 14), channels[1].at<uchar>(i - 1, 14));
  }
  EXPECT_EQ(channels[0].at<uchar>(14, 0), 0);
  EXPECT_EQ(channels[0].at<uchar>(14, 27), 255);
  // Strain is greatest at the patch's left side, where u rises more steeply, and least at its right.
  EXPECT_GT(channels[2].at<uchar>(14, 10), 240);
  EXPECT_LT(channels[2].at<uchar>(14, 15), 15);
}

TEST(MinMaxMotionImage, LosesSizeAndOffsetOfTheMotion) {
  const MotionField motion = ramps({50, 50});
  MotionField other{motion.u * 4.f + 1.f, motion.v * 4.f - 2.f};
  const auto a = channels_of(motion_image_minmax(motion, 28)), b = channels_of(motion_image_minmax(other, 28));
  for (int c = 0; c < 2; ++c) EXPECT_LE(cv::norm(a[c], b[c], cv::NORM_INF), 1);  // rounding of halves
}

TEST(FixedMotionImage, KeepsSignAndSize) {
  const cv::Mat image = motion_image_fixed(constant({40, 60}, 1.5f, -2), 14, 4);
  ASSERT_EQ(image.type(), CV_32FC3);
  EXPECT_EQ(image.size(), cv::Size(14, 14));
  const cv::Vec3f centre = image.at<cv::Vec3f>(7, 7);
  EXPECT_FLOAT_EQ(centre[0], 0.375f);
  EXPECT_FLOAT_EQ(centre[1], -0.5f);
  EXPECT_FLOAT_EQ(centre[2], 0);
}

TEST(FixedMotionImage, ClampsToOneBothWays) {
  const cv::Mat image = motion_image_fixed(constant({30, 30}, 9, -7), 10, 2);
  EXPECT_EQ(image.at<cv::Vec3f>(5, 5), cv::Vec3f(1, -1, 0));
}

TEST(FixedMotionImage, TakesStrainBeforeItShrinksTheField) {
  const cv::Mat image = motion_image_fixed(ramps({140, 140}), 28, 1);
  for (const int at : {0, 14, 27}) EXPECT_NEAR(image.at<cv::Vec3f>(at, at)[2], std::sqrt(0.0005), 1e-6) << at;
}

TEST(FixedMotionImage, AveragesAreas) {
  MotionField motion = constant({56, 56}, 0, 0);
  for (int x = 0; x < 56; x += 2) motion.u.col(x) = 1.f;  // every other column: halves, wherever one samples
  const cv::Mat image = motion_image_fixed(motion, 28, 1);
  for (int x = 0; x < 28; ++x) EXPECT_FLOAT_EQ(image.at<cv::Vec3f>(3, x)[0], 0.5f) << x;
}

TEST(MotionImages, CanBeLargerThanTheFieldAndOfOnePixel) {
  EXPECT_EQ(motion_image_minmax(ramps({8, 11}), 28).size(), cv::Size(28, 28));
  EXPECT_EQ(motion_image_fixed(ramps({8, 11}), 1, 1).size(), cv::Size(1, 1));
}

TEST(MotionImages, LeaveTheFieldAlone) {
  const MotionField motion = ramps({30, 30});
  const cv::Mat u = motion.u.clone();
  motion_image_minmax(motion, 28);
  motion_image_fixed(motion, 30, 2);
  EXPECT_EQ(cv::norm(motion.u, u, cv::NORM_INF), 0);
}

TEST(MotionImages, RefuseWhatIsNoFieldOrNoSize) {
  MotionField unknown = ramps({30, 30});
  unknown.v(3, 4) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(motion_image_minmax(unknown, 28), std::invalid_argument);
  EXPECT_THROW(motion_image_minmax({}, 28), std::invalid_argument);
  EXPECT_THROW(motion_image_fixed({cv::Mat1f(4, 5, 0.f), cv::Mat1f(5, 4, 0.f)}, 28, 1), std::invalid_argument);
  EXPECT_THAT(
      [] {
        motion_image_minmax(ramps({30, 30}), 0);
      },
      ThrowsMessage<ConfigError>(HasSubstr("at least 1, got 0")));
  for (const double scale : {0.0, -2.0, std::numeric_limits<double>::quiet_NaN()})
    EXPECT_THAT(
        [=] {
          motion_image_fixed(ramps({30, 30}), 28, scale);
        },
        ThrowsMessage<ConfigError>(HasSubstr("scale of a motion image must be positive")));
}

}  // namespace merkit
