#include "merkit/core/error.h"
#include "merkit/motion/motion_image.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <stdexcept>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {

namespace {

/// What stands for "nothing is known here": values that are not finite.
const cv::Vec3b kUnknown(128, 128, 128);

void check_field(const MotionField& motion) {
  if (motion.u.empty() || motion.u.size() != motion.v.size())
    throw std::invalid_argument("motion picture: u and v are empty or differ in size");
}

cv::Mat1f magnitude(const MotionField& motion) {
  cv::Mat1f result;
  cv::magnitude(motion.u, motion.v, result);
  return result;
}

/// The 99th percentile of the finite values, so that single outliers do not wash out the rest.
double percentile_99(const cv::Mat1f& values) {
  std::vector<float> finite;
  std::copy_if(values.begin(), values.end(), std::back_inserter(finite), [](float x) { return std::isfinite(x); });
  if (finite.empty()) return 0;
  const auto nth = finite.begin() + static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(finite.size() - 1));
  std::nth_element(finite.begin(), nth, finite.end());
  return *nth;
}

/// The colour wheel of Baker et al., "A Database and Evaluation Methodology for Optical Flow", ICCV 2007: 55 hues, the
/// steps between them set so that they look equally far apart. Unlike theirs, the last step leads back to the first
/// hue, so that motion to the right has no seam.
std::vector<cv::Vec3f> make_wheel() {
  struct Span {
    int steps;
    cv::Vec3f from, to;  // BGR
  };
  const cv::Vec3f red(0, 0, 1), yellow(0, 1, 1), green(0, 1, 0), cyan(1, 1, 0), blue(1, 0, 0), magenta(1, 0, 1);
  const std::array<Span, 6> spans{{{15, red, yellow},
                                   {6, yellow, green},
                                   {4, green, cyan},
                                   {11, cyan, blue},
                                   {13, blue, magenta},
                                   {6, magenta, red}}};
  std::vector<cv::Vec3f> wheel;
  for (const Span& span : spans)
    for (int i = 0; i < span.steps; ++i)
      wheel.push_back(span.from + (span.to - span.from) * (static_cast<float>(i) / static_cast<float>(span.steps)));
  return wheel;
}

cv::Vec3b colour_of(float u, float v, double max_px) {
  if (!std::isfinite(u) || !std::isfinite(v)) return kUnknown;
  static const std::vector<cv::Vec3f> wheel = make_wheel();
  const double saturation = max_px > 0 ? std::min(1.0, std::hypot(u, v) / max_px) : 0;
  const double turn = (std::atan2(-v, -u) / CV_PI + 1) / 2 * static_cast<double>(wheel.size());
  const auto whole = static_cast<std::size_t>(turn), index = whole % wheel.size();
  const auto part = static_cast<float>(turn - static_cast<double>(whole));
  const cv::Vec3f hue = wheel[index] * (1 - part) + wheel[(index + 1) % wheel.size()] * part;
  cv::Vec3b colour;
  for (int c = 0; c < 3; ++c) colour[c] = cv::saturate_cast<uchar>(255 * (1 - saturation * (1 - hue[c])));
  return colour;
}

cv::Mat as_bgr(const cv::Mat& image) {
  if (image.type() == CV_8UC3) return image;
  if (image.type() != CV_8UC1) throw ClipError(Status::unsupported, "a motion picture needs 8-bit grey or BGR faces");
  cv::Mat result;
  cv::cvtColor(image, result, cv::COLOR_GRAY2BGR);
  return result;
}

cv::Mat resized(const cv::Mat& image, cv::Size size) {
  cv::Mat result;
  const bool smaller = size.height < image.rows;
  cv::resize(image, result, size, 0, 0, smaller ? cv::INTER_AREA : cv::INTER_CUBIC);
  return result;
}

/// Hue and saturation of `colours` on the darkened face, so that one sees where on it the motion is.
cv::Mat laid_over(const cv::Mat& colours, const cv::Mat& face) {
  cv::Mat grey;
  cv::cvtColor(face, grey, cv::COLOR_BGR2GRAY);
  cv::Mat result(colours.size(), CV_8UC3);
  for (int y = 0; y < result.rows; ++y)
    for (int x = 0; x < result.cols; ++x) {
      const float light = 0.45f + 0.55f * static_cast<float>(grey.at<uchar>(y, x)) / 255;
      result.at<cv::Vec3b>(y, x) = colours.at<cv::Vec3b>(y, x) * light;
    }
  return result;
}

// --- Captions

constexpr int kMargin = 12, kCaptionHeight = 64, kLegend = 44;
const cv::Scalar kPaper(255, 255, 255), kInk(40, 40, 40), kFaintInk(110, 110, 110);

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2g", value);
  return text.data();
}

