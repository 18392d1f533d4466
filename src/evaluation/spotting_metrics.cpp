#include "merkit/evaluation/spotting_metrics.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>

namespace merkit {

namespace {

/// Pairs that overlap enough, each with its rank in the greedy order.
std::vector<SpottingMatch> candidates(const std::vector<VideoInterval>& truth,
                                      const std::vector<VideoInterval>& predictions, std::optional<ExpressionType> type,
                                      double min_iou) {
  const auto counts = [&](const VideoInterval& interval) { return !type || interval.type == *type; };
  std::map<std::string, std::vector<int>> truth_of_video;
  for (std::size_t t = 0; t < truth.size(); ++t)
    if (counts(truth[t])) truth_of_video[truth[t].video].push_back(static_cast<int>(t));

  std::vector<SpottingMatch> pairs;
  for (std::size_t p = 0; p < predictions.size(); ++p) {
    if (!counts(predictions[p])) continue;
    for (const int t : truth_of_video[predictions[p].video]) {
      const double overlap = iou(predictions[p].interval, truth[t].interval);
      if (overlap > 0 && overlap >= min_iou) pairs.push_back({static_cast<int>(p), t, overlap});
    }
  }
  std::sort(pairs.begin(), pairs.end(), [&](const SpottingMatch& a, const SpottingMatch& b) {
    return std::make_tuple(-predictions[a.prediction].score, -a.iou, a.prediction, a.truth) <
           std::make_tuple(-predictions[b.prediction].score, -b.iou, b.prediction, b.truth);
  });
  return pairs;
}

/// Precision, recall and F1 from the counts; all 0 where nothing was found rightly.
void set_ratios(SpottingMetrics& metrics) {
  const double right = metrics.true_positives;
  if (right == 0) return;
  metrics.precision = right / (metrics.true_positives + metrics.false_positives);
  metrics.recall = right / (metrics.true_positives + metrics.false_negatives);
  metrics.f1 = 2 * right / (2 * right + metrics.false_positives + metrics.false_negatives);
}

SpottingMetrics metrics_for(const std::vector<VideoInterval>& truth, const std::vector<VideoInterval>& predictions,
                            std::optional<ExpressionType> type, double min_iou) {
  SpottingMetrics result;
  std::vector<bool> prediction_taken(predictions.size(), false), truth_taken(truth.size(), false);
  for (const auto& pair : candidates(truth, predictions, type, min_iou)) {
    if (prediction_taken[pair.prediction] || truth_taken[pair.truth]) continue;
    prediction_taken[pair.prediction] = truth_taken[pair.truth] = true;
    result.matches.push_back(pair);
  }
  std::sort(result.matches.begin(), result.matches.end(),
            [](const SpottingMatch& a, const SpottingMatch& b) { return a.prediction < b.prediction; });

  const auto count = [&](const std::vector<VideoInterval>& intervals) {
    return static_cast<int>(std::count_if(intervals.begin(), intervals.end(),
                                          [&](const VideoInterval& i) { return !type || i.type == *type; }));
  };
  result.true_positives = static_cast<int>(result.matches.size());
  result.false_positives = count(predictions) - result.true_positives;
  result.false_negatives = count(truth) - result.true_positives;
  set_ratios(result);
  return result;
}

}  // namespace

SpottingMetrics spotting_metrics(const std::vector<VideoInterval>& truth, const std::vector<VideoInterval>& predictions,
                                 double min_iou) {
  return metrics_for(truth, predictions, std::nullopt, min_iou);
}

SpottingMetrics spotting_metrics(const std::vector<VideoInterval>& truth, const std::vector<VideoInterval>& predictions,
                                 ExpressionType type, double min_iou) {
  return metrics_for(truth, predictions, type, min_iou);
}

SpottingMetrics pooled(const SpottingMetrics& micro, const SpottingMetrics& macro) {
  SpottingMetrics result;
  result.true_positives = micro.true_positives + macro.true_positives;
  result.false_positives = micro.false_positives + macro.false_positives;
  result.false_negatives = micro.false_negatives + macro.false_negatives;
  set_ratios(result);
  return result;
}

}  // namespace merkit
