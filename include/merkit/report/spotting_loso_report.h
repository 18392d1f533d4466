#pragma once

#include "merkit/evaluation/spotting_loso.h"
#include "merkit/report/records.h"

namespace merkit {

/// Scores a run whose tasks are all done. Recognition, where there is any, is that of micro-expressions, and STRS
/// counts only these. Throws InputError naming a task that is not done.
Evaluation::Spotting score_spotting_run(const SpottingDirectory& run, const SpottingRules& rules = {});

/// Writes predictions.csv (one row an interval, at least one a video), evaluation.json and log.txt of a run whose tasks
/// are all done. They hold no times and nothing of how the tasks were shared out: equal plans end in equal bytes.
/// Throws InputError naming a task that is not done.
Evaluation::Spotting write_spotting_results(const SpottingDirectory& run);

}  // namespace merkit
