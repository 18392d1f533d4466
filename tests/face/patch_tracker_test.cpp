#include "face/patch_tracker.h"

#include "support/smooth_texture.h"

#include <limits>

#include <gtest/gtest.h>

namespace merkit {
namespace {

const cv::Size kSize(120, 110);

TEST(PatchTracker, FindsShiftsToAFewHundredthsOfAPixel) {
  const testing::SmoothTexture texture(3, 14);
  const cv::Mat1b picture = texture.picture(kSize);
  for (const cv::Point2d& shift :
       {cv::Point2d(0, 0), cv::Point2d(0.37, -0.21), cv::Point2d(-2.6, 1.3), cv::Point2d(6.5, -5.25)}) {
    const PatchPyramid before(picture), after(texture.picture(kSize, shift));
    for (const cv::Point2f& start : {cv::Point2f(60, 55), cv::Point2f(45.25F, 62.75F), cv::Point2f(70.5F, 50)}) {
      cv::Point2f point = start;
      ASSERT_TRUE(follow_point(patches_at(before, start), after, point)) << shift;
      EXPECT_NEAR(point.x, start.x + shift.x, 0.05) << shift;
      EXPECT_NEAR(point.y, start.y + shift.y, 0.05) << shift;
    }
  }
}

TEST(PatchTracker, WhatHasNoStructureInBothDirectionsIsNotFollowed) {
  const PatchPyramid flat(cv::Mat1b(kSize, uchar{90}));
  cv::Mat1b edge(kSize, uchar{40});
  edge.colRange(60, kSize.width) = 200;
  const PatchPyramid upright(edge);
  for (const PatchPyramid* pyramid : {&flat, &upright}) {
    cv::Point2f point(60, 55);
    EXPECT_FALSE(follow_point(patches_at(*pyramid, point), *pyramid, point));
  }
}

TEST(PatchTracker, PlacesOutsideThePictureAreNotFollowed) {
  const PatchPyramid pyramid(testing::SmoothTexture(3, 14).picture(kSize));
  const float no_number = std::numeric_limits<float>::quiet_NaN();
  for (const cv::Point2f& outside :
       {cv::Point2f(-40, 50), cv::Point2f(50, 400), cv::Point2f(1e20F, 5), cv::Point2f(no_number, 5)}) {
    EXPECT_FALSE(Patch(pyramid.level(0), outside).distinct) << outside;
    cv::Point2f point = outside;
    EXPECT_FALSE(follow_patch(Patch(pyramid.level(0), {60, 55}), pyramid.level(0), point)) << outside;
  }
}

}  // namespace
}  // namespace merkit
