#pragma once

#include "merkit/evaluation/evaluation.h"
#include "merkit/experiments/spotting_plan.h"

namespace merkit {

/// Scores a run whose tasks are all done. Recognition, where there is any, is that of micro-expressions, and STRS
/// counts only these. Throws InputError naming a task that is not done.
Evaluation::Spotting score_spotting_run(const SpottingDirectory& run, const SpottingRules& rules = {});

/// Writes predictions.csv (one row an interval, at least one a video), evaluation.json and log.txt of a run whose tasks
/// are all done. They hold no times and nothing of how the tasks were shared out: equal plans end in equal bytes.
/// Throws InputError naming a task that is not done.
Evaluation::Spotting write_spotting_results(const SpottingDirectory& run);

/// One self-contained page on such runs: the figures of all beside each other, then of each run its figures, people,
/// each interval with its verdict, and the settings. An empty title is made from the methods. Throws InputError naming
/// a task that is not done.
std::string spotting_runs_html(const std::vector<SpottingDirectory>& runs, const std::string& title,
                               const std::vector<std::string>& command);

}  // namespace merkit
