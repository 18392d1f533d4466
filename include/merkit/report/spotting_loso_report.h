#pragma once

#include "merkit/evaluation/spotting_loso.h"
#include "merkit/report/records.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace merkit {

/// Figures of a run over long videos.
struct SpottingLosoScores {
  /// Of all seeds together: counts are sums over videos and seeds. Recognition, where there is any, is that of
  /// micro-expressions, and STRS counts only these.
  Evaluation::Spotting all;
  std::vector<std::pair<std::uint64_t, SpottingScores>> per_seed;
};

/// Scores a run whose tasks are all done. Throws InputError naming a task that is not.
SpottingLosoScores score_spotting_run(const SpottingDirectory& run);

/// Writes predictions.csv (one row an interval, at least one a video), evaluation.json and log.txt of a run whose tasks
/// are all done. They hold no times and nothing of how the tasks were shared out: equal plans end in equal bytes.
/// Throws InputError naming a task that is not done.
SpottingLosoScores write_spotting_results(const SpottingDirectory& run);

}  // namespace merkit
