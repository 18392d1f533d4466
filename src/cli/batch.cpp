#include "cli/batch.h"

#include "merkit/pipeline/clip_problem.h"

#include <iostream>

#include <spdlog/spdlog.h>

namespace merkit::cli {

Output::Output(const std::filesystem::path& file) {
  if (!file.empty()) file_.emplace(file);
}

std::ostream& Output::stream() { return file_ ? file_->stream() : std::cout; }

void Output::commit() {
  if (file_) return file_->commit();
  std::cout.flush();
  if (!std::cout) throw MachineError("cannot write to stdout", "is the disk full, or the pipe closed?");
}

bool FailureLog::note(const ManifestClip& clip, const ClipProblem& problem) {
  if (problem.status == Status::ok) return true;
  failed_.push_back(clip.source);
  spdlog::warn("{}: {}: {}{}", clip.source, to_string(problem.status), problem.message,
               problem.hint.empty() ? "" : " (" + problem.hint + ")");
  if (options_.fail_fast) return false;
  return options_.max_failures < 0 || static_cast<int>(failed_.size()) <= options_.max_failures;
}

int FailureLog::finish() const {
  if (!options_.failed.empty()) {
    std::string list;
    for (const auto& source : failed_) list += source + "\n";
    write_file_atomically(options_.failed, list);
  }
  if (const int signal = stop_signal()) return 128 + signal;
  if (failed_.empty()) return kAllDone;
  spdlog::warn("{} of the inputs failed", failed_.size());
  return kSomeFailed;
}

}  // namespace merkit::cli
