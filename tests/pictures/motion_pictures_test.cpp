#include "merkit/pictures/motion_pictures.h"

#include "merkit/core/error.h"
#include "support/smooth_texture.h"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {

namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const cv::Vec3b kWhite(255, 255, 255);

MotionField one_pixel(float u, float v) { return {cv::Mat1f(1, 1, u), cv::Mat1f(1, 1, v)}; }

cv::Vec3b colour_of(float u, float v, double max_px = 1) {
  return colour_coded(one_pixel(u, v), max_px).at<cv::Vec3b>(0, 0);
}

/// 0..180 as OpenCV counts.
int hue_of(const cv::Vec3b& bgr) {
  cv::Mat3b hsv;
  cv::cvtColor(cv::Mat3b(1, 1, bgr), hsv, cv::COLOR_BGR2HSV);
  return hsv(0, 0)[0];
}

MotionField swirl(cv::Size size) {
  MotionField motion{cv::Mat1f(size), cv::Mat1f(size)};
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      motion.u(y, x) = 0.01f * static_cast<float>(y * x % 97);
      motion.v(y, x) = 0.02f * static_cast<float>(x);
    }
  return motion;
}

}  // namespace

TEST(ColourCodedMotion, IsWhiteWhereNothingMovesAndPureAtTheMaximum) {
  EXPECT_EQ(colour_of(0, 0), kWhite);
  const cv::Vec3b full = colour_of(1, 0), half = colour_of(0.5f, 0), beyond = colour_of(7, 0);
  EXPECT_EQ(std::min({full[0], full[1], full[2]}), 0);
  EXPECT_NEAR(std::min({half[0], half[1], half[2]}), 127, 1);
  EXPECT_EQ(beyond, full);
}

TEST(ColourCodedMotion, GivesDirectionsTheHuesOfTheUsualWheel) {
  // Baker et al. 2007: right is red, down yellow, left cyan to blue, up violet.
  EXPECT_EQ(colour_of(1, 0), cv::Vec3b(0, 0, 255));
  EXPECT_NEAR(hue_of(colour_of(0, 1)), 28, 4);
  EXPECT_NEAR(hue_of(colour_of(-1, 0)), 95, 8);
  EXPECT_NEAR(hue_of(colour_of(0, -1)), 130, 8);
}

TEST(ColourCodedMotion, HasNoSeamWhereTheAngleJumps) {
  for (const float u : {1.f, -1.f})
    EXPECT_LE(cv::norm(colour_of(u, 1e-4f), colour_of(u, -1e-4f), cv::NORM_INF), 2) << u;
  EXPECT_LE(cv::norm(colour_of(1, 0.f), colour_of(1, -0.f), cv::NORM_INF), 2);
}

TEST(ColourCodedMotion, IsGreyWhereTheMotionIsUnknown) {
  EXPECT_EQ(colour_of(kNan, 0), cv::Vec3b(128, 128, 128));
  EXPECT_EQ(colour_of(0, std::numeric_limits<float>::infinity()), cv::Vec3b(128, 128, 128));
}

TEST(ColourCodedMotion, SetsItsOwnScaleWithoutRegardToOutliersAndUnknowns) {
  MotionField motion{cv::Mat1f(40, 50, 1.f), cv::Mat1f(40, 50, 0.f)};
  motion.u(0, 0) = 1000;
  motion.u(5, 5) = kNan;
  const cv::Mat picture = colour_coded(motion);
  EXPECT_EQ(picture.at<cv::Vec3b>(20, 20), colour_of(1, 0));
  EXPECT_EQ(colour_coded({cv::Mat1f(3, 3, 0.f), cv::Mat1f(3, 3, 0.f)}).at<cv::Vec3b>(1, 1), kWhite);
  EXPECT_EQ(colour_coded(one_pixel(kNan, kNan)).at<cv::Vec3b>(0, 0), cv::Vec3b(128, 128, 128));
}

TEST(HeatMap, GrowsLighterWithTheValueUpToTheMaximum) {
  cv::Mat1f values(1, 6);
  for (int x = 0; x < 6; ++x) values(0, x) = 0.2f * static_cast<float>(x);
  const cv::Mat picture = heat_map(values, 1);
  ASSERT_EQ(picture.type(), CV_8UC3);
  const auto light = [&](int x) {
    const auto c = picture.at<cv::Vec3b>(0, x);
    return 0.11 * c[0] + 0.59 * c[1] + 0.3 * c[2];
  };
  EXPECT_LT(light(0), 5);
  for (int x = 1; x < 6; ++x) EXPECT_GT(light(x), light(x - 1) + 15) << x;
  EXPECT_EQ(heat_map(cv::Mat1f(1, 1, 3.f), 1).at<cv::Vec3b>(0, 0), picture.at<cv::Vec3b>(0, 5));
  EXPECT_EQ(heat_map(cv::Mat1f(1, 1, kNan), 1).at<cv::Vec3b>(0, 0), cv::Vec3b(128, 128, 128));
}

