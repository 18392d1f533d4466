#pragma once

#include "merkit/motion/optical_flow.h"

#include <opencv2/core/mat.hpp>

namespace merkit {

/// Motion as colours for people: hue is direction (the usual wheel), saturation is magnitude up to `max_px`
/// (0: the field's own 99th percentile). CV_8UC3 BGR.
cv::Mat colour_coded(const MotionField& motion, double max_px = 0);

/// Strain as a heat map, CV_8UC3 BGR; `max` as above.
cv::Mat heat_map(const cv::Mat1f& values, double max = 0);

/// Onset, apex, motion colours and strain side by side with captions, for a quick look. CV_8UC3 BGR.
cv::Mat motion_picture(const cv::Mat& onset, const cv::Mat& apex, const MotionField& motion);

}  // namespace merkit
