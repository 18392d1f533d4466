// The tracker's short cuts against the same computed plainly.
#include "spotting/plain_displacement.h"

#include "spotting/region_displacement.h"
#include "support/drawn_crop.h"

#include <cmath>

#include <gtest/gtest.h>

namespace merkit::spotting {
namespace {

using testing::face_of;
using testing::moved;
using testing::PlainDisplacement;
using testing::skin;

constexpr double kTolerancePx = 1e-4;

/// A head that sways, brows and mouth corners that rise and fall, noise of the camera.
AlignedFace acting_face(int number, const cv::Mat& still) {
  const double phase = 0.3 * number;
  const cv::Mat acted =
      moved(moved(still, {{48, 126}, {92, 126}}, 14, -1.5 * std::sin(phase)), {{30, 42}}, 8, std::cos(phase) - 1);
  cv::Mat swayed, noise(still.size(), CV_8UC3);
  cv::warpAffine(acted, swayed, cv::Matx23d(1, -0.004 * std::sin(phase), 0.8, 0.004 * std::sin(phase), 1, -0.4 * phase),
                 still.size(), cv::INTER_CUBIC, cv::BORDER_REPLICATE);
  cv::RNG random(static_cast<std::uint64_t>(number) + 1);
  random.fill(noise, cv::RNG::UNIFORM, 0, 4);
  swayed += noise;
  return face_of(number, 25, swayed);
}

double largest_difference(const std::vector<RegionMotion>& a, const std::vector<RegionMotion>& b) {
  EXPECT_EQ(a.size(), b.size());
  double result = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    for (const float d : {a[i].u - b[i].u, a[i].v - b[i].v, a[i].strain - b[i].strain})
      result = std::max<double>(result, std::abs(d));
  return result;
}

DisplacementConfig with_flow(const char* method) {
  DisplacementConfig config;
  config.flow.method = method;
  config.reference_s = 0.2;  // so that several references come and go
  return config;
}

class PlainComputation : public ::testing::TestWithParam<const char*> {};

TEST_P(PlainComputation, AgreesFrameByFrame) {
  DisplacementTracker tracker(with_flow(GetParam()));
  PlainDisplacement plain(with_flow(GetParam()));
  const cv::Mat still = skin();
  for (int i = 0; i < 16; ++i) {
    AlignedFace face = acting_face(i, still);
    face.segment = i < 12 ? 0 : 1;
    face.success = i != 4;
    const FrameMotion motion = tracker.measure(face), expected = plain.measure(face);
    EXPECT_EQ(motion.valid, expected.valid) << i;
    EXPECT_LT(largest_difference(motion.face, expected.face), kTolerancePx) << i;
    EXPECT_LT(largest_difference(motion.eyes, expected.eyes), kTolerancePx) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(OfFlow, PlainComputation, ::testing::Values("dis", "farneback"),
                         [](const auto& kind) { return std::string(kind.param); });

TEST(PlainComputationAtTheBorder, AgreesWherePatchesLeaveTheCrop) {
  // Brows on the top row, a mouth corner on the left edge: patches are cut, and their strain is that of the border.
  const auto cut = [](AlignedFace face) {
    for (int p = 17; p < 27; ++p) face.landmarks[p].y = 0;
    face.landmarks[48] = {0, 126};
    return face;
  };
  DisplacementTracker tracker(with_flow("dis"));
  PlainDisplacement plain(with_flow("dis"));
  const cv::Mat still = skin();
  for (int i = 0; i < 4; ++i) {
    const AlignedFace face = cut(acting_face(i, still));
    const FrameMotion motion = tracker.measure(face), expected = plain.measure(face);
    EXPECT_LT(largest_difference(motion.face, expected.face), kTolerancePx) << i;
  }
}

TEST(PlainComputationAtTheBorder, APatchOutsideTheCropStillGivesNumbers) {
  const auto without_chin = [](AlignedFace face) {
    face.landmarks[57] = {70, 400};
    return face;
  };
  DisplacementTracker tracker(with_flow("dis"));
  const cv::Mat still = skin();
  tracker.measure(without_chin(acting_face(0, still)));
  const FrameMotion motion = tracker.measure(without_chin(acting_face(3, still)));
  constexpr int kLowerLip = 12;
  EXPECT_TRUE(std::isfinite(motion.face[kLowerLip].u));
  EXPECT_EQ(motion.face[kLowerLip].strain, 0);
}

}  // namespace
}  // namespace merkit::spotting
