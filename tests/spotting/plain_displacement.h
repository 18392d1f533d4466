#pragma once

#include "spotting/head_motion.h"
#include "spotting/region_displacement.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

// What DisplacementTracker measures, computed plainly: whole masks, whole strain maps, nothing kept between frames.
namespace merkit::testing {

/// Landmarks whose mean is the centre of a patch.
inline const std::vector<std::vector<int>> kPlainPatches = {{17, 18},
                                                            {19},
                                                            {20, 21},
                                                            {21, 22},
                                                            {22, 23},
                                                            {24},
                                                            {25, 26},
                                                            {31},
                                                            {35},
                                                            {48},
                                                            {54},
                                                            {51},
                                                            {57},
                                                            {40, 41, 48, 48, 31},
                                                            {46, 47, 54, 54, 35}};

inline cv::Point2f plain_mean(const Landmarks& landmarks, const std::vector<int>& points) {
  cv::Point2f sum(0, 0);
  for (const int p : points) sum += landmarks[p];
  return sum * (1.f / static_cast<float>(points.size()));
}

struct PlainMasks {
  std::vector<cv::Mat1b> face, eyes;
  std::vector<cv::Point> rigid;
  double patch_px = 0, scale = 1;

  explicit PlainMasks(const AlignedFace& crop) {
    const Landmarks& points = crop.landmarks;
    const cv::Size size = crop.image.size();
    const double eye_distance = cv::norm(plain_mean(points, {36, 39}) - plain_mean(points, {42, 45}));
    scale = 140.0 / size.width;
    patch_px = 0.24 * eye_distance;
    cv::Mat1b moving(size, static_cast<uchar>(0)), lids;
    for (const int first : {36, 42}) {
      std::vector<cv::Point> outline;
      for (int p = first; p < first + 6; ++p) outline.emplace_back(points[p]);
      cv::Mat1b mask(size, static_cast<uchar>(0));
      cv::fillConvexPoly(mask, outline, cv::Scalar(255));
      const int side = 2 * std::max(1, static_cast<int>(0.1 * eye_distance)) + 1;
      cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {side, side}));
      eyes.push_back(mask);
      moving |= mask;
    }
    lids = moving.clone();
    for (const auto& landmarks : kPlainPatches) {
      const cv::Point2f centre = plain_mean(points, landmarks);
      const auto half = static_cast<float>(patch_px / 2);
      cv::Mat1b mask(size, static_cast<uchar>(0));
      cv::rectangle(mask, cv::Point(centre - cv::Point2f(half, half)), cv::Point(centre + cv::Point2f(half, half)),
                    cv::Scalar(255), cv::FILLED);
      mask.setTo(0, lids);
      face.push_back(mask);
      moving |= mask;
    }
    std::vector<cv::Point> jaw_and_brows(points.begin(), points.begin() + 27), hull;
    cv::convexHull(jaw_and_brows, hull);
    cv::Mat1b skin_mask(size, static_cast<uchar>(0));
    cv::fillConvexPoly(skin_mask, hull, cv::Scalar(255));
    for (int y = 1; y < size.height; y += 3)
      for (int x = 1; x < size.width; x += 3)
        if (skin_mask(y, x) && !moving(y, x)) rigid.emplace_back(x, y);
  }
};

inline double plain_median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Tukey's biweight, eight rounds, from the median shift.
inline spotting::HeadMotion plain_head_motion(const MotionField& motion, const std::vector<cv::Point>& points) {
  if (points.size() < 3) return {};
  std::vector<double> u, v;
  for (const auto& point : points) {
    u.push_back(motion.u(point));
    v.push_back(motion.v(point));
  }
  spotting::HeadMotion head;
  head.right = plain_median(u);
  head.down = plain_median(v);
  for (int round = 0; round < 8; ++round) {
    std::vector<double> residuals, weights;
    for (std::size_t i = 0; i < points.size(); ++i)
      residuals.push_back(cv::norm(cv::Point2d(u[i], v[i]) - head.at(points[i])));
    const double cut = 4.685 * std::max(0.01, 1.4826 * plain_median(residuals));
    for (const double r : residuals) weights.push_back(r < cut ? std::pow(1 - r * r / (cut * cut), 2) : 0);
    // Normal equations of u = a + g x - t y, v = b + g y + t x.
    cv::Matx44d normal = cv::Matx44d::zeros();
    cv::Vec4d right(0, 0, 0, 0);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double x = points[i].x, y = points[i].y;
      const cv::Vec4d rows[2] = {{1, 0, x, -y}, {0, 1, y, x}};
      for (int k = 0; k < 2; ++k) {
        normal += weights[i] * rows[k] * rows[k].t();
        right += weights[i] * (k == 0 ? u[i] : v[i]) * rows[k];
      }
    }
    const cv::Vec4d fit = normal.solve(right, cv::DECOMP_SVD);
    head = {{0, 0}, fit[0], fit[1], fit[2], fit[3]};
  }
  return head;
}

class PlainDisplacement {
 public:
  explicit PlainDisplacement(const spotting::DisplacementConfig& config) : config_(config) {}

  spotting::FrameMotion measure(const AlignedFace& crop) {
    spotting::FrameMotion result{crop.number, crop.time_s, crop.success, crop.segment, {}, {}};
    if (!result.valid) return result;
    result.face.resize(spotting::kFaceRegions);
    result.eyes.resize(spotting::kEyeRegions);
    if (reference_.success && reference_.segment == crop.segment) {
      const PlainMasks masks(reference_);
      const MotionField motion = optical_flow(reference_.image, crop.image, config_.flow);
      const cv::Mat1f strain = optical_strain(motion);
      const spotting::HeadMotion head = plain_head_motion(motion, masks.rigid);
      const auto standing = [&](const cv::Mat1b& mask, const spotting::RegionMotion& before) {
        if (cv::countNonZero(mask) == 0) return before;
        const cv::Moments m = cv::moments(mask, true);
        const cv::Point2d off = head.at({m.m10 / m.m00, m.m01 / m.m00});
        return spotting::RegionMotion{
            static_cast<float>(before.u + masks.scale * (cv::mean(motion.u, mask)[0] - off.x)),
            static_cast<float>(before.v + masks.scale * (cv::mean(motion.v, mask)[0] - off.y)),
            static_cast<float>(before.strain + masks.scale * masks.patch_px * cv::mean(strain, mask)[0])};
      };
      for (int r = 0; r < spotting::kFaceRegions; ++r) result.face[r] = standing(masks.face[r], standing_.face[r]);
      for (int r = 0; r < spotting::kEyeRegions; ++r) result.eyes[r] = standing(masks.eyes[r], standing_.eyes[r]);
      if (crop.time_s - reference_.time_s < config_.reference_s) return result;
    }
    reference_ = crop;
    standing_ = result;
    return result;
  }

 private:
  spotting::DisplacementConfig config_;
  AlignedFace reference_;
  spotting::FrameMotion standing_;
};

}  // namespace merkit::testing
