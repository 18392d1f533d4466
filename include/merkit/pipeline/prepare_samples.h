#pragma once

#include "merkit/core/label_set.h"
#include "merkit/core/sample.h"
#include "merkit/data/manifest.h"
#include "merkit/face/face_aligner.h"
#include "merkit/pipeline/cache.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace merkit {

/// What to do for a clip whose apex is not annotated.
enum class ApexPolicy {
  middle,  ///< the middle frame of onset..offset, as is usual for SMIC
  spot,    ///< the frame of onset..offset that has moved most since the onset (mean DIS flow magnitude of the face)
  skip,    ///< the clip is not used: annotation_mismatch
};
std::string_view to_string(ApexPolicy policy);
const std::vector<std::string>& apex_policy_names();
ApexPolicy apex_policy_from_string(std::string_view name);

/// Gives the landmark model when the first clip with frames needs it (loading takes a second), and the same one ever
/// after.
class SharedFaceModel {
 public:
  /// `predictor` empty: where it usually lies.
  explicit SharedFaceModel(std::filesystem::path predictor = {});
  ~SharedFaceModel();
  std::shared_ptr<const FaceModel> get() const;
  /// The predictor's file, without loading it. Throws ModelError when it is nowhere to be found.
  std::filesystem::path file() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

struct SampleOptions {
  FaceConfig face;
  ApexPolicy apex = ApexPolicy::middle;
  std::shared_ptr<const Cache> cache = nullptr;  ///< where faces and motion are kept; null: nowhere
  FrameNeed frames = FrameNeed::onset_and_apex;  ///< which faces samples shall hold: see Method::frames
};

/// What a recognizer needs of one manifest row: its motion image, or its faces at onset and apex, or all between onset
/// and offset.
///
/// Onset and offset default to the clip's first and last frame. Throws ClipError: decode_error, no_face,
/// annotation_mismatch (interval outside the clip, contradicting row), too_short (one frame), unsupported.
Sample prepare_sample(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces);

/// Class of the row's emotion, if `labels` knows it.
std::optional<int> label_of(const ManifestClip& clip, const LabelSet& labels);

}  // namespace merkit
