// Bicubic warp of the second picture and its gradient, all three with one set of weights. A pixel of the source is four
// floats, so that a vector holds one, two or all four neighbours of a row of the 4x4 window, by its width.
#include "motion/tvl1/kernels.h"

#include <algorithm>
#include <cstdint>

// Compiled once for each instruction set (Highway's dynamic dispatch).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "motion/tvl1/warp.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace merkit::tvl1::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

using D = hn::CappedTag<float, Grid::kMargin>;
using V = hn::Vec<D>;
using Pixel = hn::CappedTag<float, 4>;

/// The weights of the four neighbours at -1, 0, 1, 2 for a fraction t in [0, 1) (Keys 1981,
/// doi:10.1109/TASSP.1981.1163711), a = -0.75, interleaved: four floats for each lane of t.
HWY_INLINE void store_weights(D d, V t, float* HWY_RESTRICT weights) {
  const V a = hn::Set(d, -0.75f), one = hn::Set(d, 1.f);
  const V s = hn::Sub(one, t);
  const auto outer = [&](V x) HWY_ATTR { return hn::Mul(a, hn::Mul(x, hn::Mul(hn::Sub(one, x), hn::Sub(one, x)))); };
  // (a + 2) x^3 - (a + 3) x^2 + 1
  const auto inner = [&](V x) HWY_ATTR {
    return hn::MulAdd(hn::Mul(x, x), hn::MulSub(hn::Set(d, 1.25f), x, hn::Set(d, 2.25f)), one);
  };
  hn::StoreInterleaved4(outer(t), inner(t), inner(s), outer(s), d, weights);
}

/// A row of the pixels' positions: where each window begins, and its weights.
struct Windows {
  HWY_ALIGN float x_weights[4 * Grid::kMargin], y_weights[4 * Grid::kMargin];
  HWY_ALIGN std::int32_t offsets[Grid::kMargin];
};

#if HWY_MAX_BYTES == 64
/// Writes value, d/dx and d/dy at one pixel's position, and 0: all four neighbours of a row at once.
HWY_INLINE void sample(const float* HWY_RESTRICT window, std::ptrdiff_t pitch, const float* x_weights,
                       const float* y_weights, float* HWY_RESTRICT out) {
  const hn::FixedTag<float, 16> row_tag;
  const hn::Half<decltype(row_tag)> half;
  const Pixel pixel;
  HWY_ALIGN static constexpr std::int32_t kSpread[16] = {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3};
  auto sum = hn::Mul(hn::LoadU(row_tag, window), hn::Set(row_tag, y_weights[0]));
  for (int row = 1; row < 4; ++row)
    sum = hn::MulAdd(hn::LoadU(row_tag, window + row * pitch), hn::Set(row_tag, y_weights[row]), sum);
  sum = hn::Mul(sum, hn::TableLookupLanes(hn::LoadDup128(row_tag, x_weights), hn::SetTableIndices(row_tag, kSpread)));
  const auto pair = hn::Add(hn::LowerHalf(half, sum), hn::UpperHalf(half, sum));
  hn::Store(hn::Add(hn::LowerHalf(pixel, pair), hn::UpperHalf(pixel, pair)), pixel, out);
}
#else
/// Writes value, d/dx and d/dy at one pixel's position, and 0.
HWY_INLINE void sample(const float* HWY_RESTRICT window, std::ptrdiff_t pitch, const float* x_weights,
                       const float* y_weights, float* HWY_RESTRICT out) {
  const Pixel pixel;
  for (std::size_t part = 0; part < 4; part += hn::Lanes(pixel)) {
    auto sum = hn::Zero(pixel);
    for (int column = 0; column < 4; ++column) {
      const float* p = window + 4 * column + part;
      auto value = hn::Mul(hn::LoadU(pixel, p), hn::Set(pixel, y_weights[0]));
      for (int row = 1; row < 4; ++row)
        value = hn::MulAdd(hn::LoadU(pixel, p + row * pitch), hn::Set(pixel, y_weights[row]), value);
      sum = hn::MulAdd(value, hn::Set(pixel, x_weights[column]), sum);
    }
    hn::Store(sum, pixel, out + part);
  }
}
#endif

