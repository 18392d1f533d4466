#include "media/encode_clip.h"

#include <cstring>
#include <fstream>
#include <stdexcept>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
}

namespace merkit::testing {
namespace {

int checked(int result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string("cannot encode: ") + what);
  return result;
}

void paint(AVFrame& frame, int index) {
  checked(av_frame_make_writable(&frame), "frame");
  for (int y = 0; y < frame.height; ++y)
    for (int x = 0; x < frame.width; ++x)
      frame.data[0][y * frame.linesize[0] + x] =
          static_cast<std::uint8_t>(x < frame.width / 2 && y < frame.height / 2 ? 235 : level_of(index));
  for (int plane : {1, 2})
    for (int y = 0; y < frame.height / 2; ++y)
      std::memset(frame.data[plane] + y * frame.linesize[plane], 128, frame.width / 2);
}

void rotate(AVStream& stream, double degrees) {
  std::int32_t matrix[9];
  av_display_rotation_set(matrix, degrees);
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  AVCodecParameters& parameters = *stream.codecpar;
  auto* data = av_packet_side_data_new(&parameters.coded_side_data, &parameters.nb_coded_side_data,
                                       AV_PKT_DATA_DISPLAYMATRIX, sizeof(matrix), 0);
  std::memcpy(data->data, matrix, sizeof(matrix));
#else
  std::memcpy(av_stream_new_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, sizeof(matrix)), matrix, sizeof(matrix));
#endif
}

}  // namespace

std::vector<std::int64_t> regular_times(int count) {
  std::vector<std::int64_t> times;
  for (int i = 0; i < count; ++i) times.push_back(40 * i);
  return times;
}

int level_of(int index) { return 40 + 4 * (index % 40); }

void encode_clip(const std::filesystem::path& file, const Recipe& recipe) {
  av_log_set_level(AV_LOG_QUIET);
  AVFormatContext* format = nullptr;
  checked(avformat_alloc_output_context2(&format, nullptr, nullptr, file.c_str()), "container");
  const AVCodec* encoder = avcodec_find_encoder_by_name(recipe.codec.c_str());
  AVCodecContext* codec = avcodec_alloc_context3(encoder);
  codec->width = recipe.width;
  codec->height = recipe.height;
  // AVI has one constant rate; all times here are multiples of 40 ms there.
  codec->time_base = file.extension() == ".avi" ? AVRational{1, 25} : AVRational{1, 1000};
  codec->pix_fmt = AV_PIX_FMT_YUV420P;
  codec->color_range = recipe.codec == "mjpeg" ? AVCOL_RANGE_MPEG : AVCOL_RANGE_UNSPECIFIED;
  codec->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
  codec->max_b_frames = recipe.b_frames;
  codec->gop_size = 12;
  codec->flags |= AV_CODEC_FLAG_QSCALE;
  codec->global_quality = 2 * FF_QP2LAMBDA;
  if (format->oformat->flags & AVFMT_GLOBALHEADER) codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  checked(avcodec_open2(codec, encoder, nullptr), "codec");
  AVStream* stream = avformat_new_stream(format, nullptr);
  stream->time_base = codec->time_base;
  checked(avcodec_parameters_from_context(stream->codecpar, codec), "parameters");
  if (recipe.rotation != 0) rotate(*stream, recipe.rotation);
  checked(avio_open(&format->pb, file.c_str(), AVIO_FLAG_WRITE), "file");
  checked(avformat_write_header(format, nullptr), "header");

  AVFrame* frame = av_frame_alloc();
  frame->format = codec->pix_fmt;
  frame->width = codec->width;
  frame->height = codec->height;
  checked(av_frame_get_buffer(frame, 0), "buffer");
  AVPacket* packet = av_packet_alloc();
  const auto write_packets = [&] {
    while (avcodec_receive_packet(codec, packet) >= 0) {
      // MP4 leaves out a last frame that lasts no time.
      packet->duration = av_rescale_q(40, AVRational{1, 1000}, codec->time_base);
      av_packet_rescale_ts(packet, codec->time_base, stream->time_base);
      checked(av_interleaved_write_frame(format, packet), "packet");
    }
  };
  for (std::size_t i = 0; i < recipe.times_ms.size(); ++i) {
    paint(*frame, static_cast<int>(i));
    frame->pts = av_rescale_q(recipe.times_ms[i], AVRational{1, 1000}, codec->time_base);
    frame->quality = codec->global_quality;
    checked(avcodec_send_frame(codec, frame), "frame");
    write_packets();
  }
  checked(avcodec_send_frame(codec, nullptr), "flush");
  write_packets();
  checked(av_write_trailer(format), "trailer");
  av_packet_free(&packet);
  av_frame_free(&frame);
  avcodec_free_context(&codec);
  avio_closep(&format->pb);
  avformat_free_context(format);
}

void write_silence(const std::filesystem::path& file) {
  constexpr std::uint32_t kRate = 8000;
  std::ofstream stream(file, std::ios::binary);
  const auto number = [&](std::uint32_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) stream.put(static_cast<char>(value >> (8 * i)));
  };
  stream << "RIFF", number(36 + 2 * kRate, 4), stream << "WAVEfmt ", number(16, 4), number(1, 2), number(1, 2);
  number(kRate, 4), number(2 * kRate, 4), number(2, 2), number(16, 2), stream << "data", number(2 * kRate, 4);
  stream << std::string(2 * kRate, '\0');
}

}  // namespace merkit::testing
