// The forward half. What it saves is memory traffic: the maps of one sample never leave the first cache, because all
// that the backward half needs of them (places of the maxima, and how maps and image go together) is noted as they are
// made. Filters are the lanes of a vector.
#include "neural/layers/stem_kernels.h"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <hwy/aligned_allocator.h>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neural/layers/stem_convolve.cpp"
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)  // no arrays of vectors there
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace merkit::neural::stem::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

using D = hn::CappedTag<float, kLanes>;
using V = hn::Vec<D>;
using Places = hn::RebindToSigned<D>;

/// `Count` neighbours of a row of maps, for one vector of filters.
template <int Channels, int Count>
HWY_INLINE void convolve_block(const Shape& shape, const float* image, const float* weights, V bias, float* maps) {
  const D d;
  const int lanes = shape.lanes(), tap_row = shape.tap_row();
  V sums[Count];
  for (int i = 0; i < Count; ++i) sums[i] = bias;
  for (int y = 0; y < shape.kernel; ++y) {
    const float* const pixels = image + y * shape.row_floats();
    const float* const row = weights + static_cast<std::ptrdiff_t>(y) * tap_row * lanes;
    for (int tap = 0; tap < tap_row; ++tap) {
      const V weight = hn::Load(d, row + tap * lanes);
#pragma GCC unroll 16
      for (int i = 0; i < Count; ++i) sums[i] = hn::MulAdd(hn::Set(d, pixels[i * Channels + tap]), weight, sums[i]);
    }
  }
  const V zero = hn::Zero(d);
  for (int i = 0; i < Count; ++i) hn::Store(hn::Max(sums[i], zero), d, maps + i * lanes);
}

template <int Channels>
HWY_INLINE void convolve_row(const Shape& shape, const float* image, const float* weights, V bias, float* maps) {
  constexpr int kBlock = 10;
  int x = 0;
  for (; x + kBlock <= shape.map_width(); x += kBlock)
    convolve_block<Channels, kBlock>(shape, image + x * Channels, weights, bias, maps + x * shape.lanes());
  for (; x < shape.map_width(); ++x)
    convolve_block<Channels, 1>(shape, image + x * Channels, weights, bias, maps + x * shape.lanes());
}

/// Sums over a row of maps of what lies under `Taps` neighbouring taps.
template <int Channels, int Taps>
HWY_INLINE void correlate_taps(const Shape& shape, const float* pixels, const float* maps, float* active,
                               float* values) {
  const D d;
  const int lanes = shape.lanes(), width = shape.map_width();
  V active_sums[Taps], value_sums[Taps];
#pragma GCC unroll 16
  for (int tap = 0; tap < Taps; ++tap) {
    active_sums[tap] = hn::Load(d, active + tap * lanes);
    value_sums[tap] = hn::Load(d, values + tap * lanes);
  }
  for (int x = 0; x < width; ++x) {
    const V value = hn::Load(d, maps + x * lanes);
    const auto is_active = hn::Gt(value, hn::Zero(d));
#pragma GCC unroll 16
    for (int tap = 0; tap < Taps; ++tap) {
      const V pixel = hn::IfThenElseZero(is_active, hn::Set(d, pixels[x * Channels + tap]));
      active_sums[tap] = hn::Add(active_sums[tap], pixel);
      value_sums[tap] = hn::MulAdd(pixel, value, value_sums[tap]);
    }
  }
#pragma GCC unroll 16
  for (int tap = 0; tap < Taps; ++tap) {
    hn::Store(active_sums[tap], d, active + tap * lanes);
    hn::Store(value_sums[tap], d, values + tap * lanes);
  }
}

template <int Channels>
HWY_INLINE void correlate_row(const Shape& shape, const float* image, const float* maps, float* active, float* values) {
  // As many sums as registers hold.
  constexpr int kTaps = HWY_TARGET <= HWY_AVX3 ? 3 * Channels : 3;
  for (int y = 0; y < shape.kernel; ++y) {
    const float* const pixels = image + y * shape.row_floats();
    const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(y) * shape.tap_row() * shape.lanes();
    int tap = 0;
    for (; tap + kTaps <= shape.tap_row(); tap += kTaps)
      correlate_taps<Channels, kTaps>(shape, pixels + tap, maps, active + first + tap * shape.lanes(),
                                      values + first + tap * shape.lanes());
    for (; tap < shape.tap_row(); ++tap)
      correlate_taps<Channels, 1>(shape, pixels + tap, maps, active + first + tap * shape.lanes(),
                                  values + first + tap * shape.lanes());
  }
}

