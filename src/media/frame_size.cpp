#include "media/readers.h"
#include "merkit/core/error.h"

#include <string>

namespace merkit::media {
namespace {

std::string size_text(int width, int height) { return std::to_string(width) + "x" + std::to_string(height); }

}  // namespace

void require_same_size(const ClipInfo& info, const cv::Size& size, const std::string& which) {
  if (size.width == info.width && size.height == info.height) return;
  throw ClipError(Status::unsupported,
                  which + " is " + size_text(size.width, size.height) + ", but the clip's first frame is " +
                      size_text(info.width, info.height),
                  "bring all frames to one size, or split the clip where it changes");
}

}  // namespace merkit::media
