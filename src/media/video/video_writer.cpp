#include "merkit/media/video_writer.h"

#include "media/video/libav.h"
#include "media/video_plugin.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <cmath>
#include <cstdint>
#include <ostream>
#include <stdexcept>
#include <string>

extern "C" {
#include <libavutil/opt.h>
}

namespace merkit::media {
namespace {

constexpr int kTicksPerSecond = 60000;  // of the usual rates, 1001 included, to 17 us; MPEG-4 takes up to 65535
constexpr double kSecondsBetweenKeyFrames = 2;
constexpr int kBufferBytes = 1 << 16;

struct OutputCloser {
  void operator()(AVFormatContext* format) const { avformat_free_context(format); }
};
struct IoCloser {
  void operator()(AVIOContext* io) const {
    av_freep(&io->buffer);
    avio_context_free(&io);
  }
};

int write_bytes(void* stream, std::uint8_t* bytes, int size) {
  std::ostream& out = *static_cast<std::ostream*>(stream);
  out.write(reinterpret_cast<const char*>(bytes), size);
  return out.good() ? size : AVERROR(EIO);
}

std::int64_t seek(void* stream, std::int64_t offset, int whence) {
  std::ostream& out = *static_cast<std::ostream*>(stream);
  if (whence & AVSEEK_SIZE) return AVERROR(ENOSYS);
  const int from = whence & ~AVSEEK_FORCE;
  out.seekp(offset, from == SEEK_SET ? std::ios::beg : from == SEEK_CUR ? std::ios::cur : std::ios::end);
  return out.good() ? static_cast<std::int64_t>(out.tellp()) : AVERROR(EIO);
}

class Mp4Writer final : public VideoWriter {
 public:
  Mp4Writer(const std::filesystem::path& file, cv::Size size, double fps)
      : name_(file.string()),
        size_(size),
        frame_ticks_(std::max<std::int64_t>(1, std::llround(kTicksPerSecond / fps))),
        file_(file),
        packet_(allocated(av_packet_alloc())),
        frame_(allocated(av_frame_alloc())) {
    capture_libav_log();
    clear_complaint();
    io_.reset(allocated(avio_alloc_context(static_cast<unsigned char*>(allocated(av_malloc(kBufferBytes))),
                                           kBufferBytes, 1, &file_.stream(), nullptr, write_bytes, seek)));
    AVFormatContext* raw = nullptr;
    check(avformat_alloc_output_context2(&raw, nullptr, "mp4", nullptr), "start");
    format_.reset(raw);
    format_->pb = io_.get();
    format_->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;  // no version of FFmpeg in the file
    open_encoder(fps);
    stream_ = allocated(avformat_new_stream(format_.get(), nullptr));
    stream_->time_base = codec_->time_base;
    stream_->avg_frame_rate = codec_->framerate;
    check(avcodec_parameters_from_context(stream_->codecpar, codec_.get()), "start");
    check(avformat_write_header(format_.get(), nullptr), "start");

    frame_->format = codec_->pix_fmt;
    frame_->width = size.width;
    frame_->height = size.height;
    frame_->colorspace = codec_->colorspace;
    check(av_frame_get_buffer(frame_.get(), 0), "start");
    scaler_.reset(allocated(sws_getContext(size.width, size.height, AV_PIX_FMT_BGR24, size.width, size.height,
                                           codec_->pix_fmt, SWS_BICUBIC, nullptr, nullptr, nullptr)));
    const int* const bt709 = sws_getCoefficients(SWS_CS_ITU709);
    sws_setColorspaceDetails(scaler_.get(), bt709, 1, bt709, 0, 0, 1 << 16, 1 << 16);
  }

