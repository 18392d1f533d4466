#include "media/video/video_file.h"

#include "merkit/core/error.h"
#include "merkit/core/stop.h"

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/dict.h>
}

namespace merkit::media {
namespace {

constexpr const char* kCheckHint =
    "play it to see what is left of it, and copy or record it again; ffmpeg -v error -i FILE -f null - lists the "
    "damage";

int stop_requested(void*) { return stop_signal() != 0 ? 1 : 0; }

[[noreturn]] void fail_to_open(const std::string& source, int result) {
  throw_if_stopped();
  fail_to_decode("cannot open " + source + " as a video: " + libav_reason(result),
                 result == AVERROR_INVALIDDATA
                     ? "the file is no video, or was not written to its end; ffprobe FILE shows what FFmpeg makes of it"
                     : "check the path and its permissions");
}

/// Play lists name other files and may wait for more forever; text becomes "video" in the name of ANSI art.
const AVInputFormat* format_of(const std::string& source, const std::string& url) {
  AVIOContext* raw = nullptr;
  if (const int result = avio_open(&raw, url.c_str(), AVIO_FLAG_READ); result < 0) fail_to_open(source, result);
  const AVInputFormat* format = nullptr;
  const int result = av_probe_input_buffer2(raw, &format, url.c_str(), nullptr, 0, 0);
  avio_closep(&raw);
  if (result < 0) fail_to_open(source, result);
  for (const char* name : {"hls", "dash", "concat", "imf", "sdp", "tty", "bin", "xbin", "adf", "idf"})
    if (av_match_name(name, format->name))
      fail_to_decode("cannot open " + source + " as a video: it is a play list or text (" + format->long_name + ")",
                     "give a video file or a directory of frames");
  return format;
}

bool is_moving(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !(stream.disposition & AV_DISPOSITION_ATTACHED_PIC);
}

}  // namespace

void fail_to_decode(const std::string& message, const std::string& hint) {
  throw ClipError(Status::decode_error, message, hint.empty() ? kCheckHint : hint);
}

FormatHandle open_format(const std::string& source) {
  capture_libav_log();
  clear_complaint();
  const std::string url = "file:" + source;  // or a name with a colon would be taken for a protocol
  const AVInputFormat* kind = format_of(source, url);
  AVFormatContext* raw = allocated(avformat_alloc_context());
  raw->interrupt_callback = {stop_requested, nullptr};
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "file", 0);  // a local clip must not make us read the network
  const int result = avformat_open_input(&raw, url.c_str(), kind, &options);  // frees raw when it fails
  av_dict_free(&options);
  if (result < 0) fail_to_open(source, result);
  FormatHandle format(raw);
  if (const int found = avformat_find_stream_info(format.get(), nullptr); found < 0) fail_to_open(source, found);
  return format;
}

AVStream& video_stream(AVFormatContext& format, const std::string& source) {
  int index = av_find_best_stream(&format, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (index < 0 || !is_moving(*format.streams[index])) {
    index = -1;
    for (unsigned i = 0; i < format.nb_streams && index < 0; ++i)
      if (is_moving(*format.streams[i])) index = static_cast<int>(i);
  }
  if (index < 0)
    fail_to_decode(
        "no video in " + source + ": FFmpeg takes it for " + format.iformat->long_name + ", without a video stream",
        "give a video file or a directory of frames");
  for (unsigned i = 0; i < format.nb_streams; ++i)
    format.streams[i]->discard = static_cast<int>(i) == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  return *format.streams[index];
}

CodecHandle open_codec(const AVStream& stream, int threads, const std::string& source) {
  const AVCodecID id = stream.codecpar->codec_id;
  const AVCodec* decoder = avcodec_find_decoder(id);
  if (!decoder)
    throw ClipError(Status::unsupported,
                    source + " is encoded as " + avcodec_get_name(id) + ", which this FFmpeg cannot decode",
                    "re-encode it, for example with: ffmpeg -i IN -c:v libx264 -crf 10 OUT.mp4");
  CodecHandle codec(allocated(avcodec_alloc_context3(decoder)));
  int result = avcodec_parameters_to_context(codec.get(), stream.codecpar);
  codec->pkt_timebase = stream.time_base;
  codec->thread_count = threads;
  if (result >= 0) result = avcodec_open2(codec.get(), decoder, nullptr);
  if (result < 0)
    fail_to_decode("cannot decode " + source + " (" + avcodec_get_name(id) + "): " + libav_reason(result));
  return codec;
}

}  // namespace merkit::media
