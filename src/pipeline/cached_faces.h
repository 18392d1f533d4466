#pragma once

#include "pipeline/frame_samples.h"

#include <optional>
#include <string>

namespace merkit {

/// prepare_faces() through options.cache, which must not be null: the same faces to the bit. What fails is not kept.
/// The pictures lie in the cache's files, mapped into memory, so that the processes of a machine that learn from the
/// same clips share them.
PreparedFaces cached_faces(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces);

/// Prepared faces as bytes.
std::string written_faces(const PreparedFaces& prepared);
/// And back, with the pictures left where they are in `content`, each keeping its owner; nothing when the bytes are no
/// such thing.
std::optional<PreparedFaces> read_faces(const Cache::Content& content);

}  // namespace merkit
