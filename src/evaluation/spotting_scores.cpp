#include "merkit/evaluation/spotting_scores.h"

#include "core/text.h"
#include "evaluation/spotting_parts.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace merkit {
namespace {

using Intervals = std::vector<VideoInterval>;

/// Those of the data's intervals that count, and where they stand in the data.
struct Counted {
  Intervals intervals;
  std::vector<int> positions;

  void add(const VideoInterval& interval, std::size_t position) {
    intervals.push_back(interval);
    positions.push_back(static_cast<int>(position));
  }
};

std::map<std::string, ScoredVideo> videos_of(const SpottingData& data) {
  std::map<std::string, ScoredVideo> videos;
  for (const auto& video : data.videos)
    if (!videos.emplace(video.video, video).second) throw InputError("video " + video.video + " is listed twice");
  for (const auto* intervals : {&data.truth, &data.predictions, &data.blinks})
    for (const auto& interval : *intervals) {
      if (interval.interval.offset < interval.interval.onset)
        throw InputError("video " + interval.video + ": an interval from frame " +
                         std::to_string(interval.interval.onset) + " ends before it begins, at frame " +
                         std::to_string(interval.interval.offset));
      videos[interval.video].video = interval.video;
    }
  return videos;
}

bool has_counted_length(const VideoInterval& prediction, const ScoredVideo& video, const SpottingRules& rules) {
  if (rules.prediction_lengths.empty()) return true;
  const auto of_set = rules.prediction_lengths.find(video.dataset);
  if (of_set == rules.prediction_lengths.end()) {
    std::string known;
    for (const auto& [dataset, bands] : rules.prediction_lengths) known += (known.empty() ? "" : ", ") + dataset;
    throw ConfigError("rules " + rules.name + " count lengths by data set, and that of video " + video.video +
                          (video.dataset.empty() ? " is not known" : " is \"" + video.dataset + "\""),
                      "they know " + known);
  }
  const auto band = of_set->second.find(prediction.type);
  return band == of_set->second.end() || band->second.holds(prediction.interval.length());
}

Intervals of_type(const Intervals& intervals, ExpressionType type) {
  Intervals result;
  std::copy_if(intervals.begin(), intervals.end(), std::back_inserter(result),
               [&](const VideoInterval& i) { return i.type == type; });
  return result;
}

/// Micro, macro and both, under the rules. Matches are positions in the given vectors.
SpottingCountsByType matched(const Intervals& truth, const Intervals& predictions, const SpottingRules& rules) {
  if (rules.types_must_agree) {
    const auto of = [&](ExpressionType type) {
      return spotting_metrics(truth, predictions, type, rules.min_iou, rules.matching);
    };
    SpottingCountsByType result{of(ExpressionType::micro), of(ExpressionType::macro), {}};
    result.overall = pooled(result.micro, result.macro);
    return result;
  }
  const SpottingMetrics all = spotting_metrics(truth, predictions, rules.min_iou, rules.matching);
  return {part_of_type(all, truth, predictions, ExpressionType::micro),
          part_of_type(all, truth, predictions, ExpressionType::macro), all};
}

/// The same for each group of videos that has a name.
std::vector<std::pair<std::string, SpottingCountsByType>> by_group(const Intervals& truth, const Intervals& predictions,
                                                                   const std::map<std::string, ScoredVideo>& videos,
                                                                   const SpottingRules& rules,
                                                                   std::string (*group_of)(const ScoredVideo&)) {
  struct Group {
    Intervals truth, predictions;
  };
  std::map<std::string, Group> groups;
  for (const auto& [name, video] : videos)
    if (!group_of(video).empty()) groups[group_of(video)];
  const auto share_out = [&](const Intervals& intervals, Intervals Group::*side) {
    for (const auto& interval : intervals) {
      const std::string group = group_of(videos.at(interval.video));
      if (!group.empty()) (groups.at(group).*side).push_back(interval);
    }
  };
  share_out(truth, &Group::truth);
  share_out(predictions, &Group::predictions);
  std::vector<std::pair<std::string, SpottingCountsByType>> result;
  for (const auto& [name, group] : groups) {
    SpottingCountsByType counts = matched(group.truth, group.predictions, rules);
    for (SpottingMetrics* metrics : {&counts.micro, &counts.macro, &counts.overall}) metrics->matches.clear();
    result.emplace_back(name, counts);
  }
  return result;
}

/// The classes given, else those of the rules, else the emotions of the truth.
LabelSet classes_for(const LabelSet& given, const SpottingRules& rules, const Intervals& truth) {
  if (!given.empty()) return given;
  if (!rules.labels.empty()) return rules.labels;
  std::set<std::string> emotions;
  for (const auto& expression : truth)
    if (!expression.emotion.empty()) emotions.insert(folded(expression.emotion));
  return LabelSet({emotions.begin(), emotions.end()});
}

void score_apexes(SpottingScores& scores, const Intervals& truth, const Intervals& predictions,
                  const std::map<std::string, ScoredVideo>& videos) {
  std::map<std::string, double> fps;
  for (const auto& [name, video] : videos) fps[name] = video.fps;
  const auto of = [&](ExpressionType type, const SpottingMetrics& metrics) {
    return apex_scores(truth, predictions, metrics.matches, type, scores.rules.types_must_agree, fps);
  };
  scores.micro_apex = of(ExpressionType::micro, scores.micro);
  scores.macro_apex = of(ExpressionType::macro, scores.macro);
  scores.apex = pooled(scores.micro_apex, scores.macro_apex);
}

void score_precision(SpottingScores& scores, const Intervals& truth, const Intervals& predictions) {
  int types = 0;
  const auto of = [&](ExpressionType type) {
    const Intervals there = of_type(truth, type);
    const AveragePrecision result = average_precision(there, of_type(predictions, type));
    if (there.empty()) return result;
    ++types;
    scores.map.at_50 += result.at_50;
    scores.map.at_50_95 += result.at_50_95;
    return result;
  };
  scores.micro_ap = of(ExpressionType::micro);
  scores.macro_ap = of(ExpressionType::macro);
  if (!scores.rules.types_must_agree) {
    scores.map = average_precision(truth, predictions);
  } else if (types > 0) {
    scores.map.at_50 /= types;
    scores.map.at_50_95 /= types;
  }
}

void score_false_alarms(SpottingScores& scores, const Intervals& predictions, const Intervals& blinks,
                        const std::map<std::string, ScoredVideo>& videos) {
  double seconds = 0;
  bool known = true;
  for (const auto& [name, video] : videos) {
    seconds += video.duration_s;
    known = known && (video.duration_s > 0 || video.failed);
  }
  if (known && seconds > 0) {
    scores.minutes = seconds / 60;
    scores.false_alarms_per_minute = scores.overall.false_positives / *scores.minutes;
    scores.micro_false_alarms_per_minute = scores.micro.false_positives / *scores.minutes;
  }
  if (blinks.empty()) return;
  std::vector<bool> is_right(predictions.size(), false);
  for (const auto& match : scores.overall.matches) is_right[static_cast<std::size_t>(match.prediction)] = true;
  Intervals false_alarms;
  for (std::size_t p = 0; p < predictions.size(); ++p)
    if (!is_right[p]) false_alarms.push_back(predictions[p]);
  scores.blinks = blink_scores(blinks, false_alarms);
}

bool any_emotion(const Intervals& intervals) {
  return std::any_of(intervals.begin(), intervals.end(), [](const VideoInterval& i) { return !i.emotion.empty(); });
}

}  // namespace

