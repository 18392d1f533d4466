#pragma once

#include "merkit/motion/optical_flow.h"

#include <string>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// How a motion field becomes the fixed-size picture that the flow-based networks read.
enum class MotionScaling {
  minmax,  ///< each map stretched to 0..255 and rounded to 8 bits, as the published features are: sign and size are
           ///< lost
  fixed,   ///< each map divided by `fixed_scale_px` and clamped to -1..1 (strain: 0..1): sign and size are kept
};
std::string_view to_string(MotionScaling scaling);
const std::vector<std::string>& motion_scaling_names();
MotionScaling motion_scaling_from_string(std::string_view name);

/// u, v and strain resized to `size` x `size` (area averaging), min-max scaled each, as CV_8UC3 with channels u, v,
/// strain. A constant map becomes 0.
cv::Mat motion_image_minmax(const MotionField& motion, int size);

/// The signed variant: CV_32FC3, channels u, v, strain, divided by `scale_px` and clamped.
cv::Mat motion_image_fixed(const MotionField& motion, int size, double scale_px);

}  // namespace merkit
