#include "core/plugin.h"
#include "media/readers.h"
#include "media/video_plugin.h"

namespace merkit::media {

std::unique_ptr<ClipReader> open_video(const std::filesystem::path& file, const ClipOptions& options) {
  // A failed attempt throws and is tried again with the next video.
  static const auto open = reinterpret_cast<decltype(&merkit_open_video)>(
      load_plugin({"merkit_video.so", "merkit_open_video", "the readers of videos", "FFmpeg"}));
  return std::unique_ptr<ClipReader>(open(file, options));
}

}  // namespace merkit::media
