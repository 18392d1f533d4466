#include "spotting/region_displacement.h"

#include "motion/strain.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::spotting {

ReferenceFlow::ReferenceFlow(const DisplacementConfig& config)
    : reference_s_(config.reference_s), flow_(make_optical_flow(config.flow)) {}

void ReferenceFlow::refer_to(const AlignedFace& face) {
  std::swap(reference_, grey_);
  reference_time_s_ = face.time_s;
  reference_segment_ = face.segment;
  regions_ = face_regions(face);
  head_fit_ = HeadMotionFit(regions_.rigid);
}

bool ReferenceFlow::compare(const AlignedFace& face) {
  // Into a buffer of our own: the reference outlives the caller's picture.
  if (face.image.channels() == 1)
    face.image.copyTo(grey_);
  else
    cv::cvtColor(face.image, grey_, cv::COLOR_BGR2GRAY);
  if (reference_.empty() || reference_segment_ != face.segment || reference_.size() != grey_.size()) {
    refer_to(face);
    return false;
  }
  motion_ = (*flow_)(reference_, grey_);
  head_ = head_fit_(motion_);
  return true;
}

bool ReferenceFlow::renew(const AlignedFace& face) {
  if (face.time_s - reference_time_s_ < reference_s_) return false;
  refer_to(face);
  return true;
}

RegionMotion DisplacementTracker::mean_motion(const Region& region) {
  if (region.pixels == 0) return {};
  const MotionField& motion = flow_.motion();
  double u = 0, v = 0, strain = 0;
  for (const auto& run : region.runs) {
    strain_.resize(run.end - run.begin);
    optical_strain_in_row(motion, run.row, run.begin, run.end, strain_.data());
    const float *u_row = motion.u[run.row], *v_row = motion.v[run.row];
    for (int x = run.begin; x < run.end; ++x) {
      u += u_row[x];
      v += v_row[x];
      strain += strain_[x - run.begin];
    }
  }
  return {static_cast<float>(u / region.pixels), static_cast<float>(v / region.pixels),
          static_cast<float>(strain / region.pixels * flow_.regions().patch_px)};
}

FrameMotion DisplacementTracker::measure(const AlignedFace& face) {
  FrameMotion result;
  result.number = face.number;
  result.time_s = face.time_s;
  result.valid = face.success && !face.image.empty();
  result.segment = face.segment;
  if (!result.valid) return result;

  result.face.resize(kFaceRegions);
  result.eyes.resize(kEyeRegions);
  if (!flow_.compare(face)) {
    standing_ = result;
    return result;
  }
  const FaceRegions& regions = flow_.regions();
  const auto standing_at = [&](const Region& region, const RegionMotion& before) {
    const RegionMotion moved = mean_motion(region);
    const cv::Point2f head(flow_.head_motion().at(region.centre));
    const auto scale = static_cast<float>(regions.scale);
    return RegionMotion{before.u + scale * (moved.u - head.x), before.v + scale * (moved.v - head.y),
                        before.strain + scale * moved.strain};
  };
  for (int r = 0; r < kFaceRegions; ++r) result.face[r] = standing_at(regions.face[r], standing_.face[r]);
  for (int r = 0; r < kEyeRegions; ++r) result.eyes[r] = standing_at(regions.eyes[r], standing_.eyes[r]);
  if (flow_.renew(face)) standing_ = result;
  return result;
}

}  // namespace merkit::spotting
