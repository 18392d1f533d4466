#include "face/crop_source.h"

#include "merkit/core/aligned_face.h"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

/// Room around the first crop, in widths of it, for the corrected ones that follow.
constexpr double kMargin = 0.1;

/// Pixels beyond a crop that its interpolation may look at.
constexpr double kInterpolated = 2;

}  // namespace

double scale_of(const cv::Matx23d& similarity) { return std::hypot(similarity(0, 0), similarity(1, 0)); }

int shrink_for(const cv::Matx23d& crop_from_source) {
  return std::max(1, static_cast<int>(std::lround(0.7 / scale_of(crop_from_source))));
}

cv::Point2d mapped(const cv::Matx23d& t, cv::Point2d p) {
  return {t(0, 0) * p.x + t(0, 1) * p.y + t(0, 2), t(1, 0) * p.x + t(1, 1) * p.y + t(1, 2)};
}

/// The blocks that a window of the crop can touch, and `margin` blocks more on each side.
cv::Rect CropSource::blocks_of(const cv::Matx23d& crop_from_source, const cv::Rect& window, double margin) const {
  const cv::Matx23d source_from_crop = inverted(crop_from_source);
  double left = 1e9, top = 1e9, right = -1e9, bottom = -1e9;
  for (const int x : {window.x, window.x + window.width})
    for (const int y : {window.y, window.y + window.height}) {
      const cv::Point2d corner = mapped(source_from_crop, cv::Point2d(x, y)) / shrink_;
      left = std::min(left, corner.x), right = std::max(right, corner.x);
      top = std::min(top, corner.y), bottom = std::max(bottom, corner.y);
    }
  const cv::Size whole(std::max(1, bgr_.cols / shrink_), std::max(1, bgr_.rows / shrink_));
  const double wide = margin + kInterpolated;
  const auto column = [&](double x) { return static_cast<int>(std::clamp(x, 0.0, whole.width - 1.0)); };
  const auto row = [&](double y) { return static_cast<int>(std::clamp(y, 0.0, whole.height - 1.0)); };
  // A crop beyond the picture repeats its edge, which is then all it needs.
  return {cv::Point(column(left - wide), row(top - wide)), cv::Point(column(right + wide) + 1, row(bottom + wide) + 1)};
}

/// Makes `part_` show all that the crop can touch, and some more.
void CropSource::cover(const cv::Matx23d& crop_from_source) {
  const cv::Rect whole_crop({0, 0}, crop_), needed = blocks_of(crop_from_source, whole_crop, 0);
  if ((needed & blocks_) == needed) return;
  blocks_ = blocks_of(crop_from_source, whole_crop, kMargin * crop_.width / scale_of(crop_from_source) / shrink_);
  grey_blocks_ = {};
  // A picture smaller than one block is what it is.
  const cv::Rect pixels(blocks_.x * shrink_, blocks_.y * shrink_, blocks_.width * shrink_, blocks_.height * shrink_);
  const cv::Mat part = bgr_(pixels & cv::Rect(0, 0, bgr_.cols, bgr_.rows));
  if (shrink_ > 1)
    cv::resize(part, part_, blocks_.size(), 0, 0, cv::INTER_AREA);
  else
    part_ = part;
}

/// For a part of the picture that begins with the block `first`.
cv::Matx23d CropSource::crop_from_blocks(const cv::Matx23d& crop_from_source, cv::Point first) const {
  const double k = shrink_, centre = (k - 1) / 2;  // of the first k x k pixels
  return composed(crop_from_source, cv::Matx23d(k, 0, centre + k * first.x, 0, k, centre + k * first.y));
}

cv::Mat CropSource::colour_crop(const cv::Matx23d& crop_from_source) {
  cover(crop_from_source);
  cv::Mat crop;
  cv::warpAffine(part_, crop, crop_from_blocks(crop_from_source, blocks_.tl()), crop_, cv::INTER_LINEAR,
                 cv::BORDER_REPLICATE);
  return crop;
}

cv::Mat1b CropSource::grey_crop(const cv::Matx23d& crop_from_source, const cv::Rect& window) {
  cover(crop_from_source);
  const cv::Rect needed = blocks_of(crop_from_source, window, 0) & blocks_;
  if ((needed & grey_blocks_) != needed) {
    grey_blocks_ = needed;
    cv::cvtColor(part_(needed - blocks_.tl()), grey_part_, cv::COLOR_BGR2GRAY);
  }
  const cv::Matx23d window_from_crop(1, 0, -window.x, 0, 1, -window.y);
  cv::Mat1b crop;
  cv::warpAffine(grey_part_, crop, composed(window_from_crop, crop_from_blocks(crop_from_source, grey_blocks_.tl())),
                 window.size(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  return crop;
}

}  // namespace merkit