HWY_INLINE void sum_row(const Shape& shape, const float* maps, int lane, const Sums& sums) {
  const D d;
  V values = hn::Load(d, sums.values + lane), squares = hn::Load(d, sums.squares + lane),
    active = hn::Load(d, sums.active + lane);
  const V one = hn::Set(d, 1.f);
  for (int x = 0; x < shape.map_width(); ++x) {
    const V value = hn::Load(d, maps + x * shape.lanes() + lane);
    values = hn::Add(values, value);
    squares = hn::MulAdd(value, value, squares);
    active = hn::Add(active, hn::IfThenElseZero(hn::Gt(value, hn::Zero(d)), one));
  }
  hn::Store(values, d, sums.values + lane);
  hn::Store(squares, d, sums.squares + lane);
  hn::Store(active, d, sums.active + lane);
}

/// Row `y` of the maps into the windows that it is part of.
HWY_INLINE void pool_row(const Shape& shape, const float* maps, int y, int lane, V sign, float* pooled,
                         std::int32_t* places) {
  const D d;
  const Places di;
  const int out_y = (y + shape.pool_padding) / shape.pool;
  if (out_y >= shape.pooled_height()) return;
  for (int out_x = 0; out_x < shape.pooled_width(); ++out_x) {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(out_y * shape.pooled_width() + out_x) * shape.lanes() + lane;
    V best = hn::Load(d, pooled + at);
    auto place = hn::Load(di, places + at);
    const int begin = std::max(0, out_x * shape.pool - shape.pool_padding);
    const int end = std::min(shape.map_width(), out_x * shape.pool - shape.pool_padding + shape.pool);
    for (int x = begin; x < end; ++x) {
      const V value = hn::Mul(sign, hn::Load(d, maps + x * shape.lanes() + lane));
      const auto better = hn::Gt(value, best);
      best = hn::IfThenElse(better, value, best);
      place =
          hn::IfThenElse(hn::RebindMask(di, better), hn::Set(di, y * shape.row_floats() + x * shape.channels), place);
    }
    hn::Store(best, d, pooled + at);
    hn::Store(place, di, places + at);
  }
}

template <int Channels>
void convolve_and_pool(const Shape& shape, const float* image, const float* weights, const float* bias,
                       const float* sign, float* pooled, std::int32_t* places, const Sums* sums) {
  const D d;
  const int lanes = shape.lanes();
  const auto width = static_cast<std::size_t>(shape.map_width()) * static_cast<std::size_t>(lanes);
  static thread_local hwy::AlignedFreeUniquePtr<float[]> maps;
  static thread_local std::size_t capacity = 0;
  if (capacity < width) {
    maps = hwy::AllocateAligned<float>(width);
    capacity = width;
  }
  std::fill_n(pooled, shape.pooled() * lanes, -std::numeric_limits<float>::infinity());
  for (int y = 0; y < shape.map_height(); ++y) {
    const float* const rows = image + y * shape.row_floats();
    for (int lane = 0; lane < lanes; lane += static_cast<int>(hn::Lanes(d))) {
      convolve_row<Channels>(shape, rows, weights + lane, hn::Load(d, bias + lane), maps.get() + lane);
      if (sums) {
        correlate_row<Channels>(shape, rows, maps.get() + lane, sums->active_taps + lane, sums->value_taps + lane);
        sum_row(shape, maps.get(), lane, *sums);
      }
      pool_row(shape, maps.get(), y, lane, hn::Load(d, sign + lane), pooled, places);
    }
  }
}

void dispatch(const Shape& shape, const float* image, const float* weights, const float* bias, const float* sign,
              float* pooled, std::int32_t* places, const Sums* sums) {
  const auto run = shape.channels == 1   ? convolve_and_pool<1>
                   : shape.channels == 2 ? convolve_and_pool<2>
                                         : convolve_and_pool<3>;
  run(shape, image, weights, bias, sign, pooled, places, sums);
}

}  // namespace
}  // namespace merkit::neural::stem::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace merkit::neural::stem {

HWY_EXPORT(dispatch);

void convolve_and_pool(const Shape& shape, const float* image, const float* weights, const float* bias,
                       const float* sign, float* pooled, std::int32_t* places, const Sums* sums) {
  HWY_DYNAMIC_DISPATCH(dispatch)(shape, image, weights, bias, sign, pooled, places, sums);
}

void pack_image(const Shape& shape, const float* planes, float* image) {
  std::fill_n(image, shape.image_floats(), 0.f);
  for (int c = 0; c < shape.channels; ++c)
    for (int y = 0; y < shape.height; ++y) {
      const float* const from = planes + (static_cast<std::ptrdiff_t>(c) * shape.height + y) * shape.width;
      float* const to = image + (y + shape.padding) * shape.row_floats() + shape.padding * shape.channels + c;
      for (int x = 0; x < shape.width; ++x) to[x * shape.channels] = from[x];
    }
}

}  // namespace merkit::neural::stem
#endif
