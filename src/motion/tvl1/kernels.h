#pragma once

#include "motion/tvl1/grid.h"

#include <cstddef>

#include <hwy/aligned_allocator.h>

namespace merkit::tvl1 {

struct Steps {
  float data;      ///< lambda * theta: the largest step of the data term, in units of the gradient
  float coupling;  ///< theta
  float dual;      ///< tau / theta
};

/// One iteration: the thresholding step on the data term, the primal update of (u, v) and the dual update (Zach et al.
/// 2007, eqs. 12-14; IPOL 2013, algorithm 1), in one pass. Returns the sum of squared changes of u and v.
double iterate(const Grid& grid, const Steps& steps);

/// Working rows of the median filter, kept between calls.
class Scratch {
 public:
  static constexpr int kRowsKept = 3;  ///< rows y - 2 .. y, unfiltered

  /// Grows the memory only when needed.
  void resize(int width);
  std::ptrdiff_t pitch() const { return pitch_; }
  float* row(int i) { return values_.get() + i * pitch_ + Grid::kMargin; }
  float* sorted() { return row(kRowsKept); }

 private:
  std::ptrdiff_t pitch_ = 0, capacity_ = 0;
  hwy::AlignedFreeUniquePtr<float[]> values_;
};

/// Replaces u and v by their medians over `size` x `size` windows, 3 or 5; the border's values go on beyond it.
void median_filter(const Grid& grid, int size, Scratch& scratch);

/// The second picture and its derivatives, as the warp reads them: four floats a pixel (value, d/dx, d/dy, 0), with a
/// border of `kBorder` pixels in which they repeat.
struct WarpSource {
  static constexpr int kBorder = 2;
  const float* pixels;   ///< of pixel (0, 0)
  std::ptrdiff_t pitch;  ///< floats a row
};

/// Samples the second picture at (x + u, y + v) by bicubic convolution (Keys 1981, a = -0.75), and from it and the
/// first picture fills the gradient, its inverse square and the residual. Where (x + u, y + v) lies outside there is no
/// gradient: such pixels only follow their neighbours. `first` must be readable for Grid::kMargin floats beyond each
/// row.
void warp(const Grid& grid, const WarpSource& second, const float* first, std::ptrdiff_t first_pitch);

}  // namespace merkit::tvl1
