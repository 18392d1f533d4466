#include "merkit/pictures/signal_chart.h"

#include "merkit/pictures/time_axis.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

const cv::Scalar kPaper(255, 255, 255), kInk(40, 40, 40), kFaintInk(110, 110, 110), kGrid(225, 225, 225),
    kBlind(232, 232, 232);
constexpr int kFractionBits = 4;
constexpr double kLeft = 62, kRight = 24, kTop = 34, kAxis = 26, kLane = 17, kText = 0.42;
constexpr double kBandOpacity = 0.18;

using Span = SignalChart::Span;

/// Where the parts of a drawing lie.
struct Layout {
  cv::Rect plot;
  int found_lane = 0, truth_lane = 0, lane = 0;  ///< upper edges, height
  double from_s = 0, to_s = 1, top = 1;

  double x(double time_s) const { return plot.x + (time_s - from_s) / (to_s - from_s) * plot.width; }
  double y(double value) const { return plot.y + plot.height * (1 - std::clamp(value / top, 0.0, 1.0)); }
};

Layout layout_of(const cv::Rect& area, const SignalChart& chart, double from_s, double to_s, double size) {
  Layout result;
  const int lanes = chart.truth ? 2 : 1;
  result.lane = static_cast<int>(kLane * size);
  result.plot = {area.x + static_cast<int>(kLeft * size), area.y + static_cast<int>(kTop * size),
                 area.width - static_cast<int>((kLeft + kRight) * size),
                 area.height - static_cast<int>((kTop + kAxis) * size) - lanes * result.lane};
  result.found_lane = result.plot.br().y + static_cast<int>(2 * size);
  result.truth_lane = result.found_lane + result.lane;
  result.from_s = from_s;
  result.to_s = to_s;
  result.top = chart.top;
  return result;
}

cv::Point fine(double x, double y) { return {cvRound(x * (1 << kFractionBits)), cvRound(y * (1 << kFractionBits))}; }

void tint(cv::Mat& canvas, const cv::Rect& area, const cv::Scalar& colour, double opacity) {
  cv::Mat part = canvas(area & cv::Rect({}, canvas.size()));
  if (part.empty()) return;
  part = part * (1 - opacity) + colour * opacity;
}

/// The part of a span that the layout shows, as columns; nothing where it shows none.
std::optional<std::pair<int, int>> columns_of(const Span& span, const Layout& layout) {
  if (span.to_s < layout.from_s || span.from_s > layout.to_s) return std::nullopt;
  const int from = cvFloor(layout.x(std::max(span.from_s, layout.from_s)));
  const int to = std::max(from + 2, cvCeil(layout.x(std::min(span.to_s, layout.to_s))));
  return std::make_pair(from, to);
}

void draw_band(cv::Mat& canvas, const Span& span, const Layout& layout, const cv::Scalar& colour, double opacity) {
  if (const auto columns = columns_of(span, layout))
    tint(canvas, {columns->first, layout.plot.y, columns->second - columns->first, layout.plot.height}, colour,
         opacity);
}

void draw_in_lane(cv::Mat& canvas, const Span& span, const Layout& layout, int lane, bool filled) {
  const auto columns = columns_of(span, layout);
  if (!columns) return;
  const int gap = std::max(1, layout.lane / 6);
  const cv::Rect box(columns->first, lane + gap, columns->second - columns->first, layout.lane - 2 * gap);
  if (!filled) tint(canvas, box, colour_of(span.type), kBandOpacity);
  cv::rectangle(canvas, box, colour_of(span.type), filled ? cv::FILLED : std::max(1, layout.lane / 10));
}

void draw_dashed(cv::Mat& canvas, int from, int to, int y, int dash, const cv::Scalar& ink) {
  for (int x = from; x < to; x += 2 * dash) cv::line(canvas, {x, y}, {std::min(x + dash, to), y}, ink, 1);
}

