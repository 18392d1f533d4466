#include "merkit/core/interval_matching.h"

#include "merkit/core/error.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace merkit {
namespace {

std::vector<IntervalMatch> greedy(std::vector<IntervalMatch> pairs, const std::vector<double>& scores) {
  const auto rank = [&](const IntervalMatch& pair) {
    return std::make_tuple(-scores[static_cast<std::size_t>(pair.prediction)], -pair.iou, pair.prediction, pair.truth);
  };
  std::sort(pairs.begin(), pairs.end(),
            [&](const IntervalMatch& a, const IntervalMatch& b) { return rank(a) < rank(b); });

  std::set<int> predictions_taken, truth_taken;
  std::vector<IntervalMatch> matches;
  for (const IntervalMatch& pair : pairs) {
    if (predictions_taken.count(pair.prediction) || truth_taken.count(pair.truth)) continue;
    predictions_taken.insert(pair.prediction);
    truth_taken.insert(pair.truth);
    matches.push_back(pair);
  }
  return matches;
}

/// Successive augmenting paths, each the one that adds most overlap (Bellman and Ford's algorithm, for there are
/// negative costs): after each, the overlap is the greatest that so many pairs can have.
std::vector<IntervalMatch> maximum(const std::vector<IntervalMatch>& pairs, std::size_t predictions,
                                   std::size_t truths) {
  constexpr int kNone = -1;
  constexpr double kLeast = 1e-12;  // what a gain must exceed: rounding must not make a path go in circles
  std::vector<int> of_prediction(predictions, kNone), of_truth(truths, kNone);  // positions in `pairs`
  while (true) {
    // Gain of the best path to each prediction and true interval, and the pair by which it comes there.
    std::vector<double> to_prediction(predictions, -1e9), to_truth(truths, -1e9);
    std::vector<int> came_by(truths, kNone);
    for (std::size_t p = 0; p < predictions; ++p)
      if (of_prediction[p] == kNone) to_prediction[p] = 0;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < pairs.size(); ++i) {
        const auto p = static_cast<std::size_t>(pairs[i].prediction), t = static_cast<std::size_t>(pairs[i].truth);
        const double gain = to_prediction[p] + pairs[i].iou;
        if (to_prediction[p] < -1e8 || of_prediction[p] == static_cast<int>(i) || gain <= to_truth[t] + kLeast)
          continue;
        changed = true;
        to_truth[t] = gain;
        came_by[t] = static_cast<int>(i);
        if (of_truth[t] == kNone) continue;
        const IntervalMatch& given_up = pairs[static_cast<std::size_t>(of_truth[t])];
        to_prediction[static_cast<std::size_t>(given_up.prediction)] = gain - given_up.iou;
      }
    }
    int last = kNone;
    for (std::size_t t = 0; t < truths; ++t)
      if (of_truth[t] == kNone && came_by[t] != kNone &&
          (last == kNone || to_truth[t] > to_truth[static_cast<std::size_t>(last)]))
        last = static_cast<int>(t);
    if (last == kNone) break;
    for (int t = last; t != kNone;) {
      const int by = came_by[static_cast<std::size_t>(t)];
      const auto p = static_cast<std::size_t>(pairs[static_cast<std::size_t>(by)].prediction);
      const int before = of_prediction[p];
      of_prediction[p] = of_truth[static_cast<std::size_t>(t)] = by;
      t = before == kNone ? kNone : pairs[static_cast<std::size_t>(before)].truth;
    }
  }
  std::vector<IntervalMatch> matches;
  for (const int i : of_prediction)
    if (i != kNone) matches.push_back(pairs[static_cast<std::size_t>(i)]);
  return matches;
}

}  // namespace

std::string_view to_string(IntervalMatching matching) {
  return interval_matching_names()[static_cast<std::size_t>(matching)];
}

const std::vector<std::string>& interval_matching_names() {
  static const std::vector<std::string> names{"greedy", "maximum"};
  return names;
}

IntervalMatching interval_matching_from_string(std::string_view name) {
  const auto& names = interval_matching_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw_unknown_name("matching", name, names);
  return static_cast<IntervalMatching>(found - names.begin());
}

std::vector<IntervalMatch> matched_intervals(const std::vector<Interval>& truth,
                                             const std::vector<Interval>& predictions,
                                             const std::vector<double>& scores, double min_iou,
                                             IntervalMatching matching) {
  std::vector<IntervalMatch> pairs;
  for (std::size_t p = 0; p < predictions.size(); ++p)
    for (std::size_t t = 0; t < truth.size(); ++t) {
      const double overlap = iou(predictions[p], truth[t]);
      if (overlap > 0 && overlap >= min_iou) pairs.push_back({static_cast<int>(p), static_cast<int>(t), overlap});
    }
  std::vector<IntervalMatch> matches = matching == IntervalMatching::greedy
                                           ? greedy(std::move(pairs), scores)
                                           : maximum(pairs, predictions.size(), truth.size());
  std::sort(matches.begin(), matches.end(),
            [](const IntervalMatch& a, const IntervalMatch& b) { return a.prediction < b.prediction; });
  return matches;
}

}  // namespace merkit
