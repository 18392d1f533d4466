#include "methods/spotting/region_displacement.h"

#include "methods/spotting/head_motion.h"

#include <algorithm>
#include <initializer_list>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::spotting {

namespace {

constexpr double kReferenceWidth = 140;  // settings in pixels are meant for crops of this width

/// Landmarks whose mean is the centre of a patch.
const std::vector<std::vector<int>> kPatches = {{17, 18},
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
static_assert(kFaceRegions == 15);

cv::Point2f mean_of(const Landmarks& landmarks, const std::vector<int>& points) {
  cv::Point2f sum(0, 0);
  for (const int p : points) sum += landmarks[p];
  return sum * (1.f / static_cast<float>(points.size()));
}

cv::Mat1b eye_mask(const Landmarks& landmarks, int first, cv::Size size, double padding_px) {
  std::vector<cv::Point> outline;
  for (int p = first; p < first + 6; ++p) outline.emplace_back(landmarks[p]);
  cv::Mat1b mask(size, static_cast<uchar>(0));
  cv::fillConvexPoly(mask, outline, cv::Scalar(255));
  const int side = 2 * std::max(1, static_cast<int>(padding_px)) + 1;
  cv::dilate(mask, mask, cv::getStructuringElement(cv::MORPH_ELLIPSE, {side, side}));
  return mask;
}

/// The face between jaw and brows.
cv::Mat1b face_mask(const Landmarks& landmarks, cv::Size size) {
  std::vector<cv::Point> outline(landmarks.begin(), landmarks.begin() + 27), hull;
  cv::convexHull(outline, hull);
  cv::Mat1b mask(size, static_cast<uchar>(0));
  cv::fillConvexPoly(mask, hull, cv::Scalar(255));
  return mask;
}

/// Every third pixel of a mask, each way.
std::vector<cv::Point> grid_within(const cv::Mat1b& mask) {
  std::vector<cv::Point> points;
  for (int y = 1; y < mask.rows; y += 3)
    for (int x = 1; x < mask.cols; x += 3)
      if (mask(y, x)) points.emplace_back(x, y);
  return points;
}

/// Centre of gravity of a mask; the patch's own centre but where the eyes cut into it.
cv::Point2d centre_of(const cv::Mat1b& mask) {
  const cv::Moments m = cv::moments(mask, true);
  return m.m00 > 0 ? cv::Point2d(m.m10 / m.m00, m.m01 / m.m00) : cv::Point2d();
}

RegionMotion mean_motion(const MotionField& motion, const cv::Mat1f& strain, const cv::Mat1b& mask, double patch_px) {
  if (cv::countNonZero(mask) == 0) return {};
  return {static_cast<float>(cv::mean(motion.u, mask)[0]), static_cast<float>(cv::mean(motion.v, mask)[0]),
          static_cast<float>(cv::mean(strain, mask)[0] * patch_px)};
}

}  // namespace

DisplacementTracker::DisplacementTracker(const DisplacementConfig& config)
    : reference_s_(config.reference_s), flow_(make_optical_flow(config.flow)) {}

DisplacementTracker::Regions DisplacementTracker::regions_of(const AlignedFace& face) {
  const auto& points = face.landmarks;
  const cv::Size size = face.image.size();
  const double eye_distance = cv::norm(mean_of(points, {36, 39}) - mean_of(points, {42, 45}));
  Regions regions;
  regions.scale = kReferenceWidth / std::max(1, size.width);
  regions.patch_px = 0.24 * eye_distance;
  const cv::Mat1b left_eye = eye_mask(points, 36, size, 0.1 * eye_distance);
  const cv::Mat1b right_eye = eye_mask(points, 42, size, 0.1 * eye_distance);
  const cv::Mat1b eyes = left_eye | right_eye;
  const auto patch = [&](cv::Point2f centre) {
    const float half = static_cast<float>(regions.patch_px / 2);
    cv::Mat1b mask(size, static_cast<uchar>(0));
    cv::rectangle(mask, cv::Point(centre - cv::Point2f(half, half)), cv::Point(centre + cv::Point2f(half, half)),
                  cv::Scalar(255), cv::FILLED);
    mask.setTo(0, eyes);  // lids move with every blink
    return mask;
  };
  for (const auto& landmarks : kPatches) regions.face.push_back(patch(mean_of(points, landmarks)));
  regions.eyes = {left_eye, right_eye};
  cv::Mat1b moving = eyes.clone();
  for (const auto& mask : regions.face) moving |= mask;
  regions.rigid = grid_within(face_mask(points, size) & ~moving);
  return regions;
}

void DisplacementTracker::refer_to(const AlignedFace& face, const cv::Mat& grey, const FrameMotion& standing) {
  reference_ = grey;
  reference_time_s_ = face.time_s;
  reference_segment_ = face.segment;
  regions_ = regions_of(face);
  standing_ = standing;
}

FrameMotion DisplacementTracker::measure(const AlignedFace& face) {
  FrameMotion result;
  result.number = face.number;
  result.time_s = face.time_s;
  result.valid = face.success && !face.image.empty();
  result.segment = face.segment;
  if (!result.valid) return result;

  cv::Mat grey;
  if (face.image.channels() == 1)
    grey = face.image.clone();
  else
    cv::cvtColor(face.image, grey, cv::COLOR_BGR2GRAY);
  result.face.resize(kFaceRegions);
  result.eyes.resize(kEyeRegions);
  if (reference_.empty() || reference_segment_ != face.segment || reference_.size() != grey.size()) {
    refer_to(face, grey, result);
    return result;
  }

  const MotionField motion = (*flow_)(reference_, grey);
  const cv::Mat1f strain = optical_strain(motion);
  const HeadMotion head_motion = fit_head_motion(motion, regions_.rigid);
  const auto standing_at = [&](const cv::Mat1b& mask, const RegionMotion& before) {
    const RegionMotion moved = mean_motion(motion, strain, mask, regions_.patch_px);
    const cv::Point2f head(head_motion.at(centre_of(mask)));
    const auto scale = static_cast<float>(regions_.scale);
    return RegionMotion{before.u + scale * (moved.u - head.x), before.v + scale * (moved.v - head.y),
                        before.strain + scale * moved.strain};
  };
  for (int r = 0; r < kFaceRegions; ++r) result.face[r] = standing_at(regions_.face[r], standing_.face[r]);
  for (int r = 0; r < kEyeRegions; ++r) result.eyes[r] = standing_at(regions_.eyes[r], standing_.eyes[r]);
  if (face.time_s - reference_time_s_ >= reference_s_) refer_to(face, grey, result);
  return result;
}

}  // namespace merkit::spotting
