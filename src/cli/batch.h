#pragma once

#include "cli/messages.h"
#include "cli/options.h"
#include "merkit/core/files.h"
#include "merkit/core/stop.h"
#include "merkit/pipeline/clip_problem.h"
#include "merkit/pipeline/ordered_batch.h"

#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merkit::cli {

inline constexpr int kAllDone = 0;
inline constexpr int kSomeFailed = 1;

/// Results go to a file, whole or not at all, or to stdout.
class Output {
 public:
  explicit Output(const std::filesystem::path& file);
  std::ostream& stream();
  /// Throws MachineError when not everything could be written.
  void commit();

 private:
  std::optional<AtomicFile> file_;
};

/// Counts failures, tells of them on stderr and decides when a batch has seen enough.
class FailureLog {
 public:
  FailureLog(const BatchOptions& options) : options_(options) {}

  /// False when the batch should end here.
  bool note(const ManifestClip& clip, const ClipProblem& problem);

  /// Writes --failed and returns the exit code: 0, 1, or 128 + signal.
  int finish() const;

 private:
  const BatchOptions& options_;
  std::vector<std::string> failed_;
};

/// Runs `work` on every clip, `jobs` at a time, and `write` on every record in input order. Each record has a
/// `problem`. Returns the exit code.
template <class Record>
int run_batch(const std::vector<ManifestClip>& clips, const BatchOptions& batch, const CommonOptions& common,
              const std::function<Record(const ManifestClip&, Progress&)>& work,
              const std::function<void(const ManifestClip&, const Record&)>& write) {
  Progress progress(common, clips.size(), "clips");
  FailureLog failures(batch);
  // An interrupted clip has no record: what was finished before it is all there is.
  const std::function<std::optional<Record>(std::size_t)> guarded = [&](std::size_t i) -> std::optional<Record> {
    try {
      return work(clips[i], progress);
    } catch (const Interrupted&) {
      return std::nullopt;
    }
  };
  const std::function<bool(std::size_t, std::optional<Record>)> consume = [&](std::size_t i,
                                                                              std::optional<Record> record) {
    if (!record) return false;
    write(clips[i], *record);
    progress.advance();
    return failures.note(clips[i], record->problem);
  };
  ordered_batch<std::optional<Record>>(clips.size(), std::min<int>(common.job_count(), static_cast<int>(clips.size())),
                                       guarded, consume);
  return failures.finish();
}

}  // namespace merkit::cli
