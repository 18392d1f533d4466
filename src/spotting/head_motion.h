#pragma once

#include "merkit/motion/optical_flow.h"

#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit::spotting {

/// What is left of head motion in a flow field: u = right + grow x - turn y, v = down + grow y + turn x, with x, y
/// counted from `centre`.
struct HeadMotion {
  cv::Point2d centre;
  double right = 0, down = 0, grow = 0, turn = 0;

  cv::Point2d at(const cv::Point2d& point) const;
};

/// Fits the motion of a rigid face to the flow at `points` by iteratively reweighted least squares (Tukey's weights,
/// scale from the median residual), so that skin that moves by itself does not count. Fewer than three points: none.
/// Keeps its buffers, for repeated use by one thread.
class HeadMotionFit {
 public:
  explicit HeadMotionFit(const std::vector<cv::Point>& points);
  HeadMotion operator()(const MotionField& motion);

 private:
  void weigh_by_residuals(const HeadMotion& head);
  HeadMotion weighted_fit() const;

  /// One entry a point.
  std::vector<cv::Point> points_;
  std::vector<double> u_, v_, squared_residuals_, weights_, sorted_;
};

/// The one-off form.
HeadMotion fit_head_motion(const MotionField& motion, const std::vector<cv::Point>& points);

}  // namespace merkit::spotting
