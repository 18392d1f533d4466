#pragma once

#include <filesystem>
#include <memory>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// Encodes pictures one after another; memory does not grow with their number.
class VideoWriter {
 public:
  virtual ~VideoWriter() = default;

  /// `picture`: CV_8UC3 BGR of the size given at the start. `time_s`: when it is shown, seconds from the first picture;
  /// not before the one written last. Throws MachineError when the data cannot be written.
  virtual void write(const cv::Mat& picture, double time_s) = 0;

  /// Completes the file and puts it in place. Without this there is none. Throws MachineError.
  virtual void finish() = 0;
};

/// An MP4 file without sound, H.264 where FFmpeg has libx264 and MPEG-4 elsewhere, that appears whole or not at all
/// (as AtomicFile). `fps` is the average rate, > 0. Throws std::invalid_argument for a size that is not even,
/// MachineError when the file cannot be created, FFmpeg has neither encoder or the plug-in for videos is missing.
std::unique_ptr<VideoWriter> create_video(const std::filesystem::path& file, cv::Size size, double fps);

}  // namespace merkit
