// What follows the maximum, and the way back to the filters. Arrays are a ninth of the maps' size here.
#include "neural/layers/stem_kernels.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "neural/layers/stem_finish.cpp"
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)  // no arrays of vectors there
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace merkit::neural::stem::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

using D = hn::CappedTag<float, kLanes>;
using V = hn::Vec<D>;
using Bits = hn::RebindToUnsigned<D>;

/// Positions of one sample's filters in the mask.
class LaneMask {
 public:
  LaneMask(const Shape& shape, const DropoutMask& mask, int sample, int lane)
      : mask_(mask),
        first_(hn::Add(hn::Mul(hn::Iota(Bits(), static_cast<std::uint32_t>(lane)),
                               hn::Set(Bits(), static_cast<std::uint32_t>(shape.pooled()))),
                       hn::Set(Bits(), static_cast<std::uint32_t>(sample) * static_cast<std::uint32_t>(shape.filters) *
                                           static_cast<std::uint32_t>(shape.pooled())))) {}

  /// `value` where it is kept at `place`, scaled, else 0: what DropoutMask::keeps() says, for a vector. Not for a mask
  /// that keeps all.
  HWY_INLINE V apply(V value, int place) const {
    const Bits bits;
    auto hash =
        hn::Add(hn::Mul(hn::Add(first_, hn::Set(bits, static_cast<std::uint32_t>(place))), hn::Set(bits, 0x9e3779b1u)),
                hn::Set(bits, mask_.low));
    hash = hn::Add(hn::Mul(hn::Xor(hash, hn::ShiftRight<16>(hash)), hn::Set(bits, 0x85ebca6bu)),
                   hn::Set(bits, mask_.high));
    hash = hn::Mul(hn::Xor(hash, hn::ShiftRight<13>(hash)), hn::Set(bits, 0xc2b2ae35u));
    hash = hn::Xor(hash, hn::ShiftRight<16>(hash));
    const auto keeps = hn::RebindMask(D(), hn::Gt(hash, hn::Set(bits, mask_.threshold - 1)));
    return hn::IfThenElseZero(keeps, hn::Mul(value, hn::Set(D(), mask_.scale)));
  }

 private:
  const DropoutMask& mask_;
  hn::Vec<Bits> first_;
};

void finish(const Shape& shape, const float* pooled, const float* factor, const float* shift, const DropoutMask& mask,
            int sample, float* features) {
  const D d;
  const int lanes = shape.lanes(), side = shape.average, across = shape.pooled_width() / side;
  const V share = hn::Set(d, 1.f / static_cast<float>(side * side));
  HWY_ALIGN float means[kLanes];
  for (int lane = 0; lane < lanes; lane += static_cast<int>(hn::Lanes(d))) {
    const V times = hn::Load(d, factor + lane), plus = hn::Load(d, shift + lane);
    const LaneMask dropout(shape, mask, sample, lane);
    for (int out = 0; out < shape.averaged(); ++out) {
      V sum = hn::Zero(d);
      for (int y = out / across * side; y < out / across * side + side; ++y)
        for (int x = out % across * side; x < out % across * side + side; ++x) {
          const int place = y * shape.pooled_width() + x;
          const V value =
              hn::MulAdd(hn::Load(d, pooled + static_cast<std::ptrdiff_t>(place) * lanes + lane), times, plus);
          sum = hn::Add(sum, mask.threshold ? dropout.apply(value, place) : value);
        }
      hn::Store(hn::Mul(sum, share), d, means);
      for (int i = 0; i < static_cast<int>(hn::Lanes(d)) && lane + i < shape.filters; ++i)
        features[static_cast<std::ptrdiff_t>(lane + i) * shape.averaged() + out] = means[i];
    }
  }
}

void unfinish(const Shape& shape, const float* gradient, const DropoutMask& mask, int sample, float* of_pooled) {
  const D d;
  const int lanes = shape.lanes(), side = shape.average, across = shape.pooled_width() / side;
  const float share = 1.f / static_cast<float>(side * side);
  std::fill_n(of_pooled, static_cast<std::ptrdiff_t>(shape.pooled()) * lanes, 0.f);
  HWY_ALIGN float parts[kLanes] = {};
  for (int lane = 0; lane < lanes; lane += static_cast<int>(hn::Lanes(d))) {
    const LaneMask dropout(shape, mask, sample, lane);
    for (int out = 0; out < shape.averaged(); ++out) {
      for (int i = 0; i < static_cast<int>(hn::Lanes(d)) && lane + i < shape.filters; ++i)
        parts[i] = gradient[static_cast<std::ptrdiff_t>(lane + i) * shape.averaged() + out] * share;
      const V part = hn::Load(d, parts);
      for (int y = out / across * side; y < out / across * side + side; ++y)
        for (int x = out % across * side; x < out % across * side + side; ++x) {
          const int place = y * shape.pooled_width() + x;
          hn::Store(mask.threshold ? dropout.apply(part, place) : part, d,
                    of_pooled + static_cast<std::ptrdiff_t>(place) * lanes + lane);
        }
    }
  }
}

