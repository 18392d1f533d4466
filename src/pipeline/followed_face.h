#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/core/interval.h"
#include "merkit/core/sample.h"
#include "merkit/face/face_aligner.h"
#include "merkit/media/clip_reader.h"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace merkit {

/// What is kept of a clip once it has been read: enough to cut any of its crops again.
struct FollowedFace {
  struct Pose {
    cv::Matx23d crop_from_source;
    int segment = 0, shrink = 1;
  };
  std::map<int, Pose> poses;           ///< by frame number, frames with a face only
  std::map<int, Landmarks> landmarks;  ///< by segment

  /// Keeps the pose of a face that was found.
  void note(const AlignedFace& face);

  /// Frames of an interval that a recognizer is given: onset and apex, or all in the onset's pose.
  std::vector<int> numbers(const Interval& interval, FrameNeed need) const;

  std::optional<AlignedFace> crop(const Frame& frame, const FaceConfig& config) const;
};

/// Reads a clip once more for crops of intervals, which come in order and do not overlap.
class CropReader {
 public:
  CropReader(const FollowedFace& followed, const std::filesystem::path& clip, const ClipOptions& options,
             const FaceConfig& config);

  /// The faces of the interval that `need` asks for; fewer where there are none.
  std::vector<AlignedFace> of(const Interval& interval, FrameNeed need);

 private:
  std::optional<AlignedFace> at(int number);

  const FollowedFace& followed_;
  const FaceConfig& config_;
  std::unique_ptr<ClipReader> reader_;
};

}  // namespace merkit
