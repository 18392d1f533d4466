#include "merkit/pictures/captioned_pictures.h"

#include "merkit/core/error.h"
#include "merkit/pictures/motion_pictures.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

constexpr int kMargin = 12, kCaptionHeight = 64, kHeadingHeight = 36, kLegend = 44;
constexpr int kLeastWidth = 170;  // captions need that much
constexpr int kShortestBar = 32;  // no use below that, as after a long title
const cv::Scalar kPaper(255, 255, 255), kInk(40, 40, 40), kFaintInk(110, 110, 110);

cv::Mat as_bgr(const cv::Mat& image) {
  if (image.type() == CV_8UC3) return image;
  if (image.type() != CV_8UC1) throw ClipError(Status::unsupported, "a motion picture needs 8-bit grey or BGR faces");
  cv::Mat result;
  cv::cvtColor(image, result, cv::COLOR_GRAY2BGR);
  return result;
}

void write_text(cv::Mat& canvas, const std::string& text, cv::Point baseline, double scale, const cv::Scalar& ink) {
  cv::putText(canvas, text, baseline, cv::FONT_HERSHEY_SIMPLEX, scale, ink, 1, cv::LINE_AA);
}

/// At the top, smaller where it would not fit.
void write_heading(cv::Mat& canvas, const std::string& text) {
  constexpr double kScale = 0.6;
  const int width = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, kScale, 1, nullptr).width;
  const double fits = static_cast<double>(canvas.cols - 2 * kMargin) / std::max(width, 1);
  write_text(canvas, text, {kMargin, 30}, kScale * std::min(1.0, fits), kInk);
}

/// A disc of all directions; the rim is the strongest motion.
void draw_wheel(cv::Mat& canvas, cv::Point centre, int radius) {
  MotionField directions{cv::Mat1f(2 * radius + 1, 2 * radius + 1), cv::Mat1f(2 * radius + 1, 2 * radius + 1)};
  for (int y = -radius; y <= radius; ++y)
    for (int x = -radius; x <= radius; ++x) {
      directions.u(y + radius, x + radius) = static_cast<float>(x);
      directions.v(y + radius, x + radius) = static_cast<float>(y);
    }
  const cv::Mat colours = colour_coded(directions, radius);
  for (int y = -radius; y <= radius; ++y)
    for (int x = -radius; x <= radius; ++x) {
      const double coverage = std::clamp(radius + 0.5 - std::hypot(x, y), 0.0, 1.0);
      auto& pixel = canvas.at<cv::Vec3b>(centre.y + y, centre.x + x);
      const cv::Vec3b colour = colours.at<cv::Vec3b>(y + radius, x + radius);
      for (int c = 0; c < 3; ++c) pixel[c] = cv::saturate_cast<uchar>(pixel[c] * (1 - coverage) + colour[c] * coverage);
    }
}

void draw_bar(cv::Mat& canvas, const cv::Rect& area) {
  cv::Mat1f ramp(area.size());
  for (int x = 0; x < area.width; ++x) ramp.col(x) = static_cast<float>(x) / static_cast<float>(area.width - 1);
  heat_map(ramp, 1).copyTo(canvas(area));
}

void write_caption(cv::Mat& canvas, const CaptionedPicture& picture, cv::Point corner, int width) {
  const int indent = picture.legend == Legend::wheel ? kLegend + 10 : 0;
  write_text(canvas, picture.title, corner + cv::Point(indent, 26), 0.6, kInk);
  write_text(canvas, picture.detail, corner + cv::Point(indent, 48), 0.45, kFaintInk);
  if (picture.legend == Legend::wheel)
    draw_wheel(canvas, corner + cv::Point(kLegend / 2, 10 + kLegend / 2), kLegend / 2);
  if (picture.legend == Legend::bar) {
    const int text = cv::getTextSize(picture.title, cv::FONT_HERSHEY_SIMPLEX, 0.6, 1, nullptr).width;
    const int left = text + 12;
    if (left + kShortestBar <= width) draw_bar(canvas, {corner.x + left, corner.y + 14, width - left, 12});
  }
}

}  // namespace

double percentile(const cv::Mat1f& values, double share, const cv::Mat1b& mask) {
  std::vector<float> finite;
  for (int y = 0; y < values.rows; ++y)
    for (int x = 0; x < values.cols; ++x)
      if (std::isfinite(values(y, x)) && (mask.empty() || mask(y, x))) finite.push_back(values(y, x));
  if (finite.empty()) return 0;
  const auto nth = finite.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(finite.size() - 1));
  std::nth_element(finite.begin(), nth, finite.end());
  return *nth;
}

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

cv::Size shown_size(cv::Size crop) {
  const int height = std::clamp(crop.height, 280, 560);
  return {std::max(1, static_cast<int>(std::lround(static_cast<double>(height) * crop.width / crop.height))), height};
}

cv::Mat shown(const cv::Mat& picture, cv::Size size) {
  cv::Mat result;
  cv::resize(as_bgr(picture), result, size, 0, 0, size.height < picture.rows ? cv::INTER_AREA : cv::INTER_CUBIC);
  return result;
}

cv::Mat captioned_pictures(const std::vector<CaptionedPicture>& pictures, int columns, const std::string& heading) {
  if (pictures.empty() || columns < 1) throw std::invalid_argument("captioned pictures: there are none, or no columns");
  const cv::Size panel = shown_size(pictures.front().picture.size());
  const int width = std::max(panel.width, kLeastWidth), head = heading.empty() ? 0 : kHeadingHeight;
  const int across = std::min(columns, static_cast<int>(pictures.size()));
  const int rows = (static_cast<int>(pictures.size()) + across - 1) / across;
  const int row_height = kMargin + panel.height + kCaptionHeight;
  cv::Mat canvas(head + rows * row_height, kMargin + across * (width + kMargin), CV_8UC3, kPaper);
  if (head) write_heading(canvas, heading);
  for (int i = 0; i < static_cast<int>(pictures.size()); ++i) {
    const CaptionedPicture& picture = pictures[static_cast<std::size_t>(i)];
    const cv::Point corner(kMargin + i % across * (width + kMargin), head + kMargin + i / across * row_height);
    shown(picture.picture, panel).copyTo(canvas(cv::Rect(corner, panel)));
    write_caption(canvas, picture, corner + cv::Point(0, panel.height), width);
  }
  return canvas;
}

}  // namespace merkit
