#pragma once

#include "report/html/markup.h"
#include "report/html/run_summary.h"

#include <optional>
#include <string>
#include <vector>

namespace merkit::html {

struct CurveChart {
  std::string title;        ///< heading, and the chart's name to who cannot see it
  std::string description;  ///< what is to be seen
  std::string x_label, y_label;
  std::vector<CurvePoint> points;  ///< at least two
  std::optional<double> top;       ///< upper end of the value axis; else what the points need
};

/// The mean as a line in a band from the least to the greatest, with axes, as a figure.
void curve_chart(Markup& page, const CurveChart& chart);

/// A horizontal bar of `share` (0..1) of the cell's width.
void share_bar(Markup& page, double share);

/// Round numbers at most `count` steps apart that span 0..`top`: 1, 2 or 5 times a power of ten. `top` > 0.
std::vector<double> round_ticks(double top, int count);

}  // namespace merkit::html
