#pragma once

#include "merkit/media/clip_reader.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace merkit::media {

/// The two kinds of clip behind open_clip(); same contract.
std::unique_ptr<ClipReader> open_video(const std::filesystem::path& file, const ClipOptions& options);
std::unique_ptr<ClipReader> open_directory(const std::filesystem::path& directory, const ClipOptions& options);

/// A frame of a directory.
struct NumberedFile {
  int number = 0;
  std::filesystem::path file;
};

/// The frames of a directory in the order of their numbers, which differ; see ClipOptions for `pattern`. Throws
/// ClipError(decode_error) when there are none, ConfigError for a pattern that makes no sense.
std::vector<NumberedFile> numbered_files(const std::filesystem::path& directory, const std::string& pattern);

/// Throws ClipError(unsupported) unless `size` is the clip's; `which` names the frame or its file.
void require_same_size(const ClipInfo& info, const cv::Size& size, const std::string& which);

}  // namespace merkit::media
