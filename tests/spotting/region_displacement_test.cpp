#include "spotting/region_displacement.h"

#include "support/drawn_crop.h"

#include <cmath>

#include <gtest/gtest.h>

namespace merkit::spotting {
namespace {

using testing::face_of;
using testing::moved;
using testing::skin;

const std::vector<cv::Point2f> kMouthCorners = {{48, 126}, {92, 126}};
constexpr int kLeftCorner = 9, kLeftBrow = 1;  // places in FrameMotion::face

DisplacementConfig with_reference(double seconds) {
  DisplacementConfig config;
  config.flow.method = "tvl1";
  config.reference_s = seconds;
  return config;
}

float largest(const std::vector<RegionMotion>& regions) {
  float result = 0;
  for (const auto& region : regions) result = std::max(result, std::hypot(region.u, region.v));
  return result;
}

TEST(DisplacementTracker, MeasuresAKnownMovementWhereItIs) {
  DisplacementTracker tracker(with_reference(2));
  const cv::Mat still = skin();
  EXPECT_EQ(largest(tracker.measure(face_of(0, 50, still)).face), 0);
  const auto motion = tracker.measure(face_of(1, 50, moved(still, kMouthCorners, 14, -1.5)));
  ASSERT_EQ(motion.face.size(), static_cast<std::size_t>(kFaceRegions));
  EXPECT_NEAR(motion.face[kLeftCorner].v, -1.4, 0.25);
  EXPECT_NEAR(motion.face[kLeftCorner].u, 0, 0.1);
  EXPECT_GT(motion.face[kLeftCorner].strain, 0.1);
  EXPECT_LT(std::hypot(motion.face[kLeftBrow].u, motion.face[kLeftBrow].v), 0.1);
}

TEST(DisplacementTracker, TakesOffWhatTheWholeHeadDoes) {
  DisplacementTracker tracker(with_reference(2));
  const cv::Mat still = skin();
  tracker.measure(face_of(0, 50, still));
  cv::Mat shifted;
  cv::warpAffine(still, shifted, cv::Matx23d(1, 0, 1.3, 0, 1, -0.7), still.size(), cv::INTER_CUBIC,
                 cv::BORDER_REPLICATE);
  EXPECT_LT(largest(tracker.measure(face_of(1, 50, shifted)).face), 0.15);
}

TEST(DisplacementTracker, GoesOnFromWhereItStoodWhenTheReferenceChanges) {
  DisplacementTracker tracker(with_reference(0.1));
  const cv::Mat still = skin(), smile = moved(still, kMouthCorners, 14, -1.5);
  std::vector<float> course;
  for (int i = 0; i < 30; ++i)
    course.push_back(tracker.measure(face_of(i, 50, i >= 8 && i < 22 ? smile : still)).face[kLeftCorner].v);
  EXPECT_NEAR(course[7], 0, 0.02);
  EXPECT_NEAR(course[8], -1.4, 0.25);
  for (int i = 8; i < 22; ++i) EXPECT_NEAR(course[i], course[8], 0.1) << i;
  for (int i = 22; i < 30; ++i) EXPECT_NEAR(course[i], 0, 0.1) << i;
}

TEST(DisplacementTracker, StartsAnewInANewSegment) {
  DisplacementTracker tracker(with_reference(2));
  const cv::Mat still = skin();
  tracker.measure(face_of(0, 50, still));
  auto face = face_of(1, 50, moved(still, kMouthCorners, 14, -1.5));
  face.segment = 1;
  EXPECT_EQ(largest(tracker.measure(face).face), 0);
}

TEST(DisplacementTracker, KeepsLidsOutOfTheBrows) {
  // Eyes wide open and close to the brows: the patches below the brows lie over the lids.
  const auto with_low_brows = [](AlignedFace face) {
    for (int p = 17; p < 27; ++p) face.landmarks[p].y = 52;
    return face;
  };
  DisplacementTracker tracker(with_reference(2));
  const cv::Mat still = skin();
  tracker.measure(with_low_brows(face_of(0, 50, still)));
  const auto motion = tracker.measure(with_low_brows(face_of(1, 50, moved(still, {{42, 62}, {98, 62}}, 5, 3))));
  EXPECT_GT(largest(motion.eyes), 0.5);
  EXPECT_LT(largest(motion.face), 0.2 * largest(motion.eyes));
}

TEST(DisplacementTracker, MeasuresInPixelsOfACropOfTheUsualWidth) {
  const cv::Mat still = skin();
  const auto doubled = [](AlignedFace face) {
    cv::Mat larger;
    cv::resize(face.image, larger, {}, 2, 2, cv::INTER_CUBIC);
    face.image = larger;
    for (auto& point : face.landmarks) point = (point + cv::Point2f(0.5f, 0.5f)) * 2 - cv::Point2f(0.5f, 0.5f);
    return face;
  };
  DisplacementTracker tracker(with_reference(2));
  tracker.measure(doubled(face_of(0, 50, still)));
  const auto motion = tracker.measure(doubled(face_of(1, 50, moved(still, kMouthCorners, 14, -1.5))));
  EXPECT_NEAR(motion.face[kLeftCorner].v, -1.4, 0.2);
}

TEST(DisplacementTracker, HasNothingToSayWithoutAFace) {
  DisplacementTracker tracker(with_reference(2));
  AlignedFace face;
  face.number = 7;
  const auto motion = tracker.measure(face);
  EXPECT_FALSE(motion.valid);
  EXPECT_EQ(motion.number, 7);
  EXPECT_TRUE(motion.face.empty());
}

}  // namespace
}  // namespace merkit::spotting
