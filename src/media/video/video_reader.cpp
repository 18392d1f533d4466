#include "media/readers.h"
#include "media/video/frame_converter.h"
#include "media/video/libav.h"
#include "media/video/matroska_size.h"
#include "media/video/video_file.h"
#include "media/video_plugin.h"
#include "merkit/core/error.h"
#include "merkit/core/stop.h"

#include <algorithm>
#include <cmath>
#include <string>

extern "C" {
#include <libavutil/avstring.h>
}

namespace merkit::media {
namespace {

double rate(const AVRational& r) { return r.num > 0 && r.den > 0 ? av_q2d(r) : 0; }

class VideoReader final : public ClipReader {
 public:
  VideoReader(const std::filesystem::path& file, const ClipOptions& options)
      : source_(file.string()),
        fps_given_(options.fps > 0),
        format_(open_format(source_)),
        stream_(video_stream(*format_, source_)),
        codec_(open_codec(stream_, options.threads, source_)),
        packet_(allocated(av_packet_alloc())),
        frame_(allocated(av_frame_alloc())) {
    const auto orientation = orientation_of(stream_);
    if (!orientation)
      throw ClipError(Status::unsupported, source_ + " is to be shown rotated, and not by quarter turns",
                      "re-encode it upright, for example with: ffmpeg -i IN OUT.mp4");
    converter_ = FrameConverter(*orientation);
    promised_ = promised_packets();
    info_.source = source_;
    info_.is_video = true;
    info_.codec = avcodec_get_name(stream_.codecpar->codec_id);
    info_.fps = fps_given_ ? options.fps : rate(stream_.avg_frame_rate);
    if (info_.fps <= 0) info_.fps = rate(av_guess_frame_rate(format_.get(), &stream_, nullptr));
    info_.frames = promised_ > 0 ? promised_ : estimated_frames();
    if (!fetch()) fail_to_decode("no frame in " + source_ + ": its video stream (" + info_.codec + ") is empty");
    const cv::Size size = converter_.size(*frame_);
    info_.width = size.width;
    info_.height = size.height;
  }

  const ClipInfo& info() const override { return info_; }

  std::optional<Frame> next() override {
    throw_if_stopped();
    if (!fetch()) return std::nullopt;
    const std::string where = "frame " + std::to_string(number_) + " of " + source_;
    require_same_size(info_, converter_.size(*frame_), where);
    Frame frame{number_, time_s(), converter_.convert(*frame_, where), source_};
    pass();
    return frame;
  }

  bool skip() override {
    throw_if_stopped();
    if (!fetch()) return false;
    pass();
    return true;
  }

  std::optional<int> next_number() override { return fetch() ? std::optional<int>(number_) : std::nullopt; }

 private:
  /// Makes frame_ the picture of frame number_; false at the end. A failure is final: it is thrown again if asked
  /// again.
  bool fetch() {
    if (failure_) throw ClipError(*failure_);
    if (waiting_ || ended_) return waiting_;
    try {
      clear_complaint();
      waiting_ = decode();
      ended_ = !waiting_;
      if (ended_) require_whole();
    } catch (const ClipError& error) {
      failure_ = error;
      throw;
    }
    if (waiting_ && !first_timestamp_ && frame_->best_effort_timestamp != AV_NOPTS_VALUE)
      first_timestamp_ = frame_->best_effort_timestamp - timestamp_of_number();
    return waiting_;
  }

  void pass() {
    av_frame_unref(frame_.get());
    waiting_ = false;
    ++number_;
  }

  bool decode() {
    for (;;) {
      const int result = avcodec_receive_frame(codec_.get(), frame_.get());
      if (result == AVERROR_EOF) return false;
      if (result == 0) {
        if (frame_->decode_error_flags || (frame_->flags & AV_FRAME_FLAG_CORRUPT)) fail_damaged("its data are damaged");
        return true;
      }
      if (result != AVERROR(EAGAIN)) tolerate_or_fail(result);
      send_packet();
    }
  }

  void send_packet() {
    if (draining_) return;
    for (;;) {
      throw_if_stopped();
      const int result = av_read_frame(format_.get(), packet_.get());
      if (result == AVERROR(EAGAIN)) continue;
      if (result < 0) {
        draining_ = true;
        end_of_input_ = result;
        avcodec_send_packet(codec_.get(), nullptr);
        return;
      }
      const bool ours = packet_->stream_index == stream_.index;
      int sent = 0;
      if (ours) {
        ++packets_;
        last_dts_ = packet_->dts == AV_NOPTS_VALUE ? last_dts_ : packet_->dts;
        packet_is_key_ = packet_->flags & AV_PKT_FLAG_KEY;
        packet_is_short_ = packet_->flags & AV_PKT_FLAG_CORRUPT;
        sent = avcodec_send_packet(codec_.get(), packet_.get());
      }
      av_packet_unref(packet_.get());
      if (sent < 0) tolerate_or_fail(sent);
      if (ours) return;
    }
  }

