#pragma once

#include "merkit/core/label_set.h"
#include "merkit/evaluation/comparison.h"
#include "merkit/evaluation/metrics.h"
#include "merkit/evaluation/spotting_scores.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace merkit {

/// The evaluation document (schema merkit/evaluation/1).
struct Evaluation {
  struct Recognition {
    LabelSet labels;
    RecognitionMetrics metrics;
    MetricIntervals intervals;
    RecognitionMetrics majority;
    RecognitionMetrics random_by_frequency, random_even;  ///< expected figures of guessers
    std::vector<std::pair<std::string, RecognitionMetrics>> per_dataset;
    std::vector<std::pair<std::string, RecognitionMetrics>> per_subject;
    int excluded = 0;               ///< rows without prediction or truth
    std::vector<Outcome> outcomes;  ///< of all seeds, one after another
    int seen = 0;                   ///< rows of people that the model was trained on
    /// Figures of each seed; where there are several, those above are means over them, counts and confusion sums.
    std::vector<std::pair<std::uint64_t, RecognitionMetrics>> per_seed;
    std::string protocol = "predictions as given";
    std::string epoch_selection;  ///< "last" or what a run says; empty when not known
    /// Those who are scored had a say in the model.
    bool is_leaky() const { return seen > 0 || epoch_selection == "test-oracle"; }
    std::optional<RunComparison> comparison;
    std::string compared_with;  ///< as the user named it
  };
  struct Spotting {
    SpottingData data;
    SpottingScores scores;  ///< of the data
    /// Of a run of merkit loso: its protocol, and the scores of each seed; those above are of all seeds together, each
    /// video being there once a seed.
    std::string protocol = {};
    std::vector<std::pair<std::uint64_t, SpottingScores>> per_seed = {};
  };
  std::optional<Recognition> recognition;
  std::optional<Spotting> spotting;
};

/// Scores the outcomes of one or more seeds (not empty).
Evaluation::Recognition score_recognition(const std::map<std::uint64_t, std::vector<Outcome>>& outcomes,
                                          const LabelSet& labels);

/// Standard deviation of a figure over the seeds (n - 1); 0 for one seed.
double deviation_over_seeds(const Evaluation::Recognition& recognition, double RecognitionMetrics::*figure);

}  // namespace merkit
