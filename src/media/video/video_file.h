#pragma once

#include "media/video/libav.h"

#include <string>

namespace merkit::media {

/// Throws ClipError(decode_error); the default hint is that for damaged files.
[[noreturn]] void fail_to_decode(const std::string& message, const std::string& hint = {});

/// Opens a local file and reads its headers. Throws ClipError(decode_error) for what is no video, play lists and text
/// included, and Interrupted.
FormatHandle open_format(const std::string& source);

/// The best video stream that is not a cover picture; all others are discarded. Throws ClipError(decode_error) if there
/// is none.
AVStream& video_stream(AVFormatContext& format, const std::string& source);

/// A decoder for `stream`; 0 threads: as many as FFmpeg sees fit. Throws ClipError(unsupported) for unknown codecs.
CodecHandle open_codec(const AVStream& stream, int threads, const std::string& source);

}  // namespace merkit::media
