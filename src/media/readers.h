#pragma once

#include "merkit/media/clip_reader.h"

#include <filesystem>
#include <memory>

namespace merkit::media {

/// The two kinds of clip behind open_clip(); same contract.
std::unique_ptr<ClipReader> open_video(const std::filesystem::path& file, const ClipOptions& options);
std::unique_ptr<ClipReader> open_directory(const std::filesystem::path& directory, const ClipOptions& options);

/// Throws ClipError(unsupported) unless `size` is the clip's; `which` names the frame or its file.
void require_same_size(const ClipInfo& info, const cv::Size& size, const std::string& which);

}  // namespace merkit::media
