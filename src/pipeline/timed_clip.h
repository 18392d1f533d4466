#pragma once

#include "merkit/core/error.h"
#include "merkit/media/clip_reader.h"

#include <filesystem>
#include <memory>
#include <string>

namespace merkit {

/// Opens a clip whose frame rate must be known, because what is done with it counts seconds. Throws as open_clip(), and
/// ClipError(unsupported) where the rate is not known; `source` is the clip as the user wrote it.
std::unique_ptr<ClipReader> open_timed_clip(const std::filesystem::path& clip, const ClipOptions& options,
                                            const std::string& source);

/// What is said of a clip in none of whose `frames` a face was found.
ClipError no_face_in(int frames);

}  // namespace merkit
