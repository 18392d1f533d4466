#include "spotting/region_maps.h"

#include "merkit/core/error.h"
#include "support/drawn_crop.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::spotting {
namespace {

using merkit::testing::face_of;
using merkit::testing::moved;
using merkit::testing::skin;

const std::vector<cv::Point2f> kMouthCorners = {{56, 126}, {84, 126}};
const std::vector<cv::Point2f> kEyes = {{42, 62}, {98, 62}};

RegionMapConfig quick(const std::string& regions = "brows_and_mouth", double reference_s = 2) {
  RegionMapConfig config;
  config.regions = regions;
  config.reference_s = reference_s;
  config.flow.method = "dis";
  return config;
}

cv::Mat2f values_of(const MapFrame& frame) {
  cv::Mat2f values;
  frame.displacement.convertTo(values, CV_32F);
  return values;
}

double longest(const cv::Mat2f& maps) {
  double result = 0;
  for (const cv::Vec2f& at : maps) result = std::max(result, cv::norm(at));
  return result;
}

cv::Mat2f after(const cv::Mat& first, const cv::Mat& second, const RegionMapConfig& config) {
  MapTracker tracker(config);
  EXPECT_EQ(longest(values_of(tracker.measure(face_of(0, 50, first)))), 0);
  return values_of(tracker.measure(face_of(1, 50, second)));
}

TEST(MapTracker, ShowsTheMouthBelowTheBrows) {
  const cv::Mat still = skin();
  const cv::Mat2f maps = after(still, moved(still, kMouthCorners, 10, -1.5), quick());
  EXPECT_LT(longest(maps.rowRange(0, 21)), 0.3);
  EXPECT_GT(longest(maps.rowRange(21, 42)), 0.9);
  EXPECT_LT(longest(maps.rowRange(21, 42)), 1.7);
  cv::Vec2f mean(0, 0);
  for (int row = 28; row < 36; ++row) mean += maps(row, 12) * (1.f / 8);
  EXPECT_LT(mean[1], -0.7) << "up";
}

TEST(MapTracker, ShowsTheWholeFaceIfAsked) {
  const cv::Mat still = skin();
  const cv::Mat2f maps = after(still, moved(still, {{20, 42}, {56, 42}, {84, 42}, {120, 42}}, 12, -1.5), quick("face"));
  EXPECT_NEAR(longest(maps.rowRange(0, 12)), 1.5, 0.5);
  EXPECT_LT(longest(maps.rowRange(24, 42)), 0.3);
}

TEST(MapTracker, SeesNothingOfTheEyes) {
  const cv::Mat still = skin();
  const cv::Mat2f lids = after(still, moved(still, kEyes, 4, 3), quick());
  const cv::Mat2f brows = after(still, moved(still, {{38, 42}, {102, 42}}, 8, 3), quick());
  EXPECT_LT(longest(lids), 0.5 * longest(brows));
  int masked = 0;
  for (const cv::Vec2f& at : brows) masked += at == cv::Vec2f(0, 0) ? 1 : 0;
  EXPECT_GT(masked, 60);
}

TEST(MapTracker, TakesOffWhatTheWholeHeadDoes) {
  const cv::Mat still = skin();
  cv::Mat shifted;
  cv::warpAffine(still, shifted, cv::Matx23d(1, 0, 1.3, 0, 1, -0.7), still.size(), cv::INTER_CUBIC,
                 cv::BORDER_REPLICATE);
  EXPECT_LT(longest(after(still, shifted, quick())), 0.3);
}

TEST(MapTracker, GoesOnFromWhereItStoodWhenTheReferenceChanges) {
  MapTracker tracker(quick("brows_and_mouth", 0.1));
  const cv::Mat still = skin(), smile = moved(still, kMouthCorners, 10, -1.5);
  cv::Mat2f rest, first;
  for (int i = 0; i < 30; ++i) {
    const cv::Mat2f maps = values_of(tracker.measure(face_of(i, 50, i >= 8 && i < 22 ? smile : still)));
    if (i == 8) first = maps;
    const bool smiles = i >= 8 && i < 22;
    EXPECT_LT(longest(smiles ? cv::Mat2f(maps - first) : maps), 0.3) << i;
  }
}

TEST(MapTracker, StartsAnewInANewSegmentAndHasNothingOfALostFace) {
  MapTracker tracker(quick());
  const cv::Mat still = skin();
  tracker.measure(face_of(0, 50, still));
  AlignedFace face = face_of(1, 50, moved(still, kMouthCorners, 10, -1.5));
  face.segment = 1;
  EXPECT_EQ(longest(values_of(tracker.measure(face))), 0);
  AlignedFace lost;
  lost.number = 2;
  const MapFrame frame = tracker.measure(lost);
  EXPECT_FALSE(frame.valid);
  EXPECT_TRUE(frame.displacement.empty());
  EXPECT_EQ(frame.number, 2);
}

TEST(OnsetApexMaps, AreWhatATrackerSeesFromOnsetToApex) {
  const cv::Mat still = skin(), smile = moved(still, kMouthCorners, 10, -1.5);
  Sample sample;
  sample.id = "smile";
  sample.interval = {3, 7, 9};
  sample.faces = {face_of(3, 50, still), face_of(7, 50, smile)};
  const cv::Mat2f maps = values_of(onset_apex_maps(sample, quick()));
  EXPECT_LT(longest(maps - after(still, smile, quick())), 0.01);
  sample.faces.clear();
  EXPECT_THROW(onset_apex_maps(sample, quick()), ClipError);
}

TEST(MapStrain, IsTheGradientInPixelsAPixelWithinAStrip) {
  MapLayout layout;
  layout.count = 2;
  layout.strips[0].top = 0;
  layout.strips[0].bottom = 21;
  layout.strips[0].spacing = {2, 3};
  layout.strips[1].top = 21;
  layout.strips[1].bottom = 42;
  layout.strips[1].spacing = {1, 1};
  cv::Mat2f maps(kMapSide, kMapSide);
  for (int row = 0; row < kMapSide; ++row)
    for (int column = 0; column < kMapSide; ++column)
      maps(row, column) = row < 21 ? cv::Vec2f(0.1f * column, 0.06f * row) : cv::Vec2f(5, 0.02f * column);
  const cv::Mat1f strain = map_strain(maps, layout);
  EXPECT_NEAR(strain(0, 0), std::hypot(0.05, 0.02), 1e-5);
  EXPECT_NEAR(strain(20, 41), std::hypot(0.05, 0.02), 1e-5) << "beside the other strip";
  EXPECT_NEAR(strain(21, 7), 0.02 / std::sqrt(2), 1e-5);
}

TEST(RegionMaps, OfferTheirChoicesByName) {
  EXPECT_EQ(regions_problem("face"), nullptr);
  EXPECT_STREQ(regions_problem("eyes"), "must be brows_and_mouth or face");
}

}  // namespace
}  // namespace merkit::spotting