SpottingScores score_spotting(const SpottingData& data, const SpottingRules& rules, const LabelSet& labels) {
  const auto videos = videos_of(data);
  Counted truth, predictions;
  SpottingScores scores;
  scores.rules = rules;
  std::set<std::string> with_expression;
  for (std::size_t i = 0; i < data.truth.size(); ++i) {
    if (!rules.counts(data.truth[i].type)) continue;
    truth.add(data.truth[i], i);
    with_expression.insert(data.truth[i].video);
  }
  for (std::size_t i = 0; i < data.predictions.size(); ++i) {
    const VideoInterval& prediction = data.predictions[i];
    if (rules.counts(prediction.type) && has_counted_length(prediction, videos.at(prediction.video), rules))
      predictions.add(prediction, i);
    else
      ++scores.dropped;
  }
  scores.videos = static_cast<int>(videos.size());
  scores.videos_without_expression = scores.videos - static_cast<int>(with_expression.size());
  scores.videos_failed = static_cast<int>(
      std::count_if(videos.begin(), videos.end(), [](const auto& entry) { return entry.second.failed; }));

  const SpottingCountsByType counts = matched(truth.intervals, predictions.intervals, rules);
  scores.micro = counts.micro;
  scores.macro = counts.macro;
  scores.overall = counts.overall;
  score_apexes(scores, truth.intervals, predictions.intervals, videos);
  score_precision(scores, truth.intervals, predictions.intervals);
  score_false_alarms(scores, predictions.intervals, data.blinks, videos);
  if (any_emotion(truth.intervals) && any_emotion(predictions.intervals)) {
    scores.recognition = spotted_recognition(truth.intervals, predictions.intervals, scores.overall.matches,
                                             classes_for(labels, rules, truth.intervals));
    scores.recognition->strs = scores.overall.f1 * scores.recognition->f1;
  }
  const auto by = [&](std::string (*group_of)(const ScoredVideo&)) {
    return by_group(truth.intervals, predictions.intervals, videos, rules, group_of);
  };
  scores.per_dataset = by([](const ScoredVideo& video) { return video.dataset; });
  scores.per_subject = by([](const ScoredVideo& video) {
    return video.dataset.empty() || video.subject.empty() ? video.subject : video.dataset + "/" + video.subject;
  });

  for (SpottingMetrics* metrics : {&scores.micro, &scores.macro, &scores.overall})
    for (auto& match : metrics->matches) {
      match.prediction = predictions.positions[static_cast<std::size_t>(match.prediction)];
      match.truth = truth.positions[static_cast<std::size_t>(match.truth)];
    }
  scores.counted_predictions = predictions.positions;
  return scores;
}

}  // namespace merkit
