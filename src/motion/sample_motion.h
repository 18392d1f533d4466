#pragma once

#include "merkit/core/sample.h"
#include "merkit/motion/motion_image.h"
#include "merkit/motion/optical_flow.h"

#include <string>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// What model files call the input of methods that read sample_motion().
inline constexpr const char* kSampleMotionKind = "onset_apex_motion";

/// How onset-to-apex motion becomes numbers. Stored in model files as "input"; what the file says wins on load.
struct MotionInputConfig {
  int size = 28;
  std::string scaling = "minmax";
  double fixed_scale_px = 3;
  std::vector<std::string> channels = {"strain", "v", "u"};
  FlowConfig flow;
};

/// What is wrong with a list of channels, or null.
const char* channels_problem(const std::vector<std::string>& channels);
/// What is wrong with the name of a scaling, or null.
const char* scaling_problem(const std::string& name);

template <class Visitor>
void fields(Visitor&& visit, MotionInputConfig& c) {
  visit("size", c.size, "width and height of the motion image in pixels",
        [](int n) { return n >= 8 && n <= 512 ? nullptr : "must be in 8..512"; });
  visit("scaling", c.scaling,
        "minmax (each map to 0..255, as published features are) or fixed (signed, by fixed_scale_px)", scaling_problem);
  visit("fixed_scale_px", c.fixed_scale_px, "displacement in pixels of the crop that becomes 1, for scaling = fixed",
        [](double px) { return px > 0 ? nullptr : "must be positive"; });
  visit("channels", c.channels, "which maps, in which order: u, v, strain", channels_problem);
  visit("flow", c.flow, "optical flow between onset and apex");
}

/// Signed motion in pixels between the faces at the onset and at the apex (the middle where there is none). The maps
/// may be shared with the sample's motion store. Throws ClipError(unsupported) for a sample without faces, of which a
/// ready motion image is no substitute, and for faces in different poses; ClipError(no_face) naming a frame without
/// face.
MotionField sample_flow(const Sample& sample, const FlowConfig& config);

/// One map a configured channel, in that order, each `size` x `size` and continuous. Min-max scaled maps are 0..255,
/// fixed ones -1..1. They share no pixels with the sample.
///
/// A ready motion image is taken as it is; it must have the configured size and cannot serve `scaling` "fixed" (faces
/// can, if the sample has both). Otherwise flow is computed between the faces at the onset and at the apex (the middle
/// where there is none). Throws ClipError(unsupported) for a sample of another kind or size, ClipError(no_face) naming
/// a frame without face.
std::vector<cv::Mat1f> sample_motion(const Sample& sample, const MotionInputConfig& config);

}  // namespace merkit
