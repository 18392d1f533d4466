#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/core/frame.h"
#include "merkit/core/interval.h"
#include "merkit/core/sample.h"

#include <map>
#include <optional>
#include <vector>

#include <opencv2/core/types.hpp>

namespace merkit {

/// Where one person's face was in a clip, frame by frame: enough to cut any of its crops again, and to draw it.
struct FollowedFace {
  struct Pose {
    int number = 0;  ///< of the frame
    int segment = 0, shrink = 1;
    cv::Matx23d crop_from_source;
  };
  cv::Size crop;                       ///< size of the crops
  std::vector<Pose> poses;             ///< frames with a face only, in order
  std::map<int, Landmarks> landmarks;  ///< of each segment's first frame, in crop coordinates

  /// Keeps where a face is that was found. Frames come in order.
  void note(const AlignedFace& face);

  /// Null for a frame without the face.
  const Pose* at(int number) const;

  /// Frames of an interval that a recognizer is given: onset and apex, or all in the onset's pose.
  std::vector<int> numbers(const Interval& interval, FrameNeed need) const;

  /// The crop of a frame, which has nothing where the face is not.
  std::optional<AlignedFace> crop_of(const Frame& frame) const;
};

}  // namespace merkit
