#pragma once

#include "merkit/core/frame.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// What the container or the directory says of a clip before anything is decoded.
struct ClipInfo {
  std::string source;         ///< path as given
  bool is_video = false;      ///< false: a directory of frames
  int width = 0, height = 0;  ///< of the first frame, after rotation metadata is applied
  double fps = 0;             ///< average rate of the container, or the rate given for a directory; 0 if unknown
  std::string codec;          ///< "h264", "mjpeg", ...; "frames" for directories
  std::int64_t frames = 0;    ///< files of a directory; of a video what its container says, for progress only; 0 if
                              ///< unknown
};

struct ClipOptions {
  double fps = 0;       ///< rate of a frame directory (which has none); > 0 for a video: the container's rate is wrong
                        ///< (high-speed cameras often write 30), so times too are number / fps
  std::string pattern;  ///< directories: regular expression (ECMAScript) with one group, the frame number, searched in
                        ///< the whole file name; default: last digit run before the extension
  int threads = 1;      ///< decoding threads of a video; 0: as FFmpeg sees fit
};

/// Decodes a clip frame by frame, in order; memory does not grow with the length of the clip.
class ClipReader {
 public:
  virtual ~ClipReader() = default;
  virtual const ClipInfo& info() const = 0;

  /// The next frame, or nothing at the end. Throws ClipError(decode_error) for damaged data (naming the frame or file)
  /// and at the end of a video that was not written in full, ClipError(unsupported) when a frame differs in size from
  /// the first, and Interrupted (as skip() does) once a stop was requested.
  virtual std::optional<Frame> next() = 0;

  /// Passes over the next frame without converting it to BGR; false at the end. Directories do not even open the file.
  virtual bool skip() = 0;

  /// Number of the frame that next() or skip() takes, if there is one. For a video this decodes it, and throws like
  /// next().
  virtual std::optional<int> next_number() = 0;
};

/// A video file (anything FFmpeg reads) or a directory of jpg, jpeg, png or bmp frames in numeric order.
/// 16-bit, grey and alpha pictures become 8-bit BGR; rotation metadata is applied. The first frame is decoded here.
/// Throws ClipError(decode_error) when there is nothing to read, ConfigError for options that make no sense,
/// MachineError when the plug-in that reads videos is missing.
std::unique_ptr<ClipReader> open_clip(const std::filesystem::path& clip, const ClipOptions& options = {});

/// Just the frames numbered `numbers` (any order, repeats allowed), each once and in ascending order; the others are
/// skipped, and reading stops after the last. Throws ClipError(annotation_mismatch) naming the numbers that the clip
/// does not have and the range of those it has.
std::vector<Frame> read_frames(const std::filesystem::path& clip, std::vector<int> numbers,
                               const ClipOptions& options = {});

/// One JPEG, PNG or BMP file as 8-bit BGR, turned as its EXIF orientation says; 16 bits are scaled by 1/257. Throws
/// ClipError(decode_error) for missing, empty, truncated, damaged or foreign files and run-length encoded BMP. JPEG has
/// no checksums: damage that leaves its codes in step goes unseen.
cv::Mat read_image(const std::filesystem::path& file);

/// A picture of 8 or 16 bits and 1, 3 or 4 channels as the bytes of a PNG file.
std::string png_of(const cv::Mat& picture);

/// The same into a file, atomically. Throws MachineError.
void write_png(const std::filesystem::path& file, const cv::Mat& picture);

}  // namespace merkit
