#pragma once

#include "merkit/evaluation/evaluation.h"
#include "merkit/experiments/recognition_plan.h"

namespace merkit {

/// Writes predictions.csv, evaluation.json and log.txt of a run whose tasks are all done. They hold no times and
/// nothing of how the tasks were shared out: equal plans end in equal bytes. Throws InputError naming a task that is
/// not done.
Evaluation::Recognition write_loso_results(const RecognitionDirectory& run);

}  // namespace merkit
