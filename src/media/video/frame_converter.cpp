#include "media/video/frame_converter.h"

#include "merkit/core/error.h"

#include <cmath>

#include <opencv2/core.hpp>

extern "C" {
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>
}

namespace merkit::media {
namespace {

const std::int32_t* display_matrix(const AVStream& stream) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVCodecParameters& parameters = *stream.codecpar;
  const AVPacketSideData* data =
      av_packet_side_data_get(parameters.coded_side_data, parameters.nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  if (!data || data->size < 9 * sizeof(std::int32_t)) return nullptr;
  return reinterpret_cast<const std::int32_t*>(data->data);
#else
  std::size_t size = 0;
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (!data || size < 9 * sizeof(std::int32_t)) return nullptr;
  return reinterpret_cast<const std::int32_t*>(data);
#endif
}

}  // namespace

std::optional<Orientation> orientation_of(const AVStream& stream) {
  const std::int32_t* matrix = display_matrix(stream);
  if (!matrix) return Orientation{};
  const double degrees = -av_display_rotation_get(matrix);  // clockwise
  if (std::isnan(degrees)) return Orientation{};
  const double turns = std::round(degrees / 90);
  if (std::abs(degrees - 90 * turns) >= 1) return std::nullopt;
  switch ((static_cast<int>(turns) % 4 + 4) % 4) {
    case 0:
      return Orientation{false, false, matrix[4] < 0};
    case 1:
      return matrix[3] > 0 ? Orientation{true, false, false} : Orientation{true, true, false};
    case 2:
      return Orientation{false, matrix[0] < 0, matrix[4] < 0};
    default:
      return matrix[3] < 0 ? Orientation{true, true, true} : Orientation{true, false, true};
  }
}

cv::Size FrameConverter::size(const AVFrame& frame) const {
  return orientation_.transpose ? cv::Size(frame.height, frame.width) : cv::Size(frame.width, frame.height);
}

void FrameConverter::prepare(const AVFrame& frame, const std::string& where) {
  if (scaler_ && width_ == frame.width && height_ == frame.height && format_ == frame.format &&
      colorspace_ == frame.colorspace && range_ == frame.color_range)
    return;
  const auto format = static_cast<AVPixelFormat>(frame.format);
  scaler_.reset(sws_getContext(frame.width, frame.height, format, frame.width, frame.height, AV_PIX_FMT_BGR24,
                               SWS_BICUBIC, nullptr, nullptr, nullptr));
  if (!scaler_) {
    const char* name = av_get_pix_fmt_name(format);
    throw ClipError(Status::unsupported,
                    where + " has pixels of the format " + (name ? name : "?") + ", which cannot be converted to BGR",
                    "re-encode it, for example with: ffmpeg -i IN -pix_fmt yuv420p OUT.mp4");
  }
  // What the frame does not say stays as the pixel format implies (grey and the "J" formats have full range).
  int *unused_in = nullptr, *unused_out = nullptr;
  int in_range = 0, out_range = 0, brightness = 0, contrast = 1 << 16, saturation = 1 << 16;
  sws_getColorspaceDetails(scaler_.get(), &unused_in, &in_range, &unused_out, &out_range, &brightness, &contrast,
                           &saturation);
  if (frame.color_range != AVCOL_RANGE_UNSPECIFIED) in_range = frame.color_range == AVCOL_RANGE_JPEG ? 1 : 0;
  const int* coefficients = sws_getCoefficients(frame.colorspace);
  // Refused for sources that are RGB already, which need no matrix.
  sws_setColorspaceDetails(scaler_.get(), coefficients, in_range, coefficients, out_range, brightness, contrast,
                           saturation);
  width_ = frame.width, height_ = frame.height, format_ = frame.format;
  colorspace_ = frame.colorspace, range_ = frame.color_range;
  // The fast converters work on groups of pixels: where a row has no room for the last group they leave it out, and
  // where the buffer ends with the row they write past it.
  padded_.create(height_ + 1, (width_ + 63) / 32 * 32, CV_8UC3);
}

cv::Mat FrameConverter::convert(const AVFrame& frame, const std::string& where) {
  prepare(frame, where);
  std::uint8_t* const planes[4] = {padded_.data, nullptr, nullptr, nullptr};
  const int strides[4] = {static_cast<int>(padded_.step), 0, 0, 0};
  if (sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes, strides) != frame.height)
    throw ClipError(Status::decode_error, where + " could not be converted to BGR: " + first_complaint());
  const cv::Mat picture = padded_(cv::Rect(0, 0, frame.width, frame.height));
  cv::Mat upright;
  if (orientation_.transpose)
    cv::transpose(picture, upright);
  else
    picture.copyTo(upright);
  if (orientation_.flip_x && orientation_.flip_y)
    cv::flip(upright, upright, -1);
  else if (orientation_.flip_x || orientation_.flip_y)
    cv::flip(upright, upright, orientation_.flip_x ? 1 : 0);
  return upright;
}

}  // namespace merkit::media
