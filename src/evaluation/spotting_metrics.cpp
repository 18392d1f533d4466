#include "merkit/evaluation/spotting_metrics.h"

#include <algorithm>
#include <map>
#include <optional>

namespace merkit {

namespace {

/// Precision, recall and F1 from the counts; all 0 where nothing was found rightly.
void set_ratios(SpottingMetrics& metrics) {
  const double right = metrics.true_positives;
  if (right == 0) return;
  metrics.precision = right / (metrics.true_positives + metrics.false_positives);
  metrics.recall = right / (metrics.true_positives + metrics.false_negatives);
  metrics.f1 = 2 * right / (2 * right + metrics.false_positives + metrics.false_negatives);
}

void sort_by_prediction(std::vector<IntervalMatch>& matches) {
  std::sort(matches.begin(), matches.end(),
            [](const IntervalMatch& a, const IntervalMatch& b) { return a.prediction < b.prediction; });
}

SpottingMetrics metrics_for(const std::vector<VideoInterval>& truth, const std::vector<VideoInterval>& predictions,
                            std::optional<ExpressionType> type, double min_iou, IntervalMatching matching) {
  /// Of one video: its intervals, and where they stand in the given vectors.
  struct Side {
    std::vector<Interval> intervals;
    std::vector<double> scores;
    std::vector<int> positions;
  };
  const auto by_video = [&](const std::vector<VideoInterval>& given) {
    std::map<std::string, Side> videos;
    for (std::size_t i = 0; i < given.size(); ++i) {
      if (type && given[i].type != *type) continue;
      Side& side = videos[given[i].video];
      side.intervals.push_back(given[i].interval);
      side.scores.push_back(given[i].score);
      side.positions.push_back(static_cast<int>(i));
    }
    return videos;
  };
  SpottingMetrics result;
  auto true_side = by_video(truth);
  for (const auto& [video, predicted] : by_video(predictions)) {
    const Side& there = true_side[video];
    for (const auto& match :
         matched_intervals(there.intervals, predicted.intervals, predicted.scores, min_iou, matching))
      result.matches.push_back({predicted.positions[static_cast<std::size_t>(match.prediction)],
                                there.positions[static_cast<std::size_t>(match.truth)], match.iou});
  }
  sort_by_prediction(result.matches);

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
                                 double min_iou, IntervalMatching matching) {
  return metrics_for(truth, predictions, std::nullopt, min_iou, matching);
}

SpottingMetrics spotting_metrics(const std::vector<VideoInterval>& truth, const std::vector<VideoInterval>& predictions,
                                 ExpressionType type, double min_iou, IntervalMatching matching) {
  return metrics_for(truth, predictions, type, min_iou, matching);
}

SpottingMetrics part_of_type(const SpottingMetrics& all, const std::vector<VideoInterval>& truth,
                             const std::vector<VideoInterval>& predictions, ExpressionType type) {
  SpottingMetrics result;
  std::vector<bool> is_match(predictions.size(), false);
  for (const auto& match : all.matches) {
    is_match[static_cast<std::size_t>(match.prediction)] = true;
    if (truth[static_cast<std::size_t>(match.truth)].type == type) result.matches.push_back(match);
  }
  result.true_positives = static_cast<int>(result.matches.size());
  for (std::size_t p = 0; p < predictions.size(); ++p)
    result.false_positives += !is_match[p] && predictions[p].type == type;
  result.false_negatives = static_cast<int>(std::count_if(truth.begin(), truth.end(),
                                                          [&](const VideoInterval& t) { return t.type == type; })) -
                           result.true_positives;
  set_ratios(result);
  return result;
}

SpottingMetrics pooled(const SpottingMetrics& micro, const SpottingMetrics& macro) {
  SpottingMetrics result;
  result.true_positives = micro.true_positives + macro.true_positives;
  result.false_positives = micro.false_positives + macro.false_positives;
  result.false_negatives = micro.false_negatives + macro.false_negatives;
  result.matches = micro.matches;
  result.matches.insert(result.matches.end(), macro.matches.begin(), macro.matches.end());
  sort_by_prediction(result.matches);
  set_ratios(result);
  return result;
}

}  // namespace merkit
