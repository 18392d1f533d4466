#include "merkit/core/interval.h"

#include <algorithm>

namespace merkit {

int Interval::length() const { return offset < onset ? 0 : offset - onset + 1; }

bool Interval::is_valid() const { return onset <= offset && (!apex || (onset <= *apex && *apex <= offset)); }

int Interval::apex_or_middle() const { return apex ? *apex : onset + (offset - onset) / 2; }

double iou(const Interval& a, const Interval& b) {
  const int common = std::min(a.offset, b.offset) - std::max(a.onset, b.onset) + 1;
  if (common <= 0 || a.length() == 0 || b.length() == 0) return 0;
  return static_cast<double>(common) / (a.length() + b.length() - common);
}

}  // namespace merkit