void warp(const Grid& grid, const WarpSource& second, const float* first, std::ptrdiff_t first_pitch) {
  const D d;
  const hn::RebindToSigned<D> di;
  const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
  const V right = hn::Set(d, static_cast<float>(grid.width() - 1));
  const V bottom = hn::Set(d, static_cast<float>(grid.height() - 1)), zero = hn::Zero(d);
  const V smallest = hn::Set(d, 1e-7f), one = hn::Set(d, 1.f);
  Windows windows;
  HWY_ALIGN float samples[4 * Grid::kMargin];
  for (int y = 0; y < grid.height(); ++y) {
    const V row_y = hn::Set(d, static_cast<float>(y));
    for (std::ptrdiff_t x = 0; x < grid.width(); x += lanes) {
      float* const u = grid.row(kU, y) + x;
      const std::ptrdiff_t plane = grid.plane_pitch();
      const V motion_x = hn::Load(d, u), motion_y = hn::Load(d, u + kV * plane);
      const V at_x = hn::Add(hn::Iota(d, static_cast<float>(x)), motion_x), at_y = hn::Add(row_y, motion_y);
      const auto inside =
          hn::And(hn::And(hn::Ge(at_x, zero), hn::Le(at_x, right)), hn::And(hn::Ge(at_y, zero), hn::Le(at_y, bottom)));
      // What is not a number becomes 0 here as well: Max and Min then return their second argument.
      const V held_x = hn::IfThenElseZero(inside, at_x), held_y = hn::IfThenElseZero(inside, at_y);
      const V whole_x = hn::Floor(held_x), whole_y = hn::Floor(held_y);
      store_weights(d, hn::Sub(held_x, whole_x), windows.x_weights);
      store_weights(d, hn::Sub(held_y, whole_y), windows.y_weights);
      const auto left = hn::Sub(hn::ConvertTo(di, whole_x), hn::Set(di, 1));
      const auto top = hn::Sub(hn::ConvertTo(di, whole_y), hn::Set(di, 1));
      const auto offset = hn::Add(hn::ShiftLeft<2>(left), hn::Mul(top, hn::Set(di, static_cast<int>(second.pitch))));
      hn::Store(offset, di, windows.offsets);
      for (std::ptrdiff_t i = 0; i < lanes; ++i)
        sample(second.pixels + windows.offsets[i], second.pitch, windows.x_weights + 4 * i, windows.y_weights + 4 * i,
               samples + 4 * i);
      V value, gradient_x, gradient_y, nothing;
      hn::LoadInterleaved4(d, samples, value, gradient_x, gradient_y, nothing);
      gradient_x = hn::IfThenElseZero(inside, gradient_x);
      gradient_y = hn::IfThenElseZero(inside, gradient_y);
      const V square = hn::MulAdd(gradient_x, gradient_x, hn::Mul(gradient_y, gradient_y));
      const V moved = hn::MulAdd(gradient_x, motion_x, hn::Mul(gradient_y, motion_y));
      const V residual = hn::Sub(hn::Sub(value, hn::LoadU(d, first + y * first_pitch + x)), moved);
      hn::Store(gradient_x, d, u + kGradientX * plane);
      hn::Store(gradient_y, d, u + kGradientY * plane);
      hn::Store(hn::Div(one, hn::Max(square, smallest)), d, u + kInverse * plane);
      hn::Store(residual, d, u + kResidual * plane);
    }
  }
}

}  // namespace
}  // namespace merkit::tvl1::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace merkit::tvl1 {
HWY_EXPORT(warp);
void warp(const Grid& grid, const WarpSource& second, const float* first, std::ptrdiff_t first_pitch) {
  HWY_DYNAMIC_DISPATCH(warp)(grid, second, first, first_pitch);
}
}  // namespace merkit::tvl1
#endif
