#include "face/registration.h"

#include "face/crop_source.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

// The region in fractions of the crop's width, in the canonical pose of face_aligner.cpp: from just above the inner eye
// corners to the tip of the nose, and no wider than the corners are apart.
constexpr double kLeft = 0.37, kRight = 0.63, kTop = 0.38, kBottom = 0.68;
constexpr int kPointsAcross = 8, kPointsDown = 9;

constexpr int kSurroundings = 40;       ///< px that patches a quarter as fine reach beyond their points
constexpr double kBackwardError = 0.5;  ///< px; a point that does not find its way back is not used
constexpr double kOutlier = 1.0;        ///< px of residual beyond which a point has no weight
constexpr int kReweightings = 6;

cv::Rect region_of(cv::Size crop) {
  const double width = crop.width;
  return cv::Rect(cvRound(kLeft * width), cvRound(kTop * width), cvRound((kRight - kLeft) * width),
                  cvRound((kBottom - kTop) * width)) &
         cv::Rect({0, 0}, crop);
}

}  // namespace

cv::Matx23d fit_similarity(const std::vector<cv::Point2f>& from, const std::vector<cv::Point2f>& to,
                           const std::vector<double>& weights, const SimilarityPrior& prior) {
  double total = 0;
  cv::Point2d from_mean, to_mean;
  for (std::size_t i = 0; i < from.size(); ++i) {
    total += weights[i];
    from_mean += weights[i] * cv::Point2d(from[i]);
    to_mean += weights[i] * cv::Point2d(to[i]);
  }
  if (total <= 0) return {prior.a, -prior.b, 0, prior.b, prior.a, 0};
  from_mean /= total;
  to_mean /= total;
  double spread = 0, along = 0, across = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const cv::Point2d p = cv::Point2d(from[i]) - from_mean, q = cv::Point2d(to[i]) - to_mean;
    spread += weights[i] * p.dot(p);
    along += weights[i] * p.dot(q);
    across += weights[i] * p.cross(q);
  }
  double a = spread > 0 ? along / spread : prior.a, b = spread > 0 ? across / spread : prior.b;
  const double away = std::hypot(a - prior.a, b - prior.b) / prior.tolerance;
  const double weight = prior.weight * std::exp(-away * away);
  a = (a + weight * prior.a) / (1 + weight);
  b = (b + weight * prior.b) / (1 + weight);
  return {a, -b, to_mean.x - a * from_mean.x + b * from_mean.y, b, a, to_mean.y - b * from_mean.x - a * from_mean.y};
}

double correlation(const cv::Mat& a, const cv::Mat1b& b) {
  cv::Mat1b grey;
  if (a.channels() == 1)
    grey = a;
  else
    cv::cvtColor(a, grey, cv::COLOR_BGR2GRAY);
  // Whole numbers throughout, so that the order of the sums does not matter.
  std::int64_t sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
  for (int y = 0; y < b.rows; ++y) {
    const uchar *row_a = grey.ptr(y), *row_b = b.ptr(y);
    for (int x = 0; x < b.cols; ++x) {
      const int p = row_a[x], q = row_b[x];
      sum_a += p, sum_b += q, aa += p * p, bb += q * q, ab += p * q;
    }
  }
  const auto n = static_cast<std::int64_t>(b.total());
  const auto spread = static_cast<double>(n * aa - sum_a * sum_a) * static_cast<double>(n * bb - sum_b * sum_b);
  // Two flat regions have no correlation to speak of.
  return spread > 0 ? static_cast<double>(n * ab - sum_a * sum_b) / std::sqrt(spread) : 0;
}

StableRegion::StableRegion(const cv::Mat1b& reference)
    : region_(region_of(reference.size())),
      window_(cv::Rect(region_.x - kSurroundings, region_.y - kSurroundings, region_.width + 2 * kSurroundings,
                       region_.height + 2 * kSurroundings) &
              cv::Rect({0, 0}, reference.size())),
      pyramid_(reference(window_)),
      region_pixels_(reference(region_).clone()) {
  for (int row = 0; row < kPointsDown; ++row)
    for (int column = 0; column < kPointsAcross; ++column)
      points_.emplace_back(static_cast<float>(region_.x + (column + 0.5) * region_.width / kPointsAcross),
                           static_cast<float>(region_.y + (row + 0.5) * region_.height / kPointsDown));
  for (const cv::Point2f& point : points_) patches_.push_back(patches_at(pyramid_, point - cv::Point2f(window_.tl())));
}

Registration StableRegion::register_window(const cv::Mat1b& pixels, const SimilarityPrior& expected) const {
  const PatchPyramid pyramid(pixels);
  const cv::Point2f corner = window_.tl();
  std::vector<cv::Point2f> from, to;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    cv::Point2f there = points_[i] - corner, back = there;
    if (!follow_point(patches_[i], pyramid, there)) continue;
    // What was found, followed back from where it should have come from: a point that leads elsewhere is not used.
    if (!follow_patch(Patch(pyramid.level(0), there), pyramid_.level(0), back)) continue;
    if (cv::norm(back + corner - points_[i]) > kBackwardError) continue;
    from.push_back(there + corner);
    to.push_back(points_[i]);
  }
  Registration result;
  if (from.size() < points_.size() / 4) return result;

  std::vector<double> weights(from.size(), 1), residuals(from.size());
  for (int round = 0; round < kReweightings; ++round) {
    result.reference_from_crop = fit_similarity(from, to, weights, expected);
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

double StableRegion::similarity(const cv::Mat& crop) const { return correlation(crop(region_), region_pixels_); }

}  // namespace merkit
