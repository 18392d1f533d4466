#pragma once

#include "merkit/pipeline/prepare_samples.h"

namespace merkit {

/// Faces at onset and apex of a clip with frames, and the interval in frame numbers of the source.
/// In a build without video support: ClipError(unsupported).
void load_faces(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces, Sample& sample);

}  // namespace merkit
