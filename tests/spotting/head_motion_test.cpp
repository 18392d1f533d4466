#include "spotting/head_motion.h"

#include <gtest/gtest.h>

namespace merkit::spotting {
namespace {

/// u = 0.5 + 0.01 x - 0.02 y, v = -0.25 + 0.01 y + 0.02 x, from the picture's corner.
MotionField turning_and_growing(cv::Size size) {
  MotionField motion{cv::Mat1f(size), cv::Mat1f(size)};
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      motion.u(y, x) = 0.5f + 0.01f * x - 0.02f * y;
      motion.v(y, x) = -0.25f + 0.01f * y + 0.02f * x;
    }
  return motion;
}

std::vector<cv::Point> grid(cv::Size size) {
  std::vector<cv::Point> points;
  for (int y = 0; y < size.height; y += 3)
    for (int x = 0; x < size.width; x += 3) points.emplace_back(x, y);
  return points;
}

TEST(HeadMotion, IsRecoveredFromAField) {
  const cv::Size size(140, 170);
  const HeadMotion head = fit_head_motion(turning_and_growing(size), grid(size));
  EXPECT_NEAR(head.grow, 0.01, 1e-6);
  EXPECT_NEAR(head.turn, 0.02, 1e-6);
  const cv::Point2d corner = head.at({0, 0}), far = head.at({100, 50});
  EXPECT_NEAR(corner.x, 0.5, 1e-4);
  EXPECT_NEAR(corner.y, -0.25, 1e-4);
  EXPECT_NEAR(far.x, 0.5 + 1 - 1, 1e-4);
  EXPECT_NEAR(far.y, -0.25 + 0.5 + 2, 1e-4);
}

TEST(HeadMotion, SkinThatMovesByItselfDoesNotCount) {
  const cv::Size size(140, 170);
  MotionField motion = turning_and_growing(size);
  for (int y = 110; y < 150; ++y)
    for (int x = 30; x < 110; ++x) motion.v(y, x) -= 3;  // a seventh of the points
  const HeadMotion head = fit_head_motion(motion, grid(size));
  EXPECT_NEAR(head.grow, 0.01, 1e-4);
  EXPECT_NEAR(head.turn, 0.02, 1e-4);
  EXPECT_NEAR(head.at({0, 0}).y, -0.25, 0.01);
}

TEST(HeadMotion, OfTooFewPointsIsNone) {
  const HeadMotion head = fit_head_motion(turning_and_growing({20, 20}), {{1, 1}, {5, 5}});
  EXPECT_EQ(head.at({10, 10}), cv::Point2d(0, 0));
}

}  // namespace
}  // namespace merkit::spotting
