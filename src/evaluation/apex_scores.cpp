#include "evaluation/spotting_parts.h"

#include <algorithm>
#include <cmath>

namespace merkit {

namespace {

void set_rate(ApexScores& scores) {
  if (scores.expressions > 0) scores.rate = static_cast<double>(scores.spotted) / scores.expressions;
}

}  // namespace

ApexScores apex_scores(const std::vector<VideoInterval>& truth, const std::vector<VideoInterval>& predictions,
                       const std::vector<IntervalMatch>& matches, ExpressionType type, bool types_must_agree,
                       const std::map<std::string, double>& fps) {
  std::map<std::string, std::vector<int>> predicted;  // apexes by video
  for (const auto& prediction : predictions)
    if (!types_must_agree || prediction.type == type)
      predicted[prediction.video].push_back(prediction.interval.apex_or_middle());
  ApexScores scores;
  for (const auto& expression : truth) {
    if (expression.type != type) continue;
    ++scores.expressions;
    const auto& apexes = predicted[expression.video];
    scores.spotted += std::any_of(apexes.begin(), apexes.end(), [&](int apex) {
      return expression.interval.onset < apex && apex < expression.interval.offset;
    });
  }
  set_rate(scores);

  scores.matched = static_cast<int>(matches.size());
  if (matches.empty()) return scores;
  double frames = 0, ms = 0;
  bool rates_known = true;
  for (const auto& match : matches) {
    const VideoInterval& prediction = predictions[static_cast<std::size_t>(match.prediction)];
    const VideoInterval& expression = truth[static_cast<std::size_t>(match.truth)];
    const double error = std::abs(prediction.interval.apex_or_middle() - expression.interval.apex_or_middle());
    const auto rate = fps.find(expression.video);
    frames += error;
    if (rate != fps.end() && rate->second > 0)
      ms += 1000 * error / rate->second;
    else
      rates_known = false;
  }
  scores.mae_frames = frames / scores.matched;
  if (rates_known) scores.mae_ms = ms / scores.matched;
  return scores;
}

ApexScores pooled(const ApexScores& a, const ApexScores& b) {
  ApexScores both;
  both.expressions = a.expressions + b.expressions;
  both.spotted = a.spotted + b.spotted;
  set_rate(both);
  both.matched = a.matched + b.matched;
  // A type without matches has no errors to add; one whose milliseconds are not known leaves the sum unknown.
  const auto mean = [&](std::optional<double> ApexScores::*error) -> std::optional<double> {
    double sum = 0;
    for (const ApexScores* part : {&a, &b}) {
      if (part->matched == 0) continue;
      if (!(part->*error)) return std::nullopt;
      sum += part->matched * *(part->*error);
    }
    return both.matched > 0 ? std::optional(sum / both.matched) : std::nullopt;
  };
  both.mae_frames = mean(&ApexScores::mae_frames);
  both.mae_ms = mean(&ApexScores::mae_ms);
  return both;
}

BlinkScores blink_scores(const std::vector<VideoInterval>& blinks, const std::vector<VideoInterval>& false_alarms) {
  BlinkScores scores;
  scores.blinks = static_cast<int>(blinks.size());
  const auto lies_in = [](const VideoInterval& alarm, const VideoInterval& blink) {
    const int apex = alarm.interval.apex_or_middle();
    return alarm.video == blink.video && blink.interval.onset <= apex && apex <= blink.interval.offset;
  };
  for (const auto& blink : blinks)
    scores.taken += std::any_of(false_alarms.begin(), false_alarms.end(),
                                [&](const VideoInterval& alarm) { return lies_in(alarm, blink); });
  for (const auto& alarm : false_alarms)
    scores.false_alarms +=
        std::any_of(blinks.begin(), blinks.end(), [&](const VideoInterval& blink) { return lies_in(alarm, blink); });
  return scores;
}

}  // namespace merkit
