#include "motion/tvl1/grid.h"

#include "motion/tvl1/kernels.h"

#include <algorithm>

namespace merkit::tvl1 {
namespace {

/// Floats of a row of `width` pixels: whole vectors, and a margin on each side.
std::ptrdiff_t row_floats(int width) {
  constexpr int kVector = Grid::kMargin;
  return (width + kVector - 1) / kVector * kVector + 2 * Grid::kMargin;
}

}  // namespace

void Grid::resize(int width, int height) {
  width_ = width;
  height_ = height;
  plane_pitch_ = row_floats(width);
  row_pitch_ = kPlanes * plane_pitch_;
  // Rows whose distance is a multiple of 4 KiB would compete for the same lines of the first cache.
  if (row_pitch_ % 1024 < kMargin) row_pitch_ += kMargin;
  const std::size_t needed = static_cast<std::size_t>(row_pitch_) * (height + 2);
  if (needed > capacity_) {
    values_ = hwy::AllocateAligned<float>(needed);
    capacity_ = needed;
  }
  std::fill_n(values_.get(), needed, 0.f);
}

void Scratch::resize(int width) {
  pitch_ = row_floats(width);
  const std::ptrdiff_t needed = (kRowsKept + 5) * pitch_;
  if (needed <= capacity_) return;
  values_ = hwy::AllocateAligned<float>(static_cast<std::size_t>(needed));
  std::fill_n(values_.get(), needed, 0.f);
  capacity_ = needed;
}

}  // namespace merkit::tvl1
