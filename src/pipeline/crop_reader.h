#pragma once

#include "merkit/media/clip_reader.h"
#include "merkit/pipeline/followed_face.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

namespace merkit {

/// Reads a clip once more for crops of intervals, which come in order and do not overlap.
class CropReader {
 public:
  CropReader(const FollowedFace& followed, const std::filesystem::path& clip, const ClipOptions& options)
      : followed_(followed), reader_(open_clip(clip, options)) {}

  /// The faces of the interval that `need` asks for; fewer where there are none.
  std::vector<AlignedFace> of(const Interval& interval, FrameNeed need);

 private:
  std::optional<AlignedFace> at(int number);

  const FollowedFace& followed_;
  std::unique_ptr<ClipReader> reader_;
};

}  // namespace merkit
