#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/synthesis/face_animation.h"

#include <string>
#include <vector>

namespace merkit {

/// Where the face lies in its picture: the frame in which action units are described.
struct FacePose {
  cv::Point2d right;       ///< unit vector from the eye at the picture's left to the one at its right
  cv::Point2d down;        ///< unit vector at right angles to it, towards the chin
  cv::Point2d middle;      ///< a point of the mid-line
  double inter_ocular_px;  ///< distance of the eye centres
};

FacePose face_pose(const Landmarks& landmarks);

/// A displacement that is `motion` at `centre` and falls off as a Gaussian of standard deviation `radius`.
struct Push {
  cv::Point2d centre;  ///< pixels
  cv::Point2d motion;  ///< direction and relative strength
  double radius;       ///< pixels
};

/// The pushes of one of animated_expressions(), for both sides. Throws ConfigError for any other name.
std::vector<Push> expression_pushes(const std::string& expression, const Landmarks& landmarks);

/// The side that moves: contempt is one-sided by its nature, so `both` becomes the right for it.
FaceSide moving_side(const std::string& expression, FaceSide asked);

}  // namespace merkit
