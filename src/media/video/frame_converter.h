#pragma once

#include "media/video/libav.h"

#include <optional>
#include <string>

#include <opencv2/core/mat.hpp>

namespace merkit::media {

/// What has to be done to a decoded picture to stand upright: a transposition, then mirrorings.
struct Orientation {
  bool transpose = false;
  bool flip_x = false;  ///< left and right change places
  bool flip_y = false;  ///< top and bottom change places
};

/// The container's display matrix as the ffmpeg program applies it, to the nearest quarter turn; nothing for other
/// angles.
std::optional<Orientation> orientation_of(const AVStream& stream);

/// Turns decoded pictures of any pixel format into upright 8-bit BGR with the matrix and range that they declare.
class FrameConverter {
 public:
  FrameConverter() = default;
  explicit FrameConverter(const Orientation& orientation) : orientation_(orientation) {}

  /// Size of `frame` when upright.
  cv::Size size(const AVFrame& frame) const;

  /// A picture of its own. Throws ClipError(unsupported), naming `where`, for pixel formats that cannot be converted.
  cv::Mat convert(const AVFrame& frame, const std::string& where);

 private:
  void prepare(const AVFrame& frame, const std::string& where);

  Orientation orientation_;
  ScalerHandle scaler_;
  cv::Mat padded_;
  int width_ = 0, height_ = 0, format_ = AV_PIX_FMT_NONE, colorspace_ = -1, range_ = -1;
};

}  // namespace merkit::media