  /// Recordings that were cut without re-encoding may start between key frames; what comes before the first cannot be
  /// decoded, and players leave it out too.
  void tolerate_or_fail(int result) {
    throw_if_stopped();
    if (number_ == 0 && !packet_is_key_ && !draining_) return;
    fail_damaged(libav_reason(result));
  }

  [[noreturn]] void fail_damaged(const std::string& reason) {
    fail_to_decode("cannot decode frame " + std::to_string(number_) + " of " + source_ + ": " + reason + "; " +
                   read_so_far());
  }

  /// From the duration in the container's header; 0 where there is none.
  std::int64_t estimated_frames() const {
    const bool has_duration =
        format_->duration > 0 && format_->duration_estimation_method == AVFMT_DURATION_FROM_STREAM;
    if (!has_duration || info_.fps <= 0) return 0;
    return std::llround(info_.fps * static_cast<double>(format_->duration) / AV_TIME_BASE);
  }

  std::string read_so_far() const {
    std::string all = promised_ > 0 ? " of " + std::to_string(promised_) : "";
    if (const auto estimate = estimated_frames(); all.empty() && estimate > number_)
      all = " of about " + std::to_string(estimate);
    return std::to_string(number_) + all + " frames could be read";
  }

  void require_whole() {
    throw_if_stopped();
    const char* const hint = "copy or record it again; it was not written or copied to its end";
    if (end_of_input_ != AVERROR_EOF)
      fail_to_decode(source_ + " ends early: " + libav_reason(end_of_input_) + "; " + read_so_far());
    if (packet_is_short_ || packets_found() < promised_)
      fail_to_decode(source_ + " ends early: " + read_so_far(), hint);
    if (!is_format("matroska")) return;
    std::error_code error;
    const auto size = std::filesystem::file_size(source_, error);
    const auto should_be = matroska_size(source_);
    if (!error && should_be && size < *should_be)
      fail_to_decode(source_ + " ends early: " + std::to_string(size) + " of " + std::to_string(*should_be) +
                         " bytes are there; " + read_so_far(),
                     hint);
  }

  /// How many packets the container speaks of; 0 where it says nothing.
  std::int64_t promised_packets() const {
    // The number in an MP4 counts what an edit list has cut away too, the index does not.
    if (is_format("mov")) return avformat_index_get_entries_count(&stream_);
    return stream_.nb_frames;
  }

  std::int64_t packets_found() const {
    // AVI has a constant rate and repeats a frame by leaving its place empty: places are counted, as in its header.
    return is_format("avi") ? std::max(packets_, last_dts_ + 1) : packets_;
  }

  /// Names of demuxers are comma lists: "mov,mp4,m4a,3gp,3g2,mj2".
  bool is_format(const char* name) const { return av_match_name(name, format_->iformat->name) != 0; }

  std::int64_t timestamp_of_number() const {
    const double unit = av_q2d(stream_.time_base);
    return info_.fps > 0 && unit > 0 ? std::llround(number_ / info_.fps / unit) : 0;
  }

  double time_s() const {
    const std::int64_t timestamp = frame_->best_effort_timestamp;
    if (!fps_given_ && timestamp != AV_NOPTS_VALUE)
      return static_cast<double>(timestamp - *first_timestamp_) * av_q2d(stream_.time_base);
    return info_.fps > 0 ? number_ / info_.fps : 0;
  }

  std::string source_;
  bool fps_given_;
  FormatHandle format_;
  AVStream& stream_;
  CodecHandle codec_;
  PacketHandle packet_;
  FrameHandle frame_;
  FrameConverter converter_;
  ClipInfo info_;
  int number_ = 0;
  bool waiting_ = false;  // frame_ holds a picture nobody has taken yet
  bool draining_ = false;
  bool ended_ = false;
  bool packet_is_key_ = false, packet_is_short_ = false;
  std::int64_t packets_ = 0, last_dts_ = -1, promised_ = 0;
  int end_of_input_ = AVERROR_EOF;
  std::optional<std::int64_t> first_timestamp_;
  std::optional<ClipError> failure_;
};

}  // namespace

}  // namespace merkit::media

extern "C" __attribute__((visibility("default"))) merkit::ClipReader* merkit_open_video(
    const std::filesystem::path& file, const merkit::ClipOptions& options) {
  return std::make_unique<merkit::media::VideoReader>(file, options).release();
}
