#pragma once

#include <array>
#include <optional>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// The 68 points of the iBUG 300-W scheme, 0-based: jaw 0-16, brows 17-26, nose 27-35, eyes 36-47, mouth 48-67.
using Landmarks = std::array<cv::Point2f, 68>;

/// One frame's face, cut out in the reference pose of its clip.
///
/// All crops of one `segment` share that pose: head motion is removed by registering each frame to the segment's
/// first one, so what still moves is skin. Crops of different segments (the face was lost in between, or the head
/// turned too far) must not be compared.
struct AlignedFace {
  int number = 0;                  ///< frame number of the source
  double time_s = 0;               ///< seconds from the clip's first frame
  bool success = false;            ///< false: no face in this frame, and the image is empty
  double confidence = 0;           ///< likeness to the segment's first frame around the nose, 0..1 (1 for that frame)
  int segment = 0;                 ///< frames with equal segments share one reference pose
  cv::Mat image;                   ///< the crop, CV_8UC3 BGR
  Landmarks landmarks{};           ///< in crop coordinates
  cv::Matx23d crop_from_source{};  ///< similarity that maps source pixels to crop pixels
  int shrink = 1;                  ///< side of the squares of source pixels averaged before cutting
};

/// `points` mapped by `transform`.
Landmarks transformed(const Landmarks& points, const cv::Matx23d& transform);

/// Inverse of a 2x3 similarity or affine map.
cv::Matx23d inverted(const cv::Matx23d& transform);

/// a after b: maps x to a(b(x)).
cv::Matx23d composed(const cv::Matx23d& a, const cv::Matx23d& b);

}  // namespace merkit
