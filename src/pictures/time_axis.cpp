#include "merkit/pictures/time_axis.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace merkit {
namespace {

double round_step(double least_s) {
  for (const double step : {0.1, 0.2, 0.5, 1., 2., 5., 10., 20., 30., 60., 120., 300., 600., 1200., 1800.})
    if (step >= least_s * (1 - 1e-9)) return step;
  return 3600 * std::ceil(least_s / 3600);
}

std::string label_of(double time_s, double step) {
  const auto whole = static_cast<int>(std::lround(time_s));
  if (time_s >= 60 && step >= 1) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{:.{}f} s", time_s, step < 1 ? 1 : 0);
}

}  // namespace

std::vector<TimeMark> time_marks(double from_s, double to_s, int most) {
  const double step = round_step((to_s - from_s) / most);
  std::vector<TimeMark> marks;
  for (int i = std::max(0, static_cast<int>(std::ceil(from_s / step - 1e-9))); i * step <= to_s + 1e-9 * step; ++i)
    marks.push_back({i * step, label_of(i * step, step)});
  return marks;
}

}  // namespace merkit
