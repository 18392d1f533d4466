#include "report/html/charts.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace merkit::html {
namespace {

constexpr double kWidth = 460, kHeight = 270, kLeft = 58, kRight = 14, kTop = 12, kBottom = 46;
/// More points than this are not to be told apart at the chart's width.
constexpr std::size_t kMostPoints = 240;

std::string px(double value) { return fmt::format("{:.1f}", value); }

/// Every n-th point, and the last.
std::vector<CurvePoint> thinned(const std::vector<CurvePoint>& points) {
  const std::size_t step = (points.size() + kMostPoints - 1) / kMostPoints;
  std::vector<CurvePoint> result;
  for (std::size_t i = 0; i < points.size(); i += step) result.push_back(points[i]);
  if (result.back().epoch != points.back().epoch) result.push_back(points.back());
  return result;
}

struct Scale {
  double from, to, at_from, at_to;
  double operator()(double value) const { return at_from + (value - from) / (to - from) * (at_to - at_from); }
};

void line(Markup& page, const char* kind, double x1, double y1, double x2, double y2) {
  page.element("line", "", {{"class", kind}, {"x1", px(x1)}, {"y1", px(y1)}, {"x2", px(x2)}, {"y2", px(y2)}});
}

void label(Markup& page, const std::string& text, double x, double y, const char* anchor) {
  page.element("text", text, {{"x", px(x)}, {"y", px(y)}, {"text-anchor", anchor}});
}

/// Decimals that tell multiples of `step` apart.
int decimals_of(double step) { return std::max(0, static_cast<int>(-std::floor(std::log10(step) + 1e-9))); }

void axes(Markup& page, const CurveChart& chart, const Scale& x, const Scale& y) {
  const std::vector<double> values = round_ticks(y.to, 5);
  for (const double value : values) {
    line(page, "grid", kLeft, y(value), kWidth - kRight, y(value));
    label(page, fmt::format("{:.{}f}", value, decimals_of(values[1] - values[0])), kLeft - 6, y(value) + 4, "end");
  }
  std::vector<double> epochs = round_ticks(x.to, 6);
  epochs.front() = x.from;  // there is no epoch 0
  for (const double epoch : epochs) {
    if (epoch != std::floor(epoch)) continue;
    line(page, "axis", x(epoch), kHeight - kBottom, x(epoch), kHeight - kBottom + 4);
    label(page, fmt::format("{:.0f}", epoch), x(epoch), kHeight - kBottom + 18, "middle");
  }
  line(page, "axis", kLeft, kHeight - kBottom, kWidth - kRight, kHeight - kBottom);
  label(page, chart.x_label, (kLeft + kWidth - kRight) / 2, kHeight - 8, "middle");
  page.element("text", chart.y_label,
               {{"transform", fmt::format("translate(14 {:.1f}) rotate(-90)", (kTop + kHeight - kBottom) / 2)},
                {"text-anchor", "middle"}});
}

}  // namespace

std::vector<double> round_ticks(double top, int count) {
  const double rough = top / count, power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double times : {5, 2, 1})
    if (times * power >= rough * (1 - 1e-9)) step = times * power;
  std::vector<double> ticks;
  for (int i = 0; i * step <= top * (1 + 1e-9); ++i) ticks.push_back(i * step);
  return ticks;
}

void curve_chart(Markup& page, const CurveChart& chart) {
  const auto points = thinned(chart.points);
  double top = 0;
  for (const CurvePoint& point : points) top = std::max(top, point.high);
  top = chart.top.value_or(top > 0 ? top * 1.05 : 1);
  const Scale x{static_cast<double>(points.front().epoch), static_cast<double>(points.back().epoch), kLeft,
                kWidth - kRight};
  const Scale y{0, top, kHeight - kBottom, kTop};
  std::string band, back, mean;
  for (const CurvePoint& point : points) {
    mean += px(x(point.epoch)) + "," + px(y(point.mean)) + " ";
    band += px(x(point.epoch)) + "," + px(y(point.high)) + " ";
    back = px(x(point.epoch)) + "," + px(y(point.low)) + " " + back;
  }
  const auto figure = page.inside("figure", {{"class", "chart"}});
  page.element("figcaption", chart.title);
  const auto svg = page.inside("svg", {{"viewBox", fmt::format("0 0 {} {}", kWidth, kHeight)},
                                       {"role", "img"},
                                       {"aria-label", chart.title + ". " + chart.description}});
  axes(page, chart, x, y);
  page.element("polygon", "", {{"class", "band"}, {"points", band + back}});
  page.element("polyline", "", {{"class", "mean"}, {"points", mean}});
}

void share_bar(Markup& page, double share) {
  const auto svg = page.inside("svg", {{"class", "bar"}, {"width", "100%"}, {"height", "12"}, {"aria-hidden", "true"}});
  page.element("rect", "", {{"class", "whole"}, {"width", "100%"}, {"height", "12"}});
  page.element(
      "rect", "",
      {{"class", "part"}, {"width", fmt::format("{:.1f}%", 100 * std::clamp(share, 0.0, 1.0))}, {"height", "12"}});
}

}  // namespace merkit::html
