#pragma once

#include "merkit/core/label_set.h"

#include <map>
#include <string>
#include <vector>

namespace merkit {

/// One classified sample: what was true and what was said. Metrics are pure functions of a vector of these.
struct Outcome {
  std::string id;
  std::string dataset;
  std::string subject;  ///< subject key, "dataset/subject"
  int truth = 0;
  int predicted = 0;
};

/// counts[truth][predicted]
using ConfusionMatrix = std::vector<std::vector<int>>;

struct ClassScore {
  std::string name;
  int count = 0;      ///< samples of the class in the truth
  int predicted = 0;  ///< times it was said
  double precision = 0, recall = 0, f1 = 0;
};

/// All in 0..1. A class absent from the truth has no recall: `absent` names it, and it is left out of UAR and UF1
/// only if it was never predicted either.
struct RecognitionMetrics {
  int n = 0;
  double uf1 = 0;  ///< unweighted F1: mean over classes of 2TP / (2TP + FP + FN), pooled counts
  double uar = 0;  ///< unweighted average recall: mean over classes of TP / N (recall, not precision)
  double accuracy = 0;
  double weighted_f1 = 0;  ///< class F1 weighted by class counts
  double fold_mean_f1 =
      0;  ///< mean over subjects of the macro F1 over classes present in the fold; ill-defined, for comparison
  ConfusionMatrix confusion;
  std::vector<ClassScore> classes;
  std::vector<std::string> absent;
};

/// Pools all outcomes into one confusion matrix first (Le Ngo et al.; MEGC 2019 rules).
RecognitionMetrics recognition_metrics(const std::vector<Outcome>& outcomes, const LabelSet& labels);

/// Ends of a 95 % interval.
struct ConfidenceInterval {
  double low = 0, high = 0;
};
struct MetricIntervals {
  ConfidenceInterval uf1, uar, accuracy;
  int resamples = 0;
};

/// Percentile bootstrap over subjects (whole people are drawn, not clips), deterministic in `seed`.
MetricIntervals bootstrap_over_subjects(const std::vector<Outcome>& outcomes, const LabelSet& labels,
                                        int resamples = 1000, unsigned seed = 1);

/// What always saying the most frequent class of the *other* subjects would score.
RecognitionMetrics majority_baseline(const std::vector<Outcome>& outcomes, const LabelSet& labels);

/// How somebody guesses who does not look at the clip.
enum class RandomGuess {
  by_frequency,  ///< a class as often as it is true of the *other* subjects; evenly when there are none
  even,          ///< every class that occurs in the truth equally often
};

/// What such a guesser scores in the mean over all guesses: exact expectations, not a simulation. The confusion matrix
/// and the figures of single classes are left empty.
RecognitionMetrics random_baseline(const std::vector<Outcome>& outcomes, const LabelSet& labels, RandomGuess guess);

}  // namespace merkit
