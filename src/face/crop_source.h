#pragma once

#include <opencv2/core/mat.hpp>

namespace merkit {

/// One frame's picture, from which several crops are cut, in colour or in grey. Averages and converts only the
/// surroundings of the crops, and these once.
///
/// Pixels are averaged `shrink` x `shrink` before a crop is cut from a picture much finer than it, lest fine texture
/// alias. Outside the picture, its edge is repeated.
class CropSource {
 public:
  /// `bgr` (CV_8UC3) is not copied.
  CropSource(const cv::Mat& bgr, int shrink, cv::Size crop) : bgr_(bgr), shrink_(shrink), crop_(crop) {}

  cv::Mat colour_crop(const cv::Matx23d& crop_from_source);
  /// Only what `window` shows of the crop.
  cv::Mat1b grey_crop(const cv::Matx23d& crop_from_source, const cv::Rect& window);

 private:
  cv::Rect blocks_of(const cv::Matx23d& crop_from_source, const cv::Rect& window, double margin) const;
  void cover(const cv::Matx23d& crop_from_source);
  cv::Matx23d crop_from_blocks(const cv::Matx23d& crop_from_source, cv::Point first) const;

  const cv::Mat& bgr_;
  int shrink_;
  cv::Size crop_;
  cv::Rect blocks_;  ///< what `part_` shows, in blocks of shrink x shrink pixels
  cv::Mat part_;
  cv::Rect grey_blocks_;  ///< what `grey_part_` shows
  cv::Mat1b grey_part_;
};

/// How many pixels a similarity makes of one.
double scale_of(const cv::Matx23d& similarity);

/// The `shrink` for cutting with `crop_from_source`.
int shrink_for(const cv::Matx23d& crop_from_source);

/// `point` mapped by `transform`.
cv::Point2d mapped(const cv::Matx23d& transform, cv::Point2d point);

}  // namespace merkit
