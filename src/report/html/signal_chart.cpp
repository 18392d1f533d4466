#include "report/html/signal_chart.h"

#include "merkit/pictures/time_axis.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace merkit::html {
namespace {

constexpr double kWidth = 1060, kLeft = 52, kRight = 20, kTop = 16, kPlot = 130, kLane = 15, kAxis = 22;
constexpr double kRow_s = 60;
constexpr int kMostRows = 60;
constexpr int kColumns = 1000;  // no more points than this are told apart in a row

std::string px(double value) { return fmt::format("{:.1f}", value); }

/// One row of the chart: a span of time and the scales of its drawing.
struct Row {
  double from_s, to_s, top;
  double plot = kPlot;  ///< height; 0 where no signal is known

  double x(double time_s) const {
    const double share = (time_s - from_s) / (to_s - from_s);
    return kLeft + std::clamp(share, 0.0, 1.0) * (kWidth - kLeft - kRight);
  }
  double y(double value) const { return kTop + plot * (1 - std::clamp(value / top, 0.0, 1.0)); }
  double bottom() const { return kTop + plot; }
  bool shows(const TimeSpan& span) const { return span.to_s > from_s && span.from_s < to_s; }
};

void box(Markup& page, const std::string& kind, const TimeSpan& span, const Row& row, double top, double height) {
  const double from = row.x(span.from_s), width = std::max(1.5, row.x(span.to_s) - from);
  const auto scope = page.inside(
      "rect", {{"class", kind}, {"x", px(from)}, {"y", px(top)}, {"width", px(width)}, {"height", px(height)}});
  if (!span.text.empty()) page.element("title", span.text);
}

void line(Markup& page, const char* kind, double x1, double y1, double x2, double y2) {
  page.element("line", "", {{"class", kind}, {"x1", px(x1)}, {"y1", px(y1)}, {"x2", px(x2)}, {"y2", px(y2)}});
}

void label(Markup& page, const std::string& text, double x, double y, const char* anchor) {
  page.element("text", text, {{"x", px(x)}, {"y", px(y)}, {"text-anchor", anchor}});
}

void time_axis(Markup& page, const Row& row, double bottom) {
  for (const auto& [time_s, text] : time_marks(row.from_s, row.to_s, 12)) {
    line(page, "grid", row.x(time_s), kTop, row.x(time_s), bottom);
    label(page, text, row.x(time_s), bottom + 15, "middle");
  }
}

/// The curve as polylines that leave out where there is no face. Of more frames than columns, each column's least and
/// greatest are drawn.
void curve(Markup& page, const SignalChart& chart, const Row& row) {
  const SpottingSignal& signal = *chart.signal;
  std::string points;
  int column = -1;
  double least = 0, greatest = 0;
  const auto flush_column = [&] {
    if (column < 0) return;
    const double x = kLeft + column * (kWidth - kLeft - kRight) / kColumns;
    points += px(x) + "," + px(row.y(least)) + " ";
    if (greatest > least) points += px(x) + "," + px(row.y(greatest)) + " ";
    column = -1;
  };
  const auto flush = [&] {
    flush_column();
    if (!points.empty()) page.element("polyline", "", {{"class", "signal"}, {"points", points}});
    points.clear();
  };
  for (std::size_t i = 0; i < signal.values.size(); ++i) {
    const double time_s = signal.times_s[i];
    if (time_s < row.from_s || time_s > row.to_s) continue;
    const bool blind = std::any_of(chart.without_face.begin(), chart.without_face.end(),
                                   [&](const TimeSpan& span) { return span.from_s <= time_s && time_s <= span.to_s; });
    if (blind) {
      flush();
      continue;
    }
    const int at = static_cast<int>((time_s - row.from_s) / (row.to_s - row.from_s) * kColumns);
    if (at != column) {
      flush_column();
      column = at;
      least = greatest = signal.values[i];
    }
    least = std::min(least, signal.values[i]);
    greatest = std::max(greatest, signal.values[i]);
  }
  flush();
}

void row_of(Markup& page, const SignalChart& chart, const Row& row, const std::string& name) {
  const double found_lane = row.bottom() + 3, truth_lane = found_lane + kLane;
  const double bottom = (chart.truth ? truth_lane : found_lane) + kLane;
  const auto svg = page.inside(
      "svg", {{"viewBox", fmt::format("0 0 {} {}", kWidth, bottom + kAxis)}, {"role", "img"}, {"aria-label", name}});
  for (const TimeSpan& span : chart.without_face)
    if (row.shows(span)) box(page, "blind", span, row, kTop, bottom - kTop);
  time_axis(page, row, bottom);
  label(page, "found", kLeft - 6, found_lane + 11, "end");
  if (chart.truth) label(page, "true", kLeft - 6, truth_lane + 11, "end");
  for (std::size_t i = 0; i < chart.found.size(); ++i) {
    const TimeSpan& span = chart.found[i];
    if (!row.shows(span)) continue;
    const std::string type(to_string(span.type));
    if (row.plot > 0) box(page, "within " + type, span, row, kTop, row.plot);
    box(page, type, span, row, found_lane + 1, kLane - 3);
    label(page, std::to_string(i + 1), (row.x(span.from_s) + row.x(span.to_s)) / 2, kTop - 4, "middle");
  }
  if (chart.truth)
    for (const TimeSpan& span : *chart.truth)
      if (row.shows(span))
        box(page, "hollow " + std::string(to_string(span.type)), span, row, truth_lane + 1, kLane - 3);
  if (!chart.signal) return;
  line(page, "axis", kLeft, row.bottom(), kWidth - kRight, row.bottom());
  label(page, fmt::format("{:.2g}", row.top), kLeft - 6, kTop + 5, "end");
  const double threshold = row.y(chart.signal->threshold);
  if (threshold - kTop > 16)
    label(page, fmt::format("{:.2g}", chart.signal->threshold), kLeft - 6, threshold + 4, "end");
  line(page, "threshold", kLeft, threshold, kWidth - kRight, threshold);
  curve(page, chart, row);
}

}  // namespace

void signal_chart(Markup& page, const SignalChart& chart) {
  const int rows = std::clamp(static_cast<int>(std::ceil(chart.duration_s / kRow_s)), 1, kMostRows);
  const double row_s = rows == 1 ? chart.duration_s : std::max(kRow_s, chart.duration_s / rows);
  double top = 1;
  if (chart.signal) {
    top = chart.signal->threshold * 1.5;
    for (const double value : chart.signal->values) top = std::max(top, value);
    top = top > 0 ? top * 1.05 : 1;
  }
  const auto figure = page.inside("figure", {{"class", "chart signals"}});
  {
    const auto caption = page.inside("figcaption");
    page.text(chart.title + " ");
    for (const char* kind : {"micro", "macro"}) page.element("span", kind, {{"class", std::string("key ") + kind}});
  }
  for (int i = 0; i < rows; ++i)
    row_of(page, chart, {i * row_s, (i + 1) * row_s, top, chart.signal ? kPlot : 0},
           fmt::format("{}, seconds {:.0f} to {:.0f}", chart.title, i * row_s,
                       std::min((i + 1) * row_s, chart.duration_s)));
}

}  // namespace merkit::html
