// Stands in for open_video.cpp in a build without video support (MERKIT_VIDEO=OFF).
#include "media/readers.h"
#include "merkit/core/error.h"
#include "merkit/media/video_writer.h"

namespace merkit::media {

std::unique_ptr<ClipReader> open_video(const std::filesystem::path& file, const ClipOptions&) {
  throw ClipError(Status::unsupported, "cannot open " + file.string() + ": this build of merkit reads no video",
                  "build with -DMERKIT_VIDEO=ON");
}

}  // namespace merkit::media

std::unique_ptr<merkit::VideoWriter> merkit::create_video(const std::filesystem::path& file, cv::Size, double) {
  throw MachineError("cannot write " + file.string() + ": this build of merkit writes no video",
                     "build with -DMERKIT_VIDEO=ON");
}
