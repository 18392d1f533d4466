#pragma once

#include "face/patch_tracker.h"

#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// Similarity between two crops of one pose and how well it is supported.
struct Registration {
  cv::Matx23d reference_from_crop{1, 0, 0, 0, 1, 0};
  double inliers = 0;  ///< share of the tracked points that agree, 0..1
};

/// Rotation and scale, [a -b; b a], that a fitted similarity is drawn to.
struct SimilarityPrior {
  double weight = 0;  ///< 0: not at all; 1: as by all points together
  double a = 1, b = 0;
  /// Distance d from (a, b) at which that weight has fallen to 1/e, as exp(-(d / tolerance)^2): what is a little off
  /// may be noise, what is far off is a head that has turned.
  double tolerance = 0.04;
};

/// The reference picture of a segment and what is needed to register other crops to it.
///
/// Points on the bridge and dorsum of the nose and beside the inner eye corners are followed from the reference by
/// pyramidal Lucas-Kanade, checked backwards, and a similarity is fitted by iteratively reweighted least squares
/// (Tukey's weights). The region is small, so rotation and scale would carry its noise to chin and forehead enlarged:
/// they are drawn towards those of the reference frame, as long as they are near. (Drawn towards those of the frame
/// before, the noise would come through over several frames.)
class StableRegion {
 public:
  /// `reference` is the crop (CV_8UC1) in canonical pose.
  explicit StableRegion(const cv::Mat1b& reference);

  Registration register_crop(const cv::Mat1b& crop, const SimilarityPrior& expected = {1}) const {
    return register_window(crop(window_), expected);
  }

  /// The part of a crop that registration looks at: the points and what surrounds them.
  const cv::Rect& window() const { return window_; }

  /// register_crop() of a crop of which only this part is known.
  Registration register_window(const cv::Mat1b& pixels, const SimilarityPrior& expected = {1}) const;

  /// Normalised cross-correlation of the region in `crop` (CV_8UC1, or CV_8UC3 for its grey) and the reference, -1..1.
  double similarity(const cv::Mat& crop) const;

 private:
  cv::Rect region_, window_;
  PatchPyramid pyramid_;  ///< of the reference's window
  std::vector<cv::Point2f> points_;
  std::vector<PointPatches> patches_;  ///< of the points, in the reference
  cv::Mat1b region_pixels_;
};

/// Normalised cross-correlation of two pictures of one size, -1..1; 0 where one is flat. A CV_8UC3 counts as its grey.
double correlation(const cv::Mat& a, const cv::Mat1b& b);

/// Weighted least-squares similarity that maps `from` to `to`, (a, b, tx, ty) as a matrix [a -b tx; b a ty].
cv::Matx23d fit_similarity(const std::vector<cv::Point2f>& from, const std::vector<cv::Point2f>& to,
                           const std::vector<double>& weights, const SimilarityPrior& prior = {});

}  // namespace merkit
