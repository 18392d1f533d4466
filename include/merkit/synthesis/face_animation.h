#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/core/interval.h"
#include "merkit/motion/optical_flow.h"

#include <cstdint>
#include <string>
#include <vector>

namespace merkit {

/// Which half of the face moves; left and right are those of the picture's viewer.
enum class FaceSide { both, left, right };
const std::vector<std::string>& face_side_names();
FaceSide face_side_from_string(std::string_view name);

/// A known micro-expression to be put on a still face.
struct AnimationConfig {
  std::string expression = "happiness";  ///< one of animated_expressions()
  FaceSide side = FaceSide::both;
  double amplitude_px = 2;  ///< largest displacement at the apex, in pixels of the still
  double duration_s = 0.3;  ///< onset to offset
  double fps = 100;
  double lead_s = 0.3;     ///< neutral frames before the onset and after the offset
  double noise_sigma = 0;  ///< Gaussian camera noise, grey levels
  std::uint64_t seed = 1;
};

/// "happiness", "surprise", "disgust", "anger", "sadness", "fear", "contempt", "repression".
const std::vector<std::string>& animated_expressions();

/// A still face moved by a smooth displacement field that its landmarks drive.
///
/// The expression is a set of landmark displacements (FACS-like: brow raiser, lip corner puller, ...), spread to all
/// pixels by Gaussian weights. Intensity rises from exactly 0 at the onset to 1 at the apex and falls to exactly 0 at
/// the offset along raised cosines. `motion_at` is the exact forward motion of every pixel from the neutral frame.
class FaceAnimation {
 public:
  /// `still` is CV_8UC3 (BGR) or CV_8UC1. Throws ConfigError for an unknown expression, a value out of range or an
  /// amplitude that would fold the face, ClipError(unsupported) for a picture or face too small to move.
  FaceAnimation(cv::Mat still, const Landmarks& landmarks, AnimationConfig config);

  int frame_count() const { return frame_count_; }
  const Interval& interval() const { return interval_; }

  /// 0..1; exactly 0 up to the onset and from the offset on, exactly 1 at the apex.
  double intensity(int frame) const;

  /// CV_8UC3 BGR, the size of the still. Throws std::out_of_range for a number outside 0..frame_count() - 1.
  cv::Mat frame(int number) const;

  /// Exact displacement of each neutral pixel at `frame`, pixels of the still.
  MotionField motion_at(int frame) const;

 private:
  cv::Mat still_;
  AnimationConfig config_;
  MotionField full_;  ///< forward motion at intensity 1
  Interval interval_;
  int frame_count_ = 0;
};

}  // namespace merkit
