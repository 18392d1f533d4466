#include "core/plugin.h"
#include "media/readers.h"
#include "media/video_plugin.h"

#include <stdexcept>

namespace merkit {
namespace {

/// A failed attempt throws, and the next call tries again.
void* video_plugin(const char* entry) {
  return load_plugin({"merkit_video.so", entry, "the readers of videos", "FFmpeg"});
}

}  // namespace

std::unique_ptr<ClipReader> media::open_video(const std::filesystem::path& file, const ClipOptions& options) {
  static const auto open = reinterpret_cast<decltype(&merkit_open_video)>(video_plugin("merkit_open_video"));
  return std::unique_ptr<ClipReader>(open(file, options));
}

std::unique_ptr<VideoWriter> create_video(const std::filesystem::path& file, cv::Size size, double fps) {
  if (size.empty() || size.width % 2 || size.height % 2 || !(fps > 0))
    throw std::invalid_argument("a video needs an even width and height and a frame rate above 0");
  static const auto create = reinterpret_cast<decltype(&merkit_create_video)>(video_plugin("merkit_create_video"));
  return std::unique_ptr<VideoWriter>(create(file, size, fps));
}

}  // namespace merkit
