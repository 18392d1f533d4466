#pragma once

#include "merkit/evaluation/metrics.h"

#include <map>
#include <string>
#include <vector>

namespace merkit {

ConfusionMatrix empty_confusion(int classes);

void add_to(ConfusionMatrix& sum, const ConfusionMatrix& more);

/// Subjects in order of their keys, so that nothing depends on the order of the outcomes. Throws InputError for a class
/// index that `labels` do not have.
std::map<std::string, ConfusionMatrix> confusion_by_subject(const std::vector<Outcome>& outcomes,
                                                            const LabelSet& labels);

/// Everything that a confusion matrix alone can tell: all but the figures by fold.
RecognitionMetrics metrics_of(const ConfusionMatrix& confusion, const LabelSet& labels);

}  // namespace merkit