void draw_axes(cv::Mat& canvas, const SignalChart& chart, const Layout& layout, double size) {
  const double text = kText * size;
  const int bottom = layout.plot.br().y, below = (chart.truth ? layout.truth_lane : layout.found_lane) + layout.lane;
  const int most = std::max(1, cvRound(layout.plot.width / (90 * size)));
  for (const auto& [time_s, label] : time_marks(layout.from_s, layout.to_s, most)) {
    const int x = cvRound(layout.x(time_s));
    cv::line(canvas, {x, layout.plot.y}, {x, below}, kGrid, 1);
    write_text(canvas, label, {x - width_of(label, text) / 2, below + cvRound(16 * size)}, text, kFaintInk);
  }
  cv::line(canvas, {layout.plot.x, bottom}, {layout.plot.br().x, bottom}, kFaintInk, 1);
  const auto value_label = [&](double value) {
    const std::string label = fmt::format("{:.2g}", value);
    write_text(canvas, label,
               {layout.plot.x - width_of(label, text) - cvRound(6 * size), cvRound(layout.y(value) + 5 * size)}, text,
               kFaintInk);
  };
  const double least_gap = 16 * size;
  value_label(chart.top);
  if (bottom - layout.y(chart.signal.threshold) > least_gap) value_label(0);
  if (layout.y(chart.signal.threshold) - layout.plot.y > least_gap) value_label(chart.signal.threshold);
  const auto lane_label = [&](const char* label, int lane) {
    write_text(canvas, label, {layout.plot.x - width_of(label, text) - cvRound(6 * size), lane + layout.lane * 3 / 4},
               text, kFaintInk);
  };
  lane_label("found", layout.found_lane);
  if (chart.truth) lane_label("true", layout.truth_lane);
}

void draw_curve(cv::Mat& canvas, const SignalChart& chart, const Layout& layout, double size) {
  std::vector<cv::Point> points;
  const auto flush = [&] {
    if (points.size() > 1)
      cv::polylines(canvas, points, false, kInk, std::max(1, cvRound(size)), cv::LINE_AA, kFractionBits);
    points.clear();
  };
  const auto& times = chart.signal.times_s;
  const double margin = times.size() > 1 ? (times.back() - times.front()) / static_cast<double>(times.size() - 1) : 0;
  const auto first = std::lower_bound(times.begin(), times.end(), layout.from_s - margin / 2);
  auto blind = chart.without_face.begin();
  for (auto time = first; time != times.end() && *time <= layout.to_s + margin / 2; ++time) {
    while (blind != chart.without_face.end() && blind->to_s < *time) ++blind;
    if (blind != chart.without_face.end() && blind->from_s <= *time) {
      flush();
      continue;
    }
    const double value = chart.signal.values[static_cast<std::size_t>(time - times.begin())];
    points.push_back(fine(std::clamp<double>(layout.x(*time), layout.plot.x, layout.plot.br().x), layout.y(value)));
  }
  flush();
}

/// The signal at the frame nearest to that moment.
double value_at(const SpottingSignal& signal, double time_s) {
  const auto found = std::lower_bound(signal.times_s.begin(), signal.times_s.end(), time_s - 1e-6);
  const auto at = static_cast<std::size_t>(found - signal.times_s.begin());
  return signal.values.empty() ? 0 : signal.values[std::min(at, signal.values.size() - 1)];
}

/// A dot on the curve, and the interval's number above the plot, a line higher where the one before is too near.
void mark_apexes(cv::Mat& canvas, const SignalChart& chart, const Layout& layout, double size) {
  const double scale = kText * size;
  int free_from = 0;
  bool raised = false;
  for (std::size_t i = 0; i < chart.found.size(); ++i) {
    const Span& span = chart.found[i];
    if (span.apex_s < layout.from_s || span.apex_s > layout.to_s) continue;
    const double x = layout.x(span.apex_s), y = layout.y(value_at(chart.signal, span.apex_s));
    cv::circle(canvas, fine(x, y), cvRound(3.5 * size * (1 << kFractionBits)), colour_of(span.type), cv::FILLED,
               cv::LINE_AA, kFractionBits);
    const std::string number = std::to_string(i + 1);
    const int width = width_of(number, scale), left = cvRound(x) - width / 2;
    raised = left < free_from && !raised;
    write_text(canvas, number, {left, layout.plot.y - cvRound((raised ? 18 : 5) * size)}, scale, colour_of(span.type));
    free_from = left + width + cvRound(3 * size);
  }
}

double time_of(const SpottingSignal& signal, int frame) {
  const auto found = std::lower_bound(signal.frames.begin(), signal.frames.end(), frame);
  const auto at = static_cast<std::size_t>(found - signal.frames.begin());
  return signal.times_s[std::min(at, signal.times_s.size() - 1)];
}

}  // namespace

