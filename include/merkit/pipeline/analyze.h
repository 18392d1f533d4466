#pragma once

#include "merkit/core/error.h"
#include "merkit/learning/recognizer.h"
#include "merkit/learning/spotter.h"
#include "merkit/media/clip_reader.h"
#include "merkit/pipeline/clip_problem.h"
#include "merkit/pipeline/followed_face.h"
#include "merkit/pipeline/prepare_samples.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// Seconds that each stage of one clip was at work, without what it waited for another. The only figures that differ
/// between equal runs.
struct AnalysisTiming {
  double read_s = 0, align_s = 0, spot_s = 0, recognize_s = 0;
};

/// Successive frames with the face in one reference pose and one shot: an interval can only be found within one.
struct FaceSpan {
  int first = 0, last = 0;  ///< frame numbers, both included
  int segment = 0;
};

/// Everything `merkit run` and `merkit spot` find in one clip.
struct ClipAnalysis {
  std::string clip_id, subject, source;
  std::string spotter, model;  ///< names of what was used; no model when only spotting
  /// Status ok when all went well. decode_error where the clip could not be read to its end, or a stop was requested
  /// meanwhile: what follows is then what was found up to there.
  ClipProblem problem;
  int frames = 0;  ///< frames decoded
  double fps = 0;
  double duration_s = 0;  ///< from the first frame's to the last frame's timestamp, plus one frame
  int frames_with_face = 0;
  int segments = 0;    ///< reference poses used, those of different shots apart: 1 when the face was never lost
  int faces_seen = 0;  ///< the most faces found in a frame that was searched for one
  FollowedFace followed;
  std::vector<FaceSpan> spans;  ///< where the face was: what was looked at
  std::vector<Detection> detections;
  SpottingSignal signal;
  AnalysisTiming timing;
};

/// One input of `analyze`.
struct ClipRequest {
  std::string clip_id, subject;
  std::string source;  ///< as the user wrote it, for the record
  std::filesystem::path clip;
  ClipOptions options;
  std::optional<ClipError> problem;                      ///< known before anything is read
  std::string spotter, model;                            ///< names, for the record
  std::atomic<std::int64_t>* frames_done = nullptr;      ///< counted up with each frame, for progress
  std::atomic<std::int64_t>* frames_expected = nullptr;  ///< raised by ClipInfo::frames once the clip is open
  /// Called for each detection, in order, with the crops at its onset and apex (one pose); may be empty.
  std::function<void(const Detection&, const AlignedFace& onset, const AlignedFace& apex)> on_key_faces;
  /// Called while the clip is read, with what can be told by then: in order, named where there is a recognizer. What
  /// the analysis holds in the end may differ. `time_s` is that of the newest frame. May be empty.
  std::function<void(const Detection&, double time_s)> on_early;
  int threads = 1;  ///< 2: spotting has a thread of its own beside reading and aligning, for when cores are left over;
                    ///< results are the same
};

/// align -> spot -> recognize. `recognizer` may be null (spotting only); `frames` is what it reads. Safe to use from
/// many threads.
///
/// The clip is read twice at most: once from end to end, keeping per-frame figures only, and once more for the frames
/// of what was found that the recognizer reads. Memory does not grow with the length of the clip beyond those figures
/// and the crops of one interval.
///
/// After a cut in the recording the face is in another segment than before it, so that spotters compare nothing across.
class ClipAnalyzer {
 public:
  ClipAnalyzer(FaceConfig face, std::shared_ptr<const SharedFaceModel> faces, std::shared_ptr<const Spotter> spotter,
               std::shared_ptr<const Recognizer> recognizer, FrameNeed frames = FrameNeed::onset_and_apex);

  /// Never throws ClipError: what goes wrong with the clip is in its `problem`. Interrupted passes through when a stop
  /// was requested before a face was seen.
  ClipAnalysis analyze(const ClipRequest& request) const;

 private:
  std::optional<ClipError> follow(const ClipRequest& request, ClipAnalysis& analysis) const;
  void look_at_detections(const ClipRequest& request, ClipAnalysis& analysis) const;

  FaceConfig face_;
  std::shared_ptr<const SharedFaceModel> faces_;
  std::shared_ptr<const Spotter> spotter_;
  std::shared_ptr<const Recognizer> recognizer_;
  FrameNeed frames_;
};

}  // namespace merkit
