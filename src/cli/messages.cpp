#include "cli/messages.h"

#include <chrono>
#include <cstdlib>
#include <iostream>

#include <fmt/format.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace merkit::cli {
namespace {

double now_s() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

int terminal_width() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string clock_time(double seconds) {
  const int s = static_cast<int>(seconds);
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
                   : fmt::format("{}:{:02}", s / 60, s % 60);
}

}  // namespace

void start_logging(const CommonOptions& options) {
  const char* no_color = std::getenv("NO_COLOR");
  const bool plain = (no_color && *no_color) || !isatty(STDERR_FILENO);
  std::vector<spdlog::sink_ptr> sinks{std::make_shared<spdlog::sinks::stderr_color_sink_mt>(
      plain ? spdlog::color_mode::never : spdlog::color_mode::automatic)};
  sinks.back()->set_pattern("merkit: %^%l%$: %v");
  spdlog::level::level_enum level = spdlog::level::from_str(options.log_level);
  if (options.quiet) level = spdlog::level::err;
  if (options.verbose) level = options.verbose > 1 ? spdlog::level::trace : spdlog::level::debug;
  sinks.back()->set_level(level);
  if (!options.log_file.empty()) {
    try {
      sinks.push_back(std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.log_file.string()));
    } catch (const spdlog::spdlog_ex& error) {
      throw MachineError(std::string("cannot write the log file: ") + error.what());
    }
    sinks.back()->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    sinks.back()->set_level(std::min(level, spdlog::level::debug));
  }
  auto logger = std::make_shared<spdlog::logger>("merkit", sinks.begin(), sinks.end());
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(logger);
}

Progress::Progress(const CommonOptions& options, std::size_t total, std::string unit)
    : total_(total), unit_(std::move(unit)), started_s_(now_s()) {
  const char* term = std::getenv("TERM");
  on_terminal_ = isatty(STDERR_FILENO) && !(term && std::string(term) == "dumb");
  shown_ = !options.quiet && options.progress != "never";
  if (!shown_) return;
  // Elsewhere than on a terminal a line comes every five seconds, so short work stays silent.
  const auto pause = on_terminal_ ? std::chrono::milliseconds(150) : std::chrono::milliseconds(5000);
  thread_ = std::thread([this, pause] {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, pause, [this] { return end_; })) show(false);
  });
  if (options.progress == "always" && !on_terminal_) show(false);
}

Progress::~Progress() {
  if (!shown_) return;
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  ended_.notify_all();
  thread_.join();
  show(true);
}

void Progress::note(const std::string& text) {
  const std::lock_guard lock(mutex_);
  note_ = text;
}

void Progress::show(bool last) {
  const double elapsed = now_s() - started_s_;
  if (last) {
    if (on_terminal_) std::cerr << "\r\033[K" << std::flush;
    return;
  }
  const std::size_t done = done_;
  std::string text = total_ ? fmt::format("{}/{} {}", done, total_, unit_) : fmt::format("{} {}", done, unit_);
  // How many frames there are is known of inputs that were opened: with one input, of all.
  const std::int64_t frames = frames_, expected = total_ == 1 ? expected_frames_.load() : 0;
  const std::string of = expected >= frames && expected > 0 ? fmt::format(" of {}", expected) : "";
  if (frames > 0) text += fmt::format(", {}{} frames ({:.0f}/s)", frames, of, frames / std::max(elapsed, 1e-3));
  if (frames > 0 && expected > frames)
    text += fmt::format(", {} left", clock_time(elapsed / static_cast<double>(frames) * (expected - frames)));
  if (done > 0 && total_ > done) text += fmt::format(", {} left", clock_time(elapsed / done * (total_ - done)));
  if (!note_.empty()) text += ", " + note_;
  if (!on_terminal_) {
    std::cerr << "merkit: " << text << "\n";
    return;
  }
  if (total_) {
    const double share = expected > 0 ? std::min(1.0, static_cast<double>(frames) / static_cast<double>(expected))
                                      : static_cast<double>(done) / static_cast<double>(total_);
    const int width = 20, filled = static_cast<int>(width * share);
    text = "[" + std::string(filled, '#') + std::string(width - filled, '.') + "] " + text;
  }
  std::cerr << "\r\033[K" << text.substr(0, terminal_width() - 1) << std::flush;
}

}  // namespace merkit::cli
