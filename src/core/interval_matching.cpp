#include "merkit/core/interval_matching.h"

#include <algorithm>
#include <tuple>

namespace merkit {

std::vector<IntervalMatch> matched_intervals(const std::vector<Interval>& truth,
                                             const std::vector<Interval>& predictions,
                                             const std::vector<double>& scores, double min_iou) {
  std::vector<IntervalMatch> pairs;
  for (std::size_t p = 0; p < predictions.size(); ++p)
    for (std::size_t t = 0; t < truth.size(); ++t) {
      const double overlap = iou(predictions[p], truth[t]);
      if (overlap > 0 && overlap >= min_iou) pairs.push_back({static_cast<int>(p), static_cast<int>(t), overlap});
    }
  const auto rank = [&](const IntervalMatch& pair) {
    return std::make_tuple(-scores[static_cast<std::size_t>(pair.prediction)], -pair.iou, pair.prediction, pair.truth);
  };
  std::sort(pairs.begin(), pairs.end(),
            [&](const IntervalMatch& a, const IntervalMatch& b) { return rank(a) < rank(b); });

  std::vector<bool> prediction_taken(predictions.size(), false), truth_taken(truth.size(), false);
  std::vector<IntervalMatch> matches;
  for (const IntervalMatch& pair : pairs) {
    const auto p = static_cast<std::size_t>(pair.prediction), t = static_cast<std::size_t>(pair.truth);
    if (prediction_taken[p] || truth_taken[t]) continue;
    prediction_taken[p] = truth_taken[t] = true;
    matches.push_back(pair);
  }
  std::sort(matches.begin(), matches.end(),
            [](const IntervalMatch& a, const IntervalMatch& b) { return a.prediction < b.prediction; });
  return matches;
}

}  // namespace merkit
