#pragma once

#include "merkit/synthesis/face_animation.h"
#include "support/face_shape.h"
#include "support/smooth_texture.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::testing {

const cv::Size kStill(200, 240);
constexpr double kMidline = 100, kInterOcular_px = 64;

inline Landmarks still_landmarks() { return face_shape({kMidline, 80}, kInterOcular_px); }

/// A face-sized piece of texture; what it shows does not matter to the animation, its landmarks do.
inline cv::Mat still_picture() {
  static const cv::Mat still = [] {
    cv::Mat picture;
    cv::cvtColor(SmoothTexture(3, 20).picture(kStill), picture, cv::COLOR_GRAY2BGR);
    return picture;
  }();
  return still.clone();
}

inline FaceAnimation animated(const AnimationConfig& config) {
  return FaceAnimation(still_picture(), still_landmarks(), config);
}

inline AnimationConfig expressing(const std::string& expression, FaceSide side = FaceSide::both) {
  AnimationConfig config;
  config.expression = expression;
  config.side = side;
  return config;
}

inline MotionField apex_motion(const AnimationConfig& config) {
  const FaceAnimation animation = animated(config);
  return animation.motion_at(*animation.interval().apex);
}

inline cv::Mat1f magnitude(const MotionField& motion) {
  cv::Mat1f result;
  cv::magnitude(motion.u, motion.v, result);
  return result;
}

inline double largest(const cv::Mat1f& values) { return cv::norm(values, cv::NORM_INF); }

}  // namespace merkit::testing
