#pragma once

#include "merkit/core/content_hash.h"
#include "merkit/data/dataset_check.h"

#include <optional>
#include <vector>

namespace merkit {

/// What the pictures of one clip showed.
struct FrameCheck {
  std::vector<Finding> findings;
  std::optional<ContentHash> first_picture;  ///< pixels of the onset frame, or of the ready motion image
};

/// Looks for the clip's frames, compares them with its interval, and decodes the frames at onset, apex (the annotated
/// one, or the middle) and offset, or all of the clip: frames_missing, unreadable, interval_outside, frame_gap,
/// one_frame. A row with ready motion images has those decoded. Throws ConfigError for a pattern that makes no sense.
FrameCheck check_frames(const ManifestClip& clip, bool all_frames = false);

/// Clips with the same first picture as an earlier one that has other frames: same_picture. `pictures` has one entry a
/// clip.
std::vector<Finding> check_first_pictures(const std::vector<ManifestClip>& clips,
                                          const std::vector<std::optional<ContentHash>>& pictures);

}  // namespace merkit