void write_text(cv::Mat& canvas, const std::string& text, cv::Point baseline, double scale, const cv::Scalar& ink) {
  cv::putText(canvas, text, baseline, cv::FONT_HERSHEY_SIMPLEX, scale, ink, 1, cv::LINE_AA);
}

/// A disc of all directions; the rim is the strongest motion.
void draw_wheel(cv::Mat& canvas, cv::Point centre, int radius) {
  for (int y = -radius; y <= radius; ++y)
    for (int x = -radius; x <= radius; ++x) {
      const double coverage = std::clamp(radius + 0.5 - std::hypot(x, y), 0.0, 1.0);
      auto& pixel = canvas.at<cv::Vec3b>(centre.y + y, centre.x + x);
      const cv::Vec3b colour = colour_of(static_cast<float>(x), static_cast<float>(y), radius);
      for (int c = 0; c < 3; ++c) pixel[c] = cv::saturate_cast<uchar>(pixel[c] * (1 - coverage) + colour[c] * coverage);
    }
}

void draw_bar(cv::Mat& canvas, const cv::Rect& area) {
  cv::Mat1f ramp(area.size());
  for (int x = 0; x < area.width; ++x) ramp.col(x) = static_cast<float>(x) / static_cast<float>(area.width - 1);
  heat_map(ramp, 1).copyTo(canvas(area));
}

}  // namespace

cv::Mat colour_coded(const MotionField& motion, double max_px) {
  check_field(motion);
  if (!(max_px > 0)) max_px = percentile_99(magnitude(motion));
  cv::Mat result(motion.u.size(), CV_8UC3);
  for (int y = 0; y < result.rows; ++y)
    for (int x = 0; x < result.cols; ++x)
      result.at<cv::Vec3b>(y, x) = colour_of(motion.u(y, x), motion.v(y, x), max_px);
  return result;
}

cv::Mat heat_map(const cv::Mat1f& values, double max) {
  if (values.empty()) throw std::invalid_argument("heat_map: the map is empty");
  if (!(max > 0)) max = percentile_99(values);
  cv::Mat1b levels(values.size());
  std::transform(values.begin(), values.end(), levels.begin(), [&](float value) {
    return max > 0 && std::isfinite(value) ? cv::saturate_cast<uchar>(value / max * 255) : uchar{0};
  });
  cv::Mat result;
  cv::applyColorMap(levels, result, cv::COLORMAP_INFERNO);
  for (int y = 0; y < result.rows; ++y)
    for (int x = 0; x < result.cols; ++x)
      if (!std::isfinite(values(y, x))) result.at<cv::Vec3b>(y, x) = kUnknown;
  return result;
}

cv::Mat motion_picture(const cv::Mat& onset, const cv::Mat& apex, const MotionField& motion) {
  check_field(motion);
  if (onset.size() != motion.u.size() || apex.size() != motion.u.size())
    throw std::invalid_argument("motion picture: the faces and the motion differ in size");

  const int height = std::clamp(onset.rows, 280, 560);
  const int shown = std::max(1, static_cast<int>(std::lround(static_cast<double>(height) * onset.cols / onset.rows)));
  const cv::Size panel(shown, height);
  const int width = std::max(shown, 170);  // captions need that much
  const cv::Mat1f strain = optical_strain(motion);
  const double max_px = percentile_99(magnitude(motion)), max_strain = percentile_99(strain);

  const cv::Mat before = resized(as_bgr(onset), panel), after = resized(as_bgr(apex), panel);
  const std::array<cv::Mat, 4> panels{before, after, laid_over(resized(colour_coded(motion), panel), before),
                                      resized(heat_map(strain), panel)};
  const std::array<std::string, 4> titles{"onset", "apex", "motion", "strain"};
  const std::array<std::string, 4> details{"first frame", "greatest intensity", "rim: " + number(max_px) + " px",
                                           "0 to " + number(max_strain)};

  cv::Mat canvas(height + kMargin + kCaptionHeight, 4 * width + 5 * kMargin, CV_8UC3, kPaper);
  for (int i = 0; i < 4; ++i) {
    const int left = kMargin + i * (width + kMargin), top = kMargin;
    panels[i].copyTo(canvas(cv::Rect({left, top}, panel)));
    const int caption = top + height;
    const int indent = i == 2 ? kLegend + 10 : 0;
    write_text(canvas, titles[i], {left + indent, caption + 26}, 0.6, kInk);
    write_text(canvas, details[i], {left + indent, caption + 48}, 0.45, kFaintInk);
    if (i == 2) draw_wheel(canvas, {left + kLegend / 2, caption + 10 + kLegend / 2}, kLegend / 2);
    if (i == 3) draw_bar(canvas, {left + 72, caption + 14, width - 72, 12});
  }
  return canvas;
}

}  // namespace merkit
