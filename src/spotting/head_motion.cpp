#include "spotting/head_motion.h"

#include <algorithm>
#include <cmath>

namespace merkit::spotting {
namespace {

constexpr int kReweightings = 8;
constexpr double kTukey = 4.685;  ///< 95 % efficiency for normal residuals
constexpr double kMadToSigma = 1.4826;
constexpr double kLeastSigmaPx = 0.01;  ///< flow is not known better than this

/// Reorders `values`, which must not be empty.
double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

cv::Point2d HeadMotion::at(const cv::Point2d& point) const {
  const cv::Point2d p = point - centre;
  return {right + grow * p.x - turn * p.y, down + grow * p.y + turn * p.x};
}

HeadMotionFit::HeadMotionFit(const std::vector<cv::Point>& points) : points_(points) {}

void HeadMotionFit::weigh_by_residuals(const HeadMotion& head) {
  const std::size_t count = points_.size();
  squared_residuals_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const cv::Point2d off = cv::Point2d(u_[i], v_[i]) - head.at(points_[i]);
    squared_residuals_[i] = off.dot(off);
  }
  sorted_ = squared_residuals_;
  const double cut = kTukey * std::max(kLeastSigmaPx, kMadToSigma * std::sqrt(median_of(sorted_)));
  weights_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double rest = std::max(0.0, 1 - squared_residuals_[i] / (cut * cut));
    weights_[i] = rest * rest;
  }
}

HeadMotion HeadMotionFit::weighted_fit() const {
  double total = 0;
  cv::Point2d centre, mean;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    total += weights_[i];
    centre += weights_[i] * cv::Point2d(points_[i]);
    mean += weights_[i] * cv::Point2d(u_[i], v_[i]);
  }
  centre *= 1 / total;  // half the points at least have weight
  mean *= 1 / total;
  double spread = 0, along = 0, across = 0;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const cv::Point2d p = cv::Point2d(points_[i]) - centre, d = cv::Point2d(u_[i], v_[i]) - mean;
    spread += weights_[i] * p.dot(p);
    along += weights_[i] * p.dot(d);
    across += weights_[i] * p.cross(d);
  }
  return {centre, mean.x, mean.y, spread > 0 ? along / spread : 0, spread > 0 ? across / spread : 0};
}

HeadMotion HeadMotionFit::operator()(const MotionField& motion) {
  if (points_.size() < 3) return {};
  u_.clear();
  v_.clear();
  for (const auto& point : points_) {
    u_.push_back(motion.u(point));
    v_.push_back(motion.v(point));
  }
  // From the median shift and no turn: a smile that moves a third of the points then weighs nothing from the start.
  HeadMotion head;
  sorted_ = u_;
  head.right = median_of(sorted_);
  sorted_ = v_;
  head.down = median_of(sorted_);
  for (int round = 0; round < kReweightings; ++round) {
    weigh_by_residuals(head);
    head = weighted_fit();
  }
  return head;
}

HeadMotion fit_head_motion(const MotionField& motion, const std::vector<cv::Point>& points) {
  return HeadMotionFit(points)(motion);
}

}  // namespace merkit::spotting