void write_text(cv::Mat& canvas, const std::string& text, cv::Point at, double scale, const cv::Scalar& ink) {
  cv::putText(canvas, text, at, cv::FONT_HERSHEY_SIMPLEX, scale, ink, scale < 0.9 ? 1 : 2, cv::LINE_AA);
}

int width_of(const std::string& text, double scale) {
  return cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, scale, scale < 0.9 ? 1 : 2, nullptr).width;
}

cv::Scalar colour_of(ExpressionType type) {
  return type == ExpressionType::micro ? cv::Scalar(178, 114, 0) : cv::Scalar(0, 94, 213);
}

SignalChart signal_chart(const ClipAnalysis& analysis, const std::optional<std::vector<VideoInterval>>& truth) {
  SignalChart chart;
  chart.signal = analysis.signal;
  const double frame_s = analysis.fps > 0 ? 1 / analysis.fps : 0;
  for (const Detection& found : analysis.detections)
    chart.found.push_back({found.onset_s, found.offset_s + frame_s, found.type, found.apex_s});
  if (truth) {
    chart.truth.emplace();
    if (!chart.signal.frames.empty())
      for (const VideoInterval& known : *truth)
        chart.truth->push_back({time_of(chart.signal, known.interval.onset),
                                time_of(chart.signal, known.interval.offset) + frame_s, known.type, 0});
  }
  bool seen = true;
  for (std::size_t i = 0; i < chart.signal.frames.size(); ++i) {
    const double time_s = chart.signal.times_s[i];
    const bool sees = analysis.followed.at(chart.signal.frames[i]) != nullptr;
    if (!sees && seen) chart.without_face.push_back({time_s, time_s, {}, 0});
    if (!sees) chart.without_face.back().to_s = time_s + frame_s / 2;
    seen = sees;
  }
  double largest = chart.signal.threshold * 1.5;
  for (const double value : chart.signal.values) largest = std::max(largest, value);
  chart.top = largest > 0 ? largest * 1.05 : 1;
  return chart;
}

double x_of(double time_s, const cv::Rect& area, double from_s, double to_s, double size) {
  return layout_of(area, {}, from_s, to_s, size).x(time_s);
}

void draw(cv::Mat& canvas, const cv::Rect& area, const SignalChart& chart, double from_s, double to_s, double size) {
  const Layout layout = layout_of(area, chart, from_s, to_s, size);
  canvas(area).setTo(kPaper);
  for (const Span& blind : chart.without_face) draw_band(canvas, blind, layout, kBlind, 1);
  draw_axes(canvas, chart, layout, size);
  for (const Span& found : chart.found) {
    draw_band(canvas, found, layout, colour_of(found.type), kBandOpacity);
    draw_in_lane(canvas, found, layout, layout.found_lane, true);
  }
  if (chart.truth)
    for (const Span& known : *chart.truth) draw_in_lane(canvas, known, layout, layout.truth_lane, false);
  draw_dashed(canvas, layout.plot.x, layout.plot.br().x, cvRound(layout.y(chart.signal.threshold)), cvRound(5 * size),
              kFaintInk);
  draw_curve(canvas, chart, layout, size);
  mark_apexes(canvas, chart, layout, size);
}

void draw_legend(cv::Mat& canvas, cv::Point corner, const SignalChart& chart) {
  constexpr int kSwatch = 16, kGap = 18;
  int x = corner.x;
  const auto entry = [&](const std::string& text, auto&& swatch) {
    x -= width_of(text, kText);
    write_text(canvas, text, {x, corner.y}, kText, kFaintInk);
    x -= kSwatch + 6;
    swatch(cv::Rect(x, corner.y - 10, kSwatch, 11));
    x -= kGap;
  };
  if (!chart.without_face.empty())
    entry("no face", [&](const cv::Rect& box) { cv::rectangle(canvas, box, kBlind, cv::FILLED); });
  entry("threshold", [&](const cv::Rect& box) { draw_dashed(canvas, box.x, box.br().x, box.y + 6, 3, kFaintInk); });
  for (const auto type : {ExpressionType::macro, ExpressionType::micro})
    entry(std::string(to_string(type)),
          [&](const cv::Rect& box) { cv::rectangle(canvas, box, colour_of(type), cv::FILLED); });
}

}  // namespace merkit