/// Adds `count` pieces (an even number) of `Rows` rows of an image to sums, each times its value.
template <int Rows>
HWY_INLINE void gather_rows(const Shape& shape, const float* image, const float* values, const std::int32_t* from,
                            int count, float* to) {
  const D d;
  for (int tap = 0; tap < shape.tap_row(); tap += static_cast<int>(hn::Lanes(d))) {
    V even[Rows], odd[Rows];
#pragma GCC unroll 4
    for (int row = 0; row < Rows; ++row) {
      even[row] = hn::Load(d, to + row * shape.gathered_row() + tap);
      odd[row] = hn::Zero(d);
    }
    for (int i = 0; i < count; i += 2) {
      const V first = hn::Set(d, values[i]), second = hn::Set(d, values[i + 1]);
      const float *const a = image + from[i] + tap, *const b = image + from[i + 1] + tap;
#pragma GCC unroll 4
      for (int row = 0; row < Rows; ++row) {
        even[row] = hn::MulAdd(first, hn::LoadU(d, a + row * shape.row_floats()), even[row]);
        odd[row] = hn::MulAdd(second, hn::LoadU(d, b + row * shape.row_floats()), odd[row]);
      }
    }
#pragma GCC unroll 4
    for (int row = 0; row < Rows; ++row)
      hn::Store(hn::Add(even[row], odd[row]), d, to + row * shape.gathered_row() + tap);
  }
}

void gather(const Shape& shape, const float* image, const float* pooled, const std::int32_t* places, const float* sign,
            const float* of_pooled, float* gathered, float* active) {
  const int lanes = shape.lanes();
  static thread_local std::vector<float> values;
  static thread_local std::vector<std::int32_t> from;
  values.resize(static_cast<std::size_t>(shape.pooled()) + 1);
  from.resize(values.size());
  for (int filter = 0; filter < shape.filters; ++filter) {
    int count = 0;
    float sum = 0;
    for (int i = filter; i < shape.pooled() * lanes; i += lanes) {
      values[static_cast<std::size_t>(count)] = of_pooled[i];
      from[static_cast<std::size_t>(count)] = places[i];
      // Without a branch: nobody can foretell what dropout keeps.
      const int counts = static_cast<int>(of_pooled[i] != 0) & static_cast<int>(pooled[i] * sign[filter] > 0);
      sum += of_pooled[i] * static_cast<float>(counts);
      count += counts;
    }
    active[filter] += sum;
    for (; count % 2 != 0; ++count)
      values[static_cast<std::size_t>(count)] = 0, from[static_cast<std::size_t>(count)] = 0;
    float* const to = gathered + static_cast<std::ptrdiff_t>(filter) * shape.kernel * shape.gathered_row();
    int y = 0;
    for (; y + 3 <= shape.kernel; y += 3)
      gather_rows<3>(shape, image + y * shape.row_floats(), values.data(), from.data(), count,
                     to + y * shape.gathered_row());
    for (; y < shape.kernel; ++y)
      gather_rows<1>(shape, image + y * shape.row_floats(), values.data(), from.data(), count,
                     to + y * shape.gathered_row());
  }
}

}  // namespace
}  // namespace merkit::neural::stem::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace merkit::neural::stem {

HWY_EXPORT(finish);
HWY_EXPORT(unfinish);
HWY_EXPORT(gather);

void finish(const Shape& shape, const float* pooled, const float* factor, const float* shift, const DropoutMask& mask,
            int sample, float* features) {
  HWY_DYNAMIC_DISPATCH(finish)(shape, pooled, factor, shift, mask, sample, features);
}

void unfinish(const Shape& shape, const float* gradient, const DropoutMask& mask, int sample, float* of_pooled) {
  HWY_DYNAMIC_DISPATCH(unfinish)(shape, gradient, mask, sample, of_pooled);
}

void gather(const Shape& shape, const float* image, const float* pooled, const std::int32_t* places, const float* sign,
            const float* of_pooled, float* gathered, float* active) {
  HWY_DYNAMIC_DISPATCH(gather)(shape, image, pooled, places, sign, of_pooled, gathered, active);
}

}  // namespace merkit::neural::stem
#endif
