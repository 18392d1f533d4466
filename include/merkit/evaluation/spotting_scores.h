#pragma once

#include "merkit/core/label_set.h"
#include "merkit/evaluation/metrics.h"
#include "merkit/evaluation/spotting_metrics.h"
#include "merkit/evaluation/spotting_rules.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace merkit {

/// A video that was looked at, whether or not anything is or was found in it.
struct ScoredVideo {
  std::string video;  ///< as VideoInterval::video names it
  std::string dataset, subject;
  double fps = 0;         ///< 0: not known
  double duration_s = 0;  ///< 0: not known
  bool failed = false;    ///< it could not be read, so nothing was looked for in it
};

/// True and predicted intervals of all videos. Two videos never have one name.
struct SpottingData {
  std::vector<VideoInterval> truth, predictions;
  std::vector<VideoInterval> blinks;  ///< true ones; their type and score mean nothing
  std::vector<ScoredVideo> videos;    ///< each once; videos that only intervals name are scored as well
};

/// Counts of a part of the videos.
struct SpottingCountsByType {
  SpottingMetrics micro, macro, overall;  ///< without matches
};

/// How well apexes are met. An apex that is not given is the middle of its interval.
struct ApexScores {
  int expressions = 0;  ///< true ones
  int spotted = 0;      ///< those with the apex of a prediction strictly between their onset and offset
  double rate = 0;      ///< spotted / expressions: the apex spotting rate (ASR) where each video has one expression
  int matched = 0;      ///< true positives, of which the errors are
  std::optional<double> mae_frames;  ///< mean of |predicted - true apex|; none without a true positive
  std::optional<double> mae_ms;      ///< the same in milliseconds; none where the frame rate of one is not known
};

/// Area under the precision-recall curve as in COCO: precision, made monotone, in the mean over the 101 recalls 0,
/// 0.01,
/// ... 1. Predictions of equal score enter together, so that tables without scores have one point of the curve.
struct AveragePrecision {
  double at_50 = 0;     ///< IoU 0.5
  double at_50_95 = 0;  ///< mean over IoU 0.5, 0.55, ... 0.95
};

/// Recognition of what was spotted rightly: true positives whose true emotion has a class. Liong, See, Chan, Signal
/// Processing: Image Communication 110, 2023, doi:10.1016/j.image.2022.116875.
struct SpottedRecognition {
  LabelSet labels;
  int n = 0;               ///< true positives that are scored
  int without_class = 0;   ///< true positives whose true emotion has none
  int other_emotions = 0;  ///< of the n, those said to be something without a class: misses of their true class
  /// counts[truth][predicted] of the n without those; all figures below are means over all classes, 0 for one that has
  /// no true positive.
  ConfusionMatrix confusion;
  double precision = 0, recall = 0;  ///< macro precision, macro recall (= UAR)
  double f1 = 0;                     ///< 2PR / (P + R) of these two
  double uf1 = 0;                    ///< mean of the classes' F1
  double strs = 0;                   ///< spot-then-recognize score: F1 of spotting (overall) times `f1`
};

/// False alarms whose apex lies in a blink.
struct BlinkScores {
  int blinks = 0;
  int taken = 0;         ///< blinks with one
  int false_alarms = 0;  ///< of them
};

/// All that is said of intervals spotted in long videos. Counts are sums over videos, and ratios are made from them.
struct SpottingScores {
  SpottingRules rules;
  int videos = 0, videos_without_expression = 0, videos_failed = 0;
  std::vector<int> counted_predictions;  ///< positions in SpottingData's vector, in order
  int dropped = 0;                       ///< predictions that the rules do not count
  SpottingMetrics micro, macro;          ///< matches: positions in SpottingData's vectors
  SpottingMetrics overall;               ///< sums of both
  ApexScores micro_apex, macro_apex, apex;
  AveragePrecision micro_ap, macro_ap;
  AveragePrecision map;           ///< mean over the types that occur in the truth
  std::optional<double> minutes;  ///< looked at; none where the length of a video is not known
  std::optional<double> false_alarms_per_minute, micro_false_alarms_per_minute;
  std::optional<BlinkScores> blinks;              ///< where the truth has blinks
  std::optional<SpottedRecognition> recognition;  ///< where truth and predictions have emotions
  std::vector<std::pair<std::string, SpottingCountsByType>> per_dataset, per_subject;  ///< where they are known
};

/// `labels`: classes of the emotions; empty: the rules', else the emotions of the truth in alphabetic order.
/// Throws InputError for an interval whose offset comes before its onset, ConfigError where the rules ask for lengths
/// and a video's data set is not known or not among theirs.
SpottingScores score_spotting(const SpottingData& data, const SpottingRules& rules = {}, const LabelSet& labels = {});

}  // namespace merkit
