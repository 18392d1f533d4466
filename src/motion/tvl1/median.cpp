// Medians of 3x3 and 5x5 windows by minima and maxima of whole vectors. The columns of a window are sorted first, once
// for the windows that share them; then the sorted columns are compared across.
#include "motion/tvl1/kernels.h"

#include <algorithm>
#include <cstddef>

// Compiled once for each instruction set (Highway's dynamic dispatch).
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "motion/tvl1/median.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace merkit::tvl1::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
namespace {

using D = hn::CappedTag<float, Grid::kMargin>;
using V = hn::Vec<D>;

HWY_INLINE void order(V& low, V& high) {
  const V smaller = hn::Min(low, high);
  high = hn::Max(low, high);
  low = smaller;
}

HWY_INLINE void sort3(V& a, V& b, V& c) {
  order(a, b);
  order(b, c);
  order(a, b);
}

HWY_INLINE void sort5(V& a, V& b, V& c, V& d, V& e) {
  order(a, b);
  order(d, e);
  order(c, e);
  order(c, d);
  order(a, d);
  order(a, c);
  order(b, e);
  order(b, d);
  order(b, c);
}

struct Window {
  const float* rows[5];
};

struct Five {
  V a, b, c, d, e;
};

HWY_INLINE Five around(D d, const float* p) {
  return {hn::LoadU(d, p - 2), hn::LoadU(d, p - 1), hn::Load(d, p), hn::LoadU(d, p + 1), hn::LoadU(d, p + 2)};
}

/// The two largest of five, ascending.
HWY_INLINE void largest2(const Five& of, V& second, V& first) {
  V low1 = of.a, high1 = of.b, low2 = of.c, high2 = of.d;
  order(low1, high1);
  order(low2, high2);
  order(high1, high2);
  second = hn::Max(high1, hn::Max(low1, low2));
  first = high2;
  second = hn::Max(second, hn::Min(first, of.e));
  first = hn::Max(first, of.e);
}

HWY_INLINE void smallest2(const Five& of, V& first, V& second) {
  V low1 = of.a, high1 = of.b, low2 = of.c, high2 = of.d;
  order(low1, high1);
  order(low2, high2);
  order(low1, low2);
  second = hn::Min(low2, hn::Min(high1, high2));
  first = low1;
  second = hn::Min(second, hn::Max(first, of.e));
  first = hn::Min(first, of.e);
}

/// Median of the window of 25 whose columns are sorted: `rows` holds the least of each column, then the second, ...
///
/// An element that has 13 others of which it is known to be no larger, or no smaller, than them is not the median. That
/// leaves 13: the two largest of the columns' least, the three largest of their second, the middle three of their
/// medians, and so on. Of these the seventh is wanted; the steps that find it were searched for by machine (0-1
/// principle, over the orders that are possible).
HWY_INLINE V median25(D d, const float* rows, std::ptrdiff_t pitch) {
  V a4, a5, e1, e2;
  largest2(around(d, rows), a4, a5);
  Five second = around(d, rows + pitch), third = around(d, rows + 2 * pitch), fourth = around(d, rows + 3 * pitch);
  smallest2(around(d, rows + 4 * pitch), e1, e2);
  sort5(second.a, second.b, second.c, second.d, second.e);
  sort5(third.a, third.b, third.c, third.d, third.e);
  sort5(fourth.a, fourth.b, fourth.c, fourth.d, fourth.e);
  V b3 = second.c, b4 = second.d, b5 = second.e, c2 = third.b, c3 = third.c, c4 = third.d;
  V d1 = fourth.a, d2 = fourth.b, d3 = fourth.c;
  c4 = hn::Max(hn::Min(c4, d2), b3);
  d1 = hn::Min(hn::Max(b4, d1), e2);
  a4 = hn::Max(hn::Min(c4, b5), a4);
  d3 = hn::Min(d3, hn::Max(a5, c2));
  order(a4, d3);
  order(e1, c3);
  c3 = hn::Min(c3, d3);
  e1 = hn::Max(a4, e1);
  order(c3, d1);
  return hn::Max(hn::Min(d1, e1), c3);
}

/// Median of the window of 9 whose columns are sorted: of the largest of the least, the middle of the medians and the
/// least of the largest.
HWY_INLINE V median9(D d, const float* rows, std::ptrdiff_t pitch) {
  const auto three = [&](const float* p, V& a, V& b, V& c) HWY_ATTR {
    a = hn::LoadU(d, p - 1);
    b = hn::Load(d, p);
    c = hn::LoadU(d, p + 1);
  };
  V a, b, c, low, middle, high;
  three(rows, a, b, c);
  low = hn::Max(a, hn::Max(b, c));
  three(rows + pitch, a, b, c);
  middle = hn::Max(hn::Min(a, b), hn::Min(hn::Max(a, b), c));
  three(rows + 2 * pitch, a, b, c);
  high = hn::Min(a, hn::Min(b, c));
  return hn::Max(hn::Min(low, middle), hn::Min(hn::Max(low, middle), high));
}

/// Sorts the columns of `size` rows into as many rows of `sorted`, least first, and lets the first and last go on to
/// both sides.
void sort_columns(const Window& window, int size, std::ptrdiff_t width, float* sorted, std::ptrdiff_t pitch) {
  const D d;
  const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
  for (std::ptrdiff_t x = 0; x < width; x += lanes) {
    V a = hn::Load(d, window.rows[0] + x), b = hn::Load(d, window.rows[1] + x), c = hn::Load(d, window.rows[2] + x);
    float* out = sorted + x;
    if (size == 3) {
      sort3(a, b, c);
    } else {
      V e = hn::Load(d, window.rows[3] + x), f = hn::Load(d, window.rows[4] + x);
      sort5(a, b, c, e, f);
      hn::Store(e, d, out + 3 * pitch);
      hn::Store(f, d, out + 4 * pitch);
    }
    hn::Store(a, d, out);
    hn::Store(b, d, out + pitch);
    hn::Store(c, d, out + 2 * pitch);
  }
  for (int rank = 0; rank < size; ++rank) {
    float* const row = sorted + rank * pitch;
    std::fill_n(row - 2, 2, row[0]);
    std::fill_n(row + width, 2, row[width - 1]);
  }
}

void median_plane(const Grid& grid, Plane plane, int size, Scratch& scratch) {
  const D d;
  const std::ptrdiff_t lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d)), width = grid.width();
  const int reach = size / 2, last = grid.height() - 1;
  for (int y = 0; y <= last; ++y) {
    // Rows above are kept as they were before they were filtered.
    std::copy_n(grid.row(plane, y), width, scratch.row(y % Scratch::kRowsKept));
    Window window{};
    for (int i = -reach; i <= reach; ++i) {
      const int from = std::clamp(y + i, 0, last);
      window.rows[i + reach] = from <= y ? scratch.row(from % Scratch::kRowsKept) : grid.row(plane, from);
    }
    sort_columns(window, size, width, scratch.sorted(), scratch.pitch());
    float* const out = grid.row(plane, y);
    for (std::ptrdiff_t x = 0; x < width; x += lanes) {
      const float* const at = scratch.sorted() + x;
      hn::Store(size == 3 ? median9(d, at, scratch.pitch()) : median25(d, at, scratch.pitch()), d, out + x);
    }
  }
}

void median_filter(const Grid& grid, int size, Scratch& scratch) {
  scratch.resize(grid.width());
  for (const Plane plane : {kU, kV}) median_plane(grid, plane, size, scratch);
}

}  // namespace
}  // namespace merkit::tvl1::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace merkit::tvl1 {
HWY_EXPORT(median_filter);
void median_filter(const Grid& grid, int size, Scratch& scratch) {
  HWY_DYNAMIC_DISPATCH(median_filter)(grid, size, scratch);
}
}  // namespace merkit::tvl1
#endif
