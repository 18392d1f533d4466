#pragma once

#include "cli/options.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace merkit::cli {

/// Sends log messages to stderr and, if asked for, to a file, as the options say. Honours NO_COLOR.
void start_logging(const CommonOptions& options);

/// How far a batch has come: a bar on a terminal, a line every few seconds elsewhere, nothing when told so.
/// Shown by a thread of its own until it goes out of scope.
class Progress {
 public:
  /// `unit` is the plural: "clips". `total` 0: unknown.
  Progress(const CommonOptions& options, std::size_t total, std::string unit);
  ~Progress();

  void advance() { ++done_; }
  /// Counted by the work itself; shown with its rate.
  std::atomic<std::int64_t>& frames() { return frames_; }
  /// Counted up by the work with the frames it expects; tells how long a single input has to go.
  std::atomic<std::int64_t>& expected_frames() { return expected_frames_; }
  /// Shown behind the count, such as "loss 0.31".
  void note(const std::string& text);

 private:
  void show(bool last);

  bool shown_ = false, on_terminal_ = false;
  std::size_t total_;
  std::string unit_, note_;
  std::atomic<std::size_t> done_{0};
  std::atomic<std::int64_t> frames_{0}, expected_frames_{0};
  double started_s_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

}  // namespace merkit::cli
