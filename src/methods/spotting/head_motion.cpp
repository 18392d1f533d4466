#include "methods/spotting/head_motion.h"

#include <algorithm>
#include <cmath>

namespace merkit::spotting {
namespace {

constexpr int kReweightings = 8;
constexpr double kTukey = 4.685;  ///< 95 % efficiency for normal residuals
constexpr double kMadToSigma = 1.4826;
constexpr double kLeastSigmaPx = 0.01;  ///< flow is not known better than this

double median_of(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

std::vector<double> tukey_weights(const HeadMotion& head, const std::vector<cv::Point>& points,
                                  const std::vector<cv::Point2d>& moved) {
  std::vector<double> residuals;
  for (std::size_t i = 0; i < points.size(); ++i) residuals.push_back(cv::norm(moved[i] - head.at(points[i])));
  const double cut = kTukey * std::max(kLeastSigmaPx, kMadToSigma * median_of(residuals));
  std::vector<double> weights;
  for (const double residual : residuals) {
    const double r = residual / cut;
    weights.push_back(r < 1 ? (1 - r * r) * (1 - r * r) : 0);
  }
  return weights;
}

HeadMotion weighted_fit(const std::vector<cv::Point>& points, const std::vector<cv::Point2d>& moved,
                        const std::vector<double>& weights) {
  double total = 0;
  cv::Point2d centre, mean;
  for (std::size_t i = 0; i < points.size(); ++i) {
    total += weights[i];
    centre += weights[i] * cv::Point2d(points[i]);
    mean += weights[i] * moved[i];
  }
  centre *= 1 / total;  // half the points at least have weight
  mean *= 1 / total;
  double spread = 0, along = 0, across = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const cv::Point2d p = cv::Point2d(points[i]) - centre, d = moved[i] - mean;
    spread += weights[i] * p.dot(p);
    along += weights[i] * p.dot(d);
    across += weights[i] * p.cross(d);
  }
  return {centre, mean.x, mean.y, spread > 0 ? along / spread : 0, spread > 0 ? across / spread : 0};
}

}  // namespace

cv::Point2d HeadMotion::at(const cv::Point2d& point) const {
  const cv::Point2d p = point - centre;
  return {right + grow * p.x - turn * p.y, down + grow * p.y + turn * p.x};
}

HeadMotion fit_head_motion(const MotionField& motion, const std::vector<cv::Point>& points) {
  if (points.size() < 3) return {};
  std::vector<cv::Point2d> moved;
  std::vector<double> u, v;
  for (const auto& point : points) {
    u.push_back(motion.u(point));
    v.push_back(motion.v(point));
    moved.emplace_back(u.back(), v.back());
  }
  // From the median shift and no turn: a smile that moves a third of the points then weighs nothing from the start.
  HeadMotion head;
  head.right = median_of(u);
  head.down = median_of(v);
  for (int round = 0; round < kReweightings; ++round)
    head = weighted_fit(points, moved, tukey_weights(head, points, moved));
  return head;
}

}  // namespace merkit::spotting
