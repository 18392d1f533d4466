#include "face/registration.h"

#include "merkit/core/aligned_face.h"
#include "support/drawn_face.h"

#include <cmath>

#include <gtest/gtest.h>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

TEST(FitSimilarity, RecoversATransformExactly) {
  const cv::Matx23d truth{0.9, -0.2, 5, 0.2, 0.9, -3};
  std::vector<cv::Point2f> from{{0, 0}, {10, 2}, {4, 9}, {-3, 5}}, to;
  for (const auto& p : from)
    to.emplace_back(static_cast<float>(truth(0, 0) * p.x + truth(0, 1) * p.y + truth(0, 2)),
                    static_cast<float>(truth(1, 0) * p.x + truth(1, 1) * p.y + truth(1, 2)));
  EXPECT_LT(cv::norm(fit_similarity(from, to, {1, 1, 1, 1}) - truth), 1e-5);
  to[3] += cv::Point2f(50, 50);
  EXPECT_LT(cv::norm(fit_similarity(from, to, {1, 1, 1, 0}) - truth), 1e-5) << "a point without weight does not count";
}

TEST(FitSimilarity, IsDrawnHalfWayToANearPriorOfTheDatasWeightAndHardlyToAFarOne) {
  const std::vector<cv::Point2f> from{{1, 0}, {0, 1}, {-1, 0}, {0, -1}};
  const auto turned_by = [&](float angle) {
    std::vector<cv::Point2f> to;
    for (const auto& p : from)
      to.emplace_back(std::cos(angle) * p.x - std::sin(angle) * p.y, std::sin(angle) * p.x + std::cos(angle) * p.y);
    return to;
  };
  const auto turn_found = [&](float angle, const SimilarityPrior& prior) {
    const cv::Matx23d map = fit_similarity(from, turned_by(angle), {1, 1, 1, 1}, prior);
    return std::atan2(map(1, 0), map(0, 0));
  };
  EXPECT_NEAR(turn_found(0.002F, {}), 0.002, 1e-6) << "no prior";
  EXPECT_NEAR(turn_found(0.002F, {1}), 0.001, 1e-5);
  EXPECT_NEAR(turn_found(0.04F, {1}), 0.04 / (1 + std::exp(-1)), 1e-4)
      << "at its tolerance the prior has 1/e of its weight";
  EXPECT_NEAR(turn_found(0.1F, {1}), 0.1, 0.001);
  EXPECT_NEAR(turn_found(0.502F, {1, std::cos(0.5), std::sin(0.5)}), 0.501, 1e-5) << "a prior that is itself turned";
}

/// The drawn face, cut to about where a crop in canonical pose shows it.
cv::Mat1b crop_of_drawn_face(const cv::Matx23d& moved = {1, 0, 0, 0, 1, 0}) {
  cv::Mat grey, crop;
  cv::cvtColor(testing::drawn_face(640), grey, cv::COLOR_BGR2GRAY);
  // Eyes at 0.39 and 0.61 of 640 become 0.27 and 0.73 of 140.
  const double scale = 0.46 * 140 / (0.22 * 640);
  const cv::Matx23d canonical{scale, 0, 70 - scale * 320, 0, scale, 61 - scale * 0.45 * 640};
  cv::warpAffine(grey, crop, composed(moved, canonical), {140, 170}, cv::INTER_AREA, cv::BORDER_REPLICATE);
  return crop;
}

TEST(StableRegion, FindsSubPixelShifts) {
  const StableRegion region(crop_of_drawn_face());
  for (const auto& shift : {cv::Point2d(0.3, -0.2), cv::Point2d(1.7, 0.6), cv::Point2d(-4, 3)}) {
    const auto found = region.register_crop(crop_of_drawn_face({1, 0, shift.x, 0, 1, shift.y}));
    EXPECT_GT(found.inliers, 0.8);
    // What the registration leaves at the tip of the nose.
    const auto& t = found.reference_from_crop;
    const cv::Point2d nose(70 + shift.x, 93 + shift.y);
    EXPECT_NEAR(t(0, 0) * nose.x + t(0, 1) * nose.y + t(0, 2), 70, 0.06);
    EXPECT_NEAR(t(1, 0) * nose.x + t(1, 1) * nose.y + t(1, 2), 93, 0.06);
  }
}

TEST(StableRegion, SkinThatMovesByItselfDoesNotPullItAlong) {
  cv::Mat1b crop = crop_of_drawn_face();
  const StableRegion region(crop);
  // The lower left quarter of the region slips by two pixels.
  const cv::Rect patch(50, 78, 20, 18);
  crop(patch + cv::Point(2, 0)).clone().copyTo(crop(patch));
  const auto& t = region.register_crop(crop).reference_from_crop;
  const cv::Point2d bridge(70, 62);
  EXPECT_NEAR(t(0, 0) * bridge.x + t(0, 1) * bridge.y + t(0, 2), bridge.x, 0.15);
}

TEST(StableRegion, FlatPicturesGiveNoRegistrationAndNoLikeness) {
  const StableRegion region(crop_of_drawn_face());
  const cv::Mat1b flat(170, 140, static_cast<uchar>(90));
  EXPECT_EQ(region.register_crop(flat).inliers, 0);
  EXPECT_LT(region.similarity(flat), 0.1);
  EXPECT_NEAR(region.similarity(crop_of_drawn_face()), 1, 1e-4);
}

}  // namespace
}  // namespace merkit
