#pragma once

#include "merkit/core/video_event.h"
#include "merkit/data/annotated_video.h"
#include "merkit/face/face_aligner.h"
#include "merkit/learning/spotter.h"
#include "merkit/pipeline/analyze.h"
#include "merkit/pipeline/followed_face.h"
#include "merkit/pipeline/prepare_samples.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace merkit {

struct MeasureOptions {
  FaceConfig face;
  /// Class of an annotated event, if it has one.
  std::function<std::optional<int>(const ManifestClip&)> label;
  /// What a recognizer reads that is to learn from the annotated micro-expressions; nothing: none is to learn.
  std::optional<FrameNeed> expressions;
  ApexPolicy apex = ApexPolicy::middle;  ///< of those expressions
};

/// A video read once: what a spotter has measured of it, and the samples that a recognizer may learn from.
struct MeasuredVideo {
  SpottingSample sample;              ///< with its micro- and macro-expressions
  std::vector<VideoEvent> events;     ///< all that is annotated, in order of onset
  double duration_s = 0;              ///< from the first frame's to the last frame's timestamp, plus one frame
  SampleSet expressions;              ///< its micro-expressions with a class: see MeasureOptions::expressions
  std::vector<ClipProblem> unusable;  ///< why others of these cannot be learned from
  std::shared_ptr<const FollowedFace> followed;
};

/// Reads, aligns and measures a video from end to end, in flat memory but for what is measured and the faces of
/// annotated micro-expressions. `frames_done` (may be null) counts up with each frame. Throws ClipError: decode_error,
/// no_face, too_short, unsupported (no frame rate), annotation_mismatch (an event outside of the video).
MeasuredVideo measure_video(const AnnotatedVideo& video, const Spotter& spotter, const MeasureOptions& options,
                            const SharedFaceModel& faces, std::atomic<std::int64_t>* frames_done = nullptr);

/// Reads the video once more for the faces of what was found in it: one sample a detection, with the faces that there
/// are. `found` is in order of onset and does not overlap.
SampleSet crops_of(const MeasuredVideo& measured, const ManifestClip& clip, const std::vector<Detection>& found,
                   FrameNeed need);

}  // namespace merkit
