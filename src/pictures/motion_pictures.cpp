#include "merkit/pictures/motion_pictures.h"

#include "merkit/pictures/captioned_pictures.h"

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

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2g", value);
  return text.data();
}

}  // namespace

cv::Mat colour_coded(const MotionField& motion, double max_px) {
  check_field(motion);
  if (!(max_px > 0)) max_px = percentile(magnitude(motion), 0.99);
  cv::Mat result(motion.u.size(), CV_8UC3);
  for (int y = 0; y < result.rows; ++y)
    for (int x = 0; x < result.cols; ++x)
      result.at<cv::Vec3b>(y, x) = colour_of(motion.u(y, x), motion.v(y, x), max_px);
  return result;
}

cv::Mat heat_map(const cv::Mat1f& values, double max) {
  if (values.empty()) throw std::invalid_argument("heat_map: the map is empty");
  if (!(max > 0)) max = percentile(values, 0.99);
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

  const cv::Size size = shown_size(onset.size());
  const cv::Mat1f strain = optical_strain(motion);
  const double max_px = percentile(magnitude(motion), 0.99), max_strain = percentile(strain, 0.99);
  const cv::Mat before = shown(onset, size);
  return captioned_pictures({{before, "onset", "first frame"},
                             {apex, "apex", "greatest intensity"},
                             {laid_over(shown(colour_coded(motion), size), before), "motion",
                              "rim: " + number(max_px) + " px", Legend::wheel},
                             {heat_map(strain), "strain", "0 to " + number(max_strain), Legend::bar}},
                            4);
}

}  // namespace merkit
