#pragma once

#include "merkit/core/interval.h"
#include "merkit/core/interval_matching.h"
#include "merkit/core/prediction.h"

#include <string>
#include <vector>

namespace merkit {

/// An interval in a video, true or predicted.
struct VideoInterval {
  std::string video;
  Interval interval;
  ExpressionType type = ExpressionType::micro;
  double score = 0;          ///< of a prediction
  std::string emotion = {};  ///< empty: not known
  std::string subject = {};  ///< whose video it is; empty: not known
};

/// Counts pooled over videos; P, R, F1 from the sums, never averaged per video.
struct SpottingMetrics {
  int true_positives = 0, false_positives = 0, false_negatives = 0;
  double precision = 0, recall = 0, f1 = 0;
  std::vector<IntervalMatch> matches;
};

/// A prediction is right if its IoU with a true interval of the same video is >= `min_iou`; each true interval is
/// matched at most once, greedily by descending score, ties by IoU, then by order, or so that most are matched.
SpottingMetrics spotting_metrics(const std::vector<VideoInterval>& truth, const std::vector<VideoInterval>& predictions,
                                 double min_iou = 0.5, IntervalMatching matching = IntervalMatching::greedy);

/// The same for one type of expression only.
SpottingMetrics spotting_metrics(const std::vector<VideoInterval>& truth, const std::vector<VideoInterval>& predictions,
                                 ExpressionType type, double min_iou = 0.5,
                                 IntervalMatching matching = IntervalMatching::greedy);

/// The part of a matching of all types alike that belongs to one: matches count for the type of the true interval,
/// false alarms for their own.
SpottingMetrics part_of_type(const SpottingMetrics& all, const std::vector<VideoInterval>& truth,
                             const std::vector<VideoInterval>& predictions, ExpressionType type);

/// "Overall" as MEGC 2020 and 2021 count it: micro and macro matched apart, their counts summed; matches of
/// both, in order of predictions.
SpottingMetrics pooled(const SpottingMetrics& micro, const SpottingMetrics& macro);

}  // namespace merkit
