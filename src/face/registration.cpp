#include "face/registration.h"

#include "merkit/core/aligned_face.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

namespace merkit {
namespace {

// The region in fractions of the crop's width, in the canonical pose of face_aligner.cpp: from just above the inner eye
// corners to the tip of the nose, and no wider than the corners are apart.
constexpr double kLeft = 0.37, kRight = 0.63, kTop = 0.38, kBottom = 0.68;
constexpr int kPointsAcross = 8, kPointsDown = 9;

constexpr int kWindow = 17, kLevels = 2;
constexpr double kBackwardError = 0.5;  ///< px; a point that does not find its way back is not used
constexpr double kOutlier = 1.0;        ///< px of residual beyond which a point has no weight
constexpr int kReweightings = 6;
constexpr double kTowardsIdentity = 1;

cv::Point2d mapped(const cv::Matx23d& t, const cv::Point2f& p) {
  return {t(0, 0) * p.x + t(0, 1) * p.y + t(0, 2), t(1, 0) * p.x + t(1, 1) * p.y + t(1, 2)};
}

}  // namespace

cv::Matx23d fit_similarity(const std::vector<cv::Point2f>& from, const std::vector<cv::Point2f>& to,
                           const std::vector<double>& weights, double towards_identity) {
  double total = 0;
  cv::Point2d from_mean, to_mean;
  for (std::size_t i = 0; i < from.size(); ++i) {
    total += weights[i];
    from_mean += weights[i] * cv::Point2d(from[i]);
    to_mean += weights[i] * cv::Point2d(to[i]);
  }
  if (total <= 0) return {1, 0, 0, 0, 1, 0};
  from_mean /= total;
  to_mean /= total;
  double spread = 0, along = 0, across = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const cv::Point2d p = cv::Point2d(from[i]) - from_mean, q = cv::Point2d(to[i]) - to_mean;
    spread += weights[i] * p.dot(p);
    along += weights[i] * p.dot(q);
    across += weights[i] * p.cross(q);
  }
  const double prior = towards_identity * spread;
  const double a = spread + prior > 0 ? (along + prior) / (spread + prior) : 1;
  const double b = spread + prior > 0 ? across / (spread + prior) : 0;
  return {a, -b, to_mean.x - a * from_mean.x + b * from_mean.y, b, a, to_mean.y - b * from_mean.x - a * from_mean.y};
}

StableRegion::StableRegion(cv::Mat1b reference) : reference_(std::move(reference)) {
  const double width = reference_.cols;
  region_ = cv::Rect(cvRound(kLeft * width), cvRound(kTop * width), cvRound((kRight - kLeft) * width),
                     cvRound((kBottom - kTop) * width)) &
            cv::Rect(0, 0, reference_.cols, reference_.rows);
  for (int row = 0; row < kPointsDown; ++row)
    for (int column = 0; column < kPointsAcross; ++column)
      points_.emplace_back(static_cast<float>(region_.x + (column + 0.5) * region_.width / kPointsAcross),
                           static_cast<float>(region_.y + (row + 0.5) * region_.height / kPointsDown));
}

Registration StableRegion::register_crop(const cv::Mat1b& crop) const {
  std::vector<cv::Point2f> there, back;
  std::vector<unsigned char> found, returned;
  std::vector<float> error;
  const cv::Size window(kWindow, kWindow);
  const cv::TermCriteria until(cv::TermCriteria::COUNT | cv::TermCriteria::EPS, 30, 0.003);
  cv::calcOpticalFlowPyrLK(reference_, crop, points_, there, found, error, window, kLevels, until);
  cv::calcOpticalFlowPyrLK(crop, reference_, there, back, returned, error, window, kLevels, until);
  std::vector<cv::Point2f> from, to;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    if (!found[i] || !returned[i] || cv::norm(back[i] - points_[i]) > kBackwardError) continue;
    from.push_back(there[i]);
    to.push_back(points_[i]);
  }
  Registration result;
  if (from.size() < points_.size() / 4) return result;

  std::vector<double> weights(from.size(), 1), residuals(from.size());
  for (int round = 0; round < kReweightings; ++round) {
    result.reference_from_crop = fit_similarity(from, to, weights, kTowardsIdentity);
    for (std::size_t i = 0; i < from.size(); ++i)
      residuals[i] = cv::norm(mapped(result.reference_from_crop, from[i]) - cv::Point2d(to[i]));
    // The cut-off follows the noise down to the outlier bound, so that a good fit is not diluted by what moves.
    std::vector<double> sorted = residuals;
    std::nth_element(sorted.begin(), sorted.begin() + sorted.size() / 2, sorted.end());
    const double cut = std::max(kOutlier / 4, std::min(4 * sorted[sorted.size() / 2], 4 * kOutlier));
    for (std::size_t i = 0; i < from.size(); ++i) {
      const double r = residuals[i] / cut;
      weights[i] = r < 1 ? (1 - r * r) * (1 - r * r) : 0;
    }
  }
  const auto agrees = [](double r) { return r < kOutlier; };
  result.inliers = static_cast<double>(std::count_if(residuals.begin(), residuals.end(), agrees)) / points_.size();
  return result;
}

double StableRegion::similarity(const cv::Mat1b& crop) const {
  cv::Mat1f score;
  cv::matchTemplate(crop(region_), reference_(region_), score, cv::TM_CCOEFF_NORMED);
  // Two flat regions have no correlation to speak of.
  return std::isfinite(score(0)) ? score(0) : 0;
}

}  // namespace merkit
