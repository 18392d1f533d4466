#pragma once

#include <memory>
#include <string>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
}

namespace merkit::media {

struct FormatCloser {
  void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
};
struct CodecCloser {
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
};
struct FrameCloser {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
struct PacketCloser {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
struct ScalerCloser {
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
};

using FormatHandle = std::unique_ptr<AVFormatContext, FormatCloser>;
using CodecHandle = std::unique_ptr<AVCodecContext, CodecCloser>;
using FrameHandle = std::unique_ptr<AVFrame, FrameCloser>;
using PacketHandle = std::unique_ptr<AVPacket, PacketCloser>;
using ScalerHandle = std::unique_ptr<SwsContext, ScalerCloser>;

/// Keeps libav from writing to stderr; instead the first complaint on each thread is kept for first_complaint().
/// Takes effect once for the process.
void capture_libav_log();

/// Forgets what libav said on this thread.
void clear_complaint();

/// The first warning or error libav logged on this thread since clear_complaint(), errors preferred; may be empty.
/// libav's error codes say little ("Invalid data found"), the reason is only in its log ("moov atom not found").
std::string first_complaint();

/// "Invalid data found when processing input (moov atom not found)": the code's text and the complaint.
std::string libav_reason(int code);

/// `pointer`, unless libav could not allocate it: then std::bad_alloc.
template <class T>
T* allocated(T* pointer) {
  if (!pointer) throw std::bad_alloc();
  return pointer;
}

}  // namespace merkit::media
