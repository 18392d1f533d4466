#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/synthesis/face_animation.h"
#include "synthesis/face_actions.h"

#include <vector>

namespace merkit {

/// The sum of `pushes` over a picture of `size`, smooth, zero at its border, away from the face and, unless `side` is
/// both, on the other side of the face's mid-line. Scaled to a largest magnitude of exactly 1 pixel.
MotionField unit_displacement(const std::vector<Push>& pushes, const Landmarks& landmarks, FaceSide side,
                              cv::Size size);

/// The factor up to which `unit` can be multiplied before x -> x + factor * unit(x) folds, that is until the
/// determinant of its derivative falls to a small positive margin somewhere. Infinite for a constant field.
double largest_amplitude(const MotionField& unit);

/// `still` moved forward by `amplitude` * `motion`: what is at x goes to x + amplitude * motion(x). Values are 32-bit
/// grey levels (CV_32FC3), not rounded; pixels that do not move keep theirs exactly. `still` is CV_8UC3.
cv::Mat moved(const cv::Mat& still, const MotionField& motion, double amplitude);

}  // namespace merkit
