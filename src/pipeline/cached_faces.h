#pragma once

#include "pipeline/frame_samples.h"

#include <optional>
#include <string>

namespace merkit {

/// prepare_faces() through options.cache, which must not be null: the same faces to the bit. What fails is not kept.
PreparedFaces cached_faces(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces);

/// Prepared faces as bytes, and back; nothing when the bytes are no such thing.
std::string written_faces(const PreparedFaces& prepared);
std::optional<PreparedFaces> read_faces(const std::string& content);

}  // namespace merkit