TEST(MotionPicture, ShowsFourPanelsSideBySideAboveTheirCaptions) {
  const testing::SmoothTexture texture;
  const cv::Size size(280, 350);
  const cv::Mat1b onset = texture.picture(size), apex = texture.picture(size, {4, 1});
  const MotionField motion = swirl(size);
  const cv::Mat picture = motion_picture(onset, apex, motion);
  ASSERT_EQ(picture.type(), CV_8UC3);
  // Margins of 12, captions of 64, faces of 280 to 560 pixels' height shown as they are.
  ASSERT_EQ(picture.size(), cv::Size(4 * 280 + 5 * 12, 12 + 350 + 64));

  const auto panel = [&](int i) { return picture(cv::Rect({12 + i * (280 + 12), 12}, size)); };
  cv::Mat onset_bgr, apex_bgr;
  cv::cvtColor(onset, onset_bgr, cv::COLOR_GRAY2BGR);
  cv::cvtColor(apex, apex_bgr, cv::COLOR_GRAY2BGR);
  EXPECT_EQ(cv::norm(panel(0), onset_bgr, cv::NORM_INF), 0);
  EXPECT_EQ(cv::norm(panel(1), apex_bgr, cv::NORM_INF), 0);
  EXPECT_EQ(cv::norm(panel(3), heat_map(optical_strain(motion)), cv::NORM_INF), 0);
  EXPECT_GT(cv::norm(panel(2), onset_bgr, cv::NORM_INF), 100);

  for (int i = 0; i < 4; ++i) {
    cv::Mat ink;
    cv::inRange(picture(cv::Rect(12 + i * 292, 12 + 350, 280, 64)), cv::Scalar(0, 0, 0), cv::Scalar(120, 120, 120),
                ink);
    EXPECT_GT(cv::countNonZero(ink), 100) << "caption " << i;
  }
  for (int i = 0; i < 5; ++i) EXPECT_EQ(picture.at<cv::Vec3b>(200, 6 + i * 292), kWhite) << "margin " << i;
}

TEST(MotionPicture, EnlargesTinyFacesAndShrinksLargeOnes) {
  for (const cv::Size size : {cv::Size(1, 1), cv::Size(8, 8), cv::Size(28, 28), cv::Size(9, 60), cv::Size(60, 9)}) {
    const cv::Mat3b face(size, cv::Vec3b(90, 120, 150));
    const cv::Mat picture = motion_picture(face, face, swirl(size));
    EXPECT_EQ(picture.rows, 12 + 280 + 64) << size;
    EXPECT_EQ(picture.at<cv::Vec3b>(12 + 140, 13), cv::Vec3b(90, 120, 150)) << size;
  }
  const cv::Size large(600, 700);
  EXPECT_EQ(motion_picture(cv::Mat3b(large), cv::Mat3b(large), swirl(large)).rows, 12 + 560 + 64);
}

TEST(MotionPicture, RefusesWhatDoesNotFitTogether) {
  const cv::Mat1b face(20, 20, uchar{9});
  EXPECT_THROW(motion_picture(face, cv::Mat1b(20, 21, uchar{9}), swirl({20, 20})), std::invalid_argument);
  EXPECT_THROW(motion_picture(face, face, swirl({21, 20})), std::invalid_argument);
  EXPECT_THROW(motion_picture(cv::Mat(), cv::Mat(), {}), std::invalid_argument);
  EXPECT_THROW(colour_coded({cv::Mat1f(3, 4, 0.f), cv::Mat1f(4, 3, 0.f)}), std::invalid_argument);
  EXPECT_THROW(heat_map({}), std::invalid_argument);
  EXPECT_THAT(
      [] {
        motion_picture(cv::Mat1f(20, 20, 1.f), cv::Mat1f(20, 20, 1.f), swirl({20, 20}));
      },
      ThrowsMessage<ClipError>(HasSubstr("8-bit grey or BGR faces")));
}

}  // namespace merkit
