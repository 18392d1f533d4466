#pragma once

#include "merkit/face/face_aligner.h"
#include "pipeline/scene_cuts.h"

#include <map>
#include <memory>
#include <utility>

namespace merkit {

/// Aligns the faces of a whole recording. After a cut the face is in another segment than before it, so that nothing is
/// compared across.
class ShotAligner {
 public:
  ShotAligner(std::shared_ptr<const FaceModel> model, const FaceConfig& config) : aligner_(std::move(model), config) {}

  AlignedFace align(const Frame& frame);

  /// See FaceAligner::most_faces.
  int most_faces() const { return aligner_.most_faces(); }

 private:
  FaceAligner aligner_;
  SceneCuts cuts_;
  int shot_ = 0;
  std::map<std::pair<int, int>, int> segments_;  ///< by shot and the aligner's segment, in order of first use
};

}  // namespace merkit
