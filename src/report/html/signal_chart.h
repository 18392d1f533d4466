#pragma once

#include "merkit/core/prediction.h"
#include "merkit/pipeline/analyze.h"
#include "report/html/markup.h"

#include <optional>
#include <string>
#include <vector>

namespace merkit::html {

/// A span of time in a signal chart.
struct TimeSpan {
  double from_s = 0, to_s = 0;
  ExpressionType type = ExpressionType::micro;
  std::string text;  ///< what it is, shown by pointing at it
};

struct SignalChart {
  std::string title;
  double duration_s = 1;                       ///< > 0
  std::optional<SpottingSignal> signal;        ///< where it is known
  std::vector<TimeSpan> found;                 ///< numbered from 1 in the drawing
  std::optional<std::vector<TimeSpan>> truth;  ///< where it is known
  std::vector<TimeSpan> without_face;
};

/// The signal over time with its threshold and bands for what was found, over lanes of found and true intervals, as a
/// figure; in rows of a minute where the clip is longer.
void signal_chart(Markup& page, const SignalChart& chart);

}  // namespace merkit::html
