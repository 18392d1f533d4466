#pragma once

#include "merkit/core/label_set.h"
#include "merkit/core/sample.h"
#include "merkit/learning/recognizer.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace merkit {

/// The class of each sample. Throws InputError for an empty set, a sample without label or of an unknown class, and
/// where all are of one class: that teaches nothing. A class that is absent is allowed, as some folds of small data
/// sets are so.
std::vector<int> checked_labels(const SampleSet& training, const LabelSet& labels);

/// For methods without a stage without labels: throws ConfigError when a model is to bring one.
void refuse_pretrained(const FitOptions& options, const std::string& method);

/// "dataset/subject" of everyone there, sorted, each once.
std::vector<std::string> subjects_of(const SampleSet& samples);

/// work(0), ..., work(count - 1) on `threads` threads, each by itself. All are tried; the first failure, in the order
/// of the numbers, is thrown.
void for_each_number(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace merkit
