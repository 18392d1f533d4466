#include "motion/action_unit_regions.h"

#include "support/face_shape.h"

#include <gtest/gtest.h>

namespace merkit {
namespace {

TEST(ActionUnitRegions, HoldTheirLandmarksWithPadding) {
  Landmarks landmarks{};
  for (std::size_t i = 48; i < 68; ++i) landmarks[i] = {60, 120};
  landmarks[48] = {40, 110};
  landmarks[57] = {60, 130};
  landmarks[54] = {80, 110};
  const cv::Rect2f lips = action_unit_regions(landmarks, {100, 200})[7];
  EXPECT_NEAR(lips.x, 0.40F - 0.06F, 1e-5);
  EXPECT_NEAR(lips.width, 0.40F * 1.3F, 1e-5);
  EXPECT_NEAR(lips.y, (110 - 3) / 200.F, 1e-5);
  EXPECT_NEAR(lips.height, 26 / 200.F, 1e-5);
}

TEST(ActionUnitRegions, OfBrowsReachUpToTheForehead) {
  const auto regions = action_unit_regions(testing::face_shape({64, 64}, 40), {128, 128});
  EXPECT_LT(regions[0].y + 0.02F, testing::face_shape({64, 64}, 40)[19].y / 128);
  EXPECT_LT(regions[0].y, regions[2].y) << "brows above eyes";
  EXPECT_LT(regions[0].x, regions[1].x) << "left and right as in the picture";
}

/// Landmarks outside of the picture, or all in one place, still give a box with an area within it.
TEST(ActionUnitRegions, StayWithinThePicture) {
  Landmarks outside{};
  for (auto& point : outside) point = {-50, 400};
  for (const Landmarks& landmarks : {Landmarks{}, outside, testing::face_shape({10, 10}, 60)})
    for (const cv::Rect2f& box : action_unit_regions(landmarks, {70, 90})) {
      EXPECT_GE(box.x, 0);
      EXPECT_GE(box.y, 0);
      EXPECT_GT(box.width, 0.01F);
      EXPECT_GT(box.height, 0.01F);
      EXPECT_LE(box.x + box.width, 1.0001F);
      EXPECT_LE(box.y + box.height, 1.0001F);
    }
}

TEST(ActionUnitRegions, HaveACounterpartOnTheOtherSide) {
  for (std::size_t i = 0; i < kActionUnitRegions; ++i) EXPECT_EQ(kMirroredRegion[kMirroredRegion[i]], i);
  EXPECT_STREQ(action_unit_region_name(0), "left brow");
  EXPECT_STREQ(action_unit_region_name(kMirroredRegion[0]), "right brow");
}

}  // namespace
}  // namespace merkit
