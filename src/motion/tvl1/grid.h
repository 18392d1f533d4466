#pragma once

#include <cstddef>

#include <hwy/aligned_allocator.h>

namespace merkit::tvl1 {

/// What the solver keeps for each pixel of one pyramid level.
enum Plane {
  kU,       ///< motion to the right, in pixels of the level
  kV,       ///< motion downwards
  kUDualX,  ///< dual field of u, horizontal part
  kUDualY,
  kVDualX,
  kVDualY,
  kGradientX,  ///< horizontal derivative of the second picture, warped
  kGradientY,
  kInverse,   ///< 1 / squared length of that gradient
  kResidual,  ///< brightness residual at zero motion
  kPlanes
};

/// The planes of one level, row by row side by side: row y of all planes comes before row y + 1 of any, so that one
/// pass over the level is one stream through memory and a few rows of it fit the first cache.
///
/// Each row has a margin of `kMargin` floats on its left and at least as many on its right, and there is a row above
/// the first: neighbours can be read, and whole vectors written, without asking where the picture ends.
class Grid {
 public:
  static constexpr int kMargin = 16;  ///< floats; the widest vector

  /// All values become 0. Grows the memory only when needed.
  void resize(int width, int height);

  int width() const { return width_; }
  int height() const { return height_; }
  /// Distance in floats from one plane's row to the same row of the next plane.
  std::ptrdiff_t plane_pitch() const { return plane_pitch_; }
  /// Distance in floats from one row of a plane to its next row.
  std::ptrdiff_t row_pitch() const { return row_pitch_; }

  /// First pixel of row `y`, -1..height-1, aligned to 64 bytes.
  float* row(Plane plane, int y) const { return values_.get() + (y + 1) * row_pitch_ + plane * plane_pitch_ + kMargin; }

 private:
  int width_ = 0, height_ = 0;
  std::ptrdiff_t plane_pitch_ = 0, row_pitch_ = 0;
  std::size_t capacity_ = 0;
  hwy::AlignedFreeUniquePtr<float[]> values_;
};

}  // namespace merkit::tvl1
