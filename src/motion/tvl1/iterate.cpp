// The inner iteration of TV-L1, where half of its time goes: one pass over the level that keeps to the first cache. Row
// y of the primal update needs the dual field of rows y - 1 and y as they were, and row y - 1 of the dual update needs
// u and v of rows y - 1 and y as they become; so the dual update follows one row behind, vector by vector.
#include "motion/tvl1/kernels.h"

#include <cstddef>

// Compiled once for each instruction set (Highway's dynamic dispatch).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "motion/tvl1/iterate.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace merkit::tvl1::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

using D = hn::CappedTag<float, Grid::kMargin>;
using V = hn::Vec<D>;

struct Constants {
  D d;
  V data, minus_data, coupling, dual, one;
};

/// One component of the motion and its dual field.
struct Component {
  Plane motion, dual_x, dual_y;
};
constexpr Component kComponentU{kU, kUDualX, kUDualY}, kComponentV{kV, kVDualX, kVDualY};

/// Where the same vector of all planes lies in a row and in the one above.
struct Place {
  float* row;
  std::ptrdiff_t plane, pitch;

  float* at(Plane which) const { return row + which * plane; }
  float* above(Plane which) const { return at(which) - pitch; }
};

/// Primal update of one component of the motion; `data_step` is the thresholding step along `gradient`.
HWY_INLINE V change_of(const Constants& c, const Place& here, const Component& component, V data_step, V gradient,
                       V dual_y_above) {
  const float* const x = here.at(component.dual_x);
  const V along_x = hn::Sub(hn::Load(c.d, x), hn::LoadU(c.d, x - 1));
  const V along_y = hn::Sub(hn::Load(c.d, here.at(component.dual_y)), dual_y_above);
  return hn::NegMulAdd(data_step, gradient, hn::Mul(c.coupling, hn::Add(along_x, along_y)));
}

/// Dual update of one component in the row above; `below` is the motion in this row.
HWY_INLINE void update_dual_above(const Constants& c, const Place& here, const Component& component, V below,
                                  V dual_y_above) {
  const float* const motion = here.above(component.motion);
  float* const dual_x = here.above(component.dual_x);
  const V at = hn::Load(c.d, motion);
  const V x = hn::Sub(hn::LoadU(c.d, motion + 1), at), y = hn::Sub(below, at);
  const V length = hn::Sqrt(hn::MulAdd(x, x, hn::Mul(y, y)));
  const V scale = hn::Div(c.one, hn::MulAdd(c.dual, length, c.one));
  hn::Store(hn::Mul(hn::MulAdd(c.dual, x, hn::Load(c.d, dual_x)), scale), c.d, dual_x);
  hn::Store(hn::Mul(hn::MulAdd(c.dual, y, dual_y_above), scale), c.d, here.above(component.dual_y));
}

struct Changes {
  V u, v;
};

/// Thresholding step and primal update of one vector, and dual update of the one above it if `kAbove`.
template <bool kAbove>
HWY_INLINE Changes step(const Constants& c, const Place& here) {
  const D d = c.d;
  const V u = hn::Load(d, here.at(kU)), v = hn::Load(d, here.at(kV));
  const V gradient_x = hn::Load(d, here.at(kGradientX)), gradient_y = hn::Load(d, here.at(kGradientY));
  const V u_dual_above = hn::Load(d, here.above(kUDualY)), v_dual_above = hn::Load(d, here.above(kVDualY));
  const V residual = hn::MulAdd(gradient_x, u, hn::MulAdd(gradient_y, v, hn::Load(d, here.at(kResidual))));
  const V data_step = hn::Max(c.minus_data, hn::Min(hn::Mul(residual, hn::Load(d, here.at(kInverse))), c.data));
  const Changes change{change_of(c, here, kComponentU, data_step, gradient_x, u_dual_above),
                       change_of(c, here, kComponentV, data_step, gradient_y, v_dual_above)};
  const V new_u = hn::Add(u, change.u), new_v = hn::Add(v, change.v);
  hn::Store(new_u, d, here.at(kU));
  hn::Store(new_v, d, here.at(kV));
  if constexpr (kAbove) {
    update_dual_above(c, here, kComponentU, new_u, u_dual_above);
    update_dual_above(c, here, kComponentV, new_v, v_dual_above);
  }
  return change;
}

/// One row, and the dual update of the row above if `kAbove`. Returns the sum of squared changes.
template <bool kAbove>
float iterate_row(const Constants& c, const Grid& grid, int y) {
  const D d = c.d;
  const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d)), width = grid.width();
  const std::ptrdiff_t whole = width / lanes * lanes;
  float* const row = grid.row(kU, y);
  const auto place = [&](std::ptrdiff_t x) { return Place{row + x, grid.plane_pitch(), grid.row_pitch()}; };
  V sum_u = hn::Zero(d), sum_v = hn::Zero(d);
  for (std::ptrdiff_t x = 0; x < whole; x += lanes) {
    const Changes change = step<kAbove>(c, place(x));
    sum_u = hn::MulAdd(change.u, change.u, sum_u);
    sum_v = hn::MulAdd(change.v, change.v, sum_v);
  }
  if (whole < width) {
    const auto inside = hn::FirstN(d, static_cast<std::size_t>(width - whole));
    const Changes change = step<kAbove>(c, place(whole));
    const V u = hn::IfThenElseZero(inside, change.u), v = hn::IfThenElseZero(inside, change.v);
    sum_u = hn::MulAdd(u, u, sum_u);
    sum_v = hn::MulAdd(v, v, sum_v);
  }
  // The border's values go on beyond it: no gradient across it.
  for (const Plane plane : {kU, kV}) {
    float* const end = grid.row(plane, y) + width;
    *end = end[-1];
  }
  return hn::GetLane(hn::SumOfLanes(d, hn::Add(sum_u, sum_v)));
}

double iterate(const Grid& grid, const Steps& steps) {
  const D d;
  const Constants c{d,
                    hn::Set(d, steps.data),
                    hn::Set(d, -steps.data),
                    hn::Set(d, steps.coupling),
                    hn::Set(d, steps.dual),
                    hn::Set(d, 1.f)};
  double sum = iterate_row<false>(c, grid, 0);
  for (int y = 1; y < grid.height(); ++y) sum += iterate_row<true>(c, grid, y);
  // The last row is its own neighbour below.
  for (std::ptrdiff_t x = 0; x < grid.width(); x += static_cast<std::ptrdiff_t>(hn::Lanes(d))) {
    const Place below{grid.row(kU, grid.height() - 1) + grid.row_pitch() + x, grid.plane_pitch(), grid.row_pitch()};
    for (const Component& component : {kComponentU, kComponentV})
      update_dual_above(c, below, component, hn::Load(d, below.above(component.motion)),
                        hn::Load(d, below.above(component.dual_y)));
  }
  return sum;
}

}  // namespace
}  // namespace merkit::tvl1::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace merkit::tvl1 {
HWY_EXPORT(iterate);
double iterate(const Grid& grid, const Steps& steps) { return HWY_DYNAMIC_DISPATCH(iterate)(grid, steps); }
}  // namespace merkit::tvl1
#endif
