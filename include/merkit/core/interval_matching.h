#pragma once

#include "merkit/core/interval.h"

#include <string>
#include <string_view>
#include <vector>

namespace merkit {

/// A prediction and the true interval it stands for, as positions in the given vectors.
struct IntervalMatch {
  int prediction = -1, truth = -1;
  double iou = 0;
};

/// Which of the one-to-one matchings is taken.
enum class IntervalMatching {
  greedy,   ///< by descending score, ties by IoU, then by order
  maximum,  ///< as many pairs as can be; the sum of IoUs is the greatest among those
};
std::string_view to_string(IntervalMatching matching);
const std::vector<std::string>& interval_matching_names();
/// Throws ConfigError listing the names.
IntervalMatching interval_matching_from_string(std::string_view name);

/// One-to-one, of one video: pairs with IoU >= `min_iou` (and > 0) are taken greedily by descending score, ties by IoU,
/// then by order, or as many as can be. `scores` has one entry a prediction. In order of predictions.
std::vector<IntervalMatch> matched_intervals(const std::vector<Interval>& truth,
                                             const std::vector<Interval>& predictions,
                                             const std::vector<double>& scores, double min_iou = 0.5,
                                             IntervalMatching matching = IntervalMatching::greedy);

}  // namespace merkit
