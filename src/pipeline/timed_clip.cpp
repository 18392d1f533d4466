#include "pipeline/timed_clip.h"

namespace merkit {

std::unique_ptr<ClipReader> open_timed_clip(const std::filesystem::path& clip, const ClipOptions& options,
                                            const std::string& source) {
  auto reader = open_clip(clip, options);
  if (reader->info().fps <= 0)
    throw ClipError(Status::unsupported, "the frame rate of " + source + " is not known",
                    "give it with --fps or in the manifest's fps column");
  return reader;
}

ClipError no_face_in(int frames) {
  return ClipError(Status::no_face, "no face found in any of " + std::to_string(frames) + " frames",
                   "faces should be frontal, lit and at least 40 pixels wide");
}

}  // namespace merkit
