#pragma once

#include <array>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// A picture and its halves, as floats with a border of reflected pixels: what patches are followed in.
class PatchPyramid {
 public:
  static constexpr int kLevels = 3;   ///< the last is a quarter of the size
  static constexpr int kBorder = 16;  ///< pixels around each level

  explicit PatchPyramid(const cv::Mat1b& picture);
  const cv::Mat1f& level(int i) const { return levels_[static_cast<std::size_t>(i)]; }

 private:
  std::array<cv::Mat1f, kLevels> levels_;
};

/// One patch to follow: pixels, their gradients and what Lucas-Kanade derives from them.
struct Patch {
  static constexpr int kSide = 17, kRow = 20;  ///< rows are filled up with zero gradients, for whole vectors
  using Pixels = std::array<float, kSide * kRow>;

  Patch(const cv::Mat1f& level, cv::Point2f centre);

  Pixels grey, across, down;
  float aa = 0, ad = 0, dd = 0;  ///< sums of products of gradients
  bool distinct = false;         ///< has structure in both directions and lies inside the picture
};

/// Where `patch` is in `level`, beginning at `centre` (which moves there): Lucas-Kanade with the patch's own gradients,
/// until a step is below 0.003 px or for 30 steps. False when it leaves the picture or is not distinct.
/// Arithmetic in a fixed order: the same on every machine.
bool follow_patch(const Patch& patch, const cv::Mat1f& level, cv::Point2f& centre);

/// Patches of one point in every level.
using PointPatches = std::vector<Patch>;
PointPatches patches_at(const PatchPyramid& pyramid, cv::Point2f point);

/// Coarse to fine, beginning where the point was in its own picture. `point` moves to where it is in `pyramid`.
bool follow_point(const PointPatches& patches, const PatchPyramid& pyramid, cv::Point2f& point);

}  // namespace merkit
