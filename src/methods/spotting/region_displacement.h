#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/motion/optical_flow.h"
#include "methods/spotting/face_regions.h"
#include "methods/spotting/head_motion.h"
#include "methods/spotting/time_grid.h"

#include <memory>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit::spotting {

/// How one patch of skin stands against where the run of frames began.
struct RegionMotion {
  float u = 0, v = 0;  ///< displacement, pixels of a crop 140 wide
  float strain = 0;    ///< mean optical strain times the patch's size: the stretch over the patch, in the same pixels
};

struct FrameMotion : FrameStamp {
  std::vector<RegionMotion> face;  ///< kFaceRegions of them; empty unless valid
  std::vector<RegionMotion> eyes;  ///< kEyeRegions of them
};

struct DisplacementConfig {
  FlowConfig flow;
  double reference_s = 2;  ///< a new reference frame after this long
};

/// Measures where each region has got to, frame by frame.
///
/// Flow is computed from a reference frame to each later one and not between neighbours, whose errors would add up;
/// when the reference has aged, the newest frame takes its place and displacements go on from where it stood. What
/// the face does as a whole (a robust fit over the skin between the patches) is taken off as what is left of head
/// motion.
class DisplacementTracker {
 public:
  explicit DisplacementTracker(const DisplacementConfig& config);
  FrameMotion measure(const AlignedFace& face);

 private:
  /// Makes the frame just turned grey the reference.
  void refer_to(const AlignedFace& face, const FrameMotion& standing);
  RegionMotion mean_motion(const MotionField& motion, const Region& region);

  double reference_s_;
  std::unique_ptr<OpticalFlow> flow_;
  cv::Mat reference_, grey_;
  double reference_time_s_ = 0;
  int reference_segment_ = 0;
  FaceRegions regions_;  ///< of the reference frame, like all below
  HeadMotionFit head_motion_{{}};
  FrameMotion standing_;       ///< displacements
  std::vector<float> strain_;  ///< of one run of pixels
};

}  // namespace merkit::spotting
