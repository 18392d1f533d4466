#pragma once

#include "merkit/evaluation/metrics.h"

#include <vector>

namespace merkit {

/// Two runs over the same clips, and how likely so great a difference is when neither is better.
struct RunComparison {
  int both_right = 0, only_first = 0, only_second = 0, both_wrong = 0;  ///< clips
  int unmatched = 0;          ///< clips that only one of them has; they are left out
  double uf1_difference = 0;  ///< of the first minus the second, over the clips of both
  double uar_difference = 0;

  /// McNemar's exact test on the clips that only one of them has right: two-sided, from the binomial distribution.
  /// It takes clips for independent, which clips of one person are not.
  double mcnemar_p = 1;

  /// Share of exchanges of the two runs' answers, whole people at a time, that give a difference in UF1 as great: all
  /// of them where they are no more than `exchanges`, else that many drawn ones, the given one among them.
  double permutation_p = 1;
  int exchanges = 0;
};

/// Clips are matched by subject and id. Throws InputError when the two have no clip in common or disagree on a truth.
/// Deterministic in `seed`.
RunComparison compare_runs(const std::vector<Outcome>& first, const std::vector<Outcome>& second,
                           const LabelSet& labels, int exchanges = 9999, unsigned seed = 1);

}  // namespace merkit
