#include "pipeline/shot_aligner.h"

namespace merkit {

AlignedFace ShotAligner::align(const Frame& frame) {
  if (cuts_.is_cut(frame.image, frame.time_s)) ++shot_;
  AlignedFace face = aligner_.align(frame);
  if (face.success)
    face.segment = segments_.try_emplace({shot_, face.segment}, static_cast<int>(segments_.size())).first->second;
  return face;
}

}  // namespace merkit
