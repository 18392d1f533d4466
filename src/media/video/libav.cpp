#include "media/video/libav.h"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <mutex>

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
}

namespace merkit::media {
namespace {

struct Complaint {
  std::string text;
  int level = AV_LOG_QUIET;
};
thread_local Complaint complaint;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '.')) text.pop_back();
  return text;
}

void keep_complaint(void*, int level, const char* format, va_list arguments) {
  if (level > AV_LOG_WARNING) return;
  const bool is_error = level <= AV_LOG_ERROR;
  const bool have_error = !complaint.text.empty() && complaint.level <= AV_LOG_ERROR;
  if (have_error || (!is_error && !complaint.text.empty())) return;
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  complaint = {trimmed(text.data()), level};
}

}  // namespace

void capture_libav_log() {
  static std::once_flag once;
  std::call_once(once, [] { av_log_set_callback(keep_complaint); });
}

void clear_complaint() { complaint = {}; }

std::string first_complaint() { return complaint.text; }

std::string libav_reason(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  const std::string said = first_complaint();
  return said.empty() ? std::string(text.data()) : text.data() + (" (" + said + ")");
}

}  // namespace merkit::media
