#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/motion/optical_flow.h"
#include "spotting/face_regions.h"
#include "spotting/head_motion.h"
#include "spotting/time_grid.h"

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

/// Flow of aligned faces from a reference frame to each later one and not between neighbours, whose errors would add
/// up; when the reference has aged, the newest frame takes its place.
class ReferenceFlow {
 public:
  explicit ReferenceFlow(const DisplacementConfig& config);

  /// Takes a frame with a face. False for the first of a segment, which becomes the reference and shows no motion.
  bool compare(const AlignedFace& face);

  /// From the reference to the frame compared last.
  const MotionField& motion() const { return motion_; }
  /// Of it, what the face does as a whole: a robust fit over the skin between the patches.
  const HeadMotion& head_motion() const { return head_; }
  /// Of the reference.
  const FaceRegions& regions() const { return regions_; }

  /// Makes the frame compared last the reference, if that has aged; true if so.
  bool renew(const AlignedFace& face);

 private:
  /// Makes the frame just turned grey the reference.
  void refer_to(const AlignedFace& face);

  double reference_s_;
  std::unique_ptr<OpticalFlow> flow_;
  cv::Mat reference_, grey_;
  double reference_time_s_ = 0;
  int reference_segment_ = 0;
  FaceRegions regions_;
  HeadMotionFit head_fit_{{}};
  MotionField motion_;
  HeadMotion head_;
};

/// Measures where each region has got to, frame by frame: when the reference changes, displacements go on from where
/// they stood. What is left of head motion is taken off.
class DisplacementTracker {
 public:
  explicit DisplacementTracker(const DisplacementConfig& config) : flow_(config) {}
  FrameMotion measure(const AlignedFace& face);

 private:
  RegionMotion mean_motion(const Region& region);

  ReferenceFlow flow_;
  FrameMotion standing_;       ///< displacements of the reference
  std::vector<float> strain_;  ///< of one run of pixels
};

}  // namespace merkit::spotting