  void write(const cv::Mat& picture, double time_s) override {
    if (picture.type() != CV_8UC3 || picture.size() != size_)
      throw std::invalid_argument("a video's pictures are 8-bit BGR and all of one size");
    check(av_frame_make_writable(frame_.get()), "encode");
    const std::uint8_t* const rows[] = {picture.data};
    const int strides[] = {static_cast<int>(picture.step)};
    sws_scale(scaler_.get(), rows, strides, 0, size_.height, frame_->data, frame_->linesize);
    last_ticks_ = std::max<std::int64_t>(last_ticks_ + 1, std::llround(time_s * kTicksPerSecond));
    frame_->pts = last_ticks_;
    encode(frame_.get());
  }

  void finish() override {
    encode(nullptr);
    check(av_write_trailer(format_.get()), "complete");
    avio_flush(io_.get());
    check(io_->error, "complete");
    file_.commit();
  }

 private:
  void check(int result, const char* what) const {
    if (result < 0)
      throw MachineError("cannot " + std::string(what) + " the video " + name_ + ": " + libav_reason(result),
                         "is the disk full?");
  }

  void open_encoder(double fps) {
    const AVCodec* encoder = avcodec_find_encoder_by_name("libx264");
    const bool is_x264 = encoder != nullptr;
    if (!encoder) encoder = avcodec_find_encoder(AV_CODEC_ID_MPEG4);
    if (!encoder)
      throw MachineError("cannot write " + name_ + ": this FFmpeg encodes neither H.264 nor MPEG-4",
                         "install an FFmpeg with libx264, such as Debian's");
    codec_.reset(allocated(avcodec_alloc_context3(encoder)));
    codec_->width = size_.width;
    codec_->height = size_.height;
    codec_->pix_fmt = AV_PIX_FMT_YUV420P;
    codec_->time_base = {1, kTicksPerSecond};
    codec_->framerate = av_d2q(fps, 1001000);
    codec_->gop_size = std::max(1, static_cast<int>(std::lround(kSecondsBetweenKeyFrames * fps)));
    codec_->thread_count = 1;  // clips are written side by side
    codec_->colorspace = AVCOL_SPC_BT709;
    codec_->color_primaries = AVCOL_PRI_BT709;
    codec_->color_trc = AVCOL_TRC_BT709;
    codec_->color_range = AVCOL_RANGE_MPEG;
    codec_->flags |= AV_CODEC_FLAG_BITEXACT;
    if (format_->oformat->flags & AVFMT_GLOBALHEADER) codec_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    if (is_x264) {
      check(av_opt_set(codec_->priv_data, "preset", "veryfast", 0), "start");
      check(av_opt_set(codec_->priv_data, "crf", "20", 0), "start");
    } else {
      codec_->flags |= AV_CODEC_FLAG_QSCALE;
      codec_->global_quality = 3 * FF_QP2LAMBDA;
    }
    check(avcodec_open2(codec_.get(), encoder, nullptr), "start");
  }

  /// Null: what the encoder still holds.
  void encode(const AVFrame* frame) {
    check(avcodec_send_frame(codec_.get(), frame), "encode");
    for (;;) {
      const int result = avcodec_receive_packet(codec_.get(), packet_.get());
      if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
      check(result, "encode");
      packet_->duration = frame_ticks_;  // counts for the last picture only
      av_packet_rescale_ts(packet_.get(), codec_->time_base, stream_->time_base);
      packet_->stream_index = stream_->index;
      check(av_interleaved_write_frame(format_.get(), packet_.get()), "write");
    }
  }

  std::string name_;
  cv::Size size_;
  std::int64_t frame_ticks_, last_ticks_ = -1;
  AtomicFile file_;
  std::unique_ptr<AVIOContext, IoCloser> io_;
  std::unique_ptr<AVFormatContext, OutputCloser> format_;
  CodecHandle codec_;
  AVStream* stream_ = nullptr;
  PacketHandle packet_;
  FrameHandle frame_;
  ScalerHandle scaler_;
};

}  // namespace

}  // namespace merkit::media

extern "C" __attribute__((visibility("default"))) merkit::VideoWriter* merkit_create_video(
    const std::filesystem::path& file, const cv::Size& size, double fps) {
  return std::make_unique<merkit::media::Mp4Writer>(file, size, fps).release();
}
