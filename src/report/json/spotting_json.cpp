#include "report/provenance.h"
#include "report/spotting_figures.h"

#include <tuple>

namespace merkit {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const std::optional<double>& value) { return value ? Json(rounded(*value)) : Json(); }

Json to_json(const SpottingMetrics& metrics) {
  return {{"true_positives", metrics.true_positives},   {"false_positives", metrics.false_positives},
          {"false_negatives", metrics.false_negatives}, {"precision", rounded(metrics.precision)},
          {"recall", rounded(metrics.recall)},          {"f1", rounded(metrics.f1)}};
}

Json to_json(const ApexScores& apex) {
  return {{"expressions", apex.expressions},
          {"spotted", apex.spotted},
          {"rate", rounded(apex.rate)},
          {"matched", apex.matched},
          {"mae_frames", to_json(apex.mae_frames)},
          {"mae_ms", to_json(apex.mae_ms)}};
}

Json to_json(const AveragePrecision& precision) {
  return {{"at_50", rounded(precision.at_50)}, {"at_50_95", rounded(precision.at_50_95)}};
}

Json to_json(const SpottedRecognition& recognition) {
  return {{"classes", recognition.labels.classes()},
          {"n", recognition.n},
          {"without_class", recognition.without_class},
          {"other_emotions", recognition.other_emotions},
          {"confusion", recognition.confusion},
          {"precision", rounded(recognition.precision)},
          {"recall", rounded(recognition.recall)},
          {"f1", rounded(recognition.f1)},
          {"uf1", rounded(recognition.uf1)},
          {"uar", rounded(recognition.recall)},
          {"strs", rounded(recognition.strs)}};
}

Json rules_of(const SpottingRules& rules) {
  Json types = Json::array();
  for (const auto type : rules.types) types.push_back(to_string(type));
  return {{"name", rules.name},
          {"types", types},
          {"types_must_agree", rules.types_must_agree},
          {"matching", to_string(rules.matching)},
          {"lengths_count", !rules.prediction_lengths.empty()}};
}

Json by_group(const std::vector<std::pair<std::string, SpottingCountsByType>>& groups) {
  Json result = Json::object();
  for (const auto& [name, counts] : groups)
    result[name] = {
        {"micro", to_json(counts.micro)}, {"macro", to_json(counts.macro)}, {"overall", to_json(counts.overall)}};
  return result;
}

Json to_json(const IntervalVerdict& verdict) {
  const auto& [predicted, truth] = verdict;
  return {{"video", verdict.either().video},
          {"type", to_string(verdict.either().type)},
          {"onset", predicted ? Json(predicted->interval.onset) : Json()},
          {"offset", predicted ? Json(predicted->interval.offset) : Json()},
          {"true_onset", truth ? Json(truth->interval.onset) : Json()},
          {"true_offset", truth ? Json(truth->interval.offset) : Json()},
          {"iou", predicted && truth ? Json(iou(predicted->interval, truth->interval)) : Json()},
          {"verdict", verdict.name()}};
}

Json intervals_of(const Evaluation::Spotting& spotting) {
  Json result = Json::array();
  for (const auto& verdict : verdicts_of(spotting)) result.push_back(to_json(verdict));
  return result;
}

}  // namespace

std::vector<IntervalVerdict> verdicts_of(const Evaluation::Spotting& spotting) {
  const SpottingData& data = spotting.data;
  const SpottingScores& scores = spotting.scores;
  std::vector<IntervalVerdict> verdicts;
  std::vector<bool> found(data.truth.size(), false);
  auto match = scores.overall.matches.begin();
  for (const int p : scores.counted_predictions) {
    verdicts.push_back({&data.predictions[static_cast<std::size_t>(p)], nullptr});
    if (match == scores.overall.matches.end() || match->prediction != p) continue;
    const auto t = static_cast<std::size_t>((match++)->truth);
    found[t] = true;
    verdicts.back().truth = &data.truth[t];
  }
  for (std::size_t t = 0; t < data.truth.size(); ++t)
    if (!found[t] && scores.rules.counts(data.truth[t].type)) verdicts.push_back({nullptr, &data.truth[t]});
  return verdicts;
}

nlohmann::ordered_json spotting_json(const Evaluation::Spotting& spotting) {
  const SpottingScores& s = spotting.scores;
  Json result{
      {"rules", rules_of(s.rules)},
      {"min_iou", s.rules.min_iou},
      {"videos", s.videos},
      {"videos_without_expression", s.videos_without_expression},
      {"videos_failed", s.videos_failed},
      {"dropped", s.dropped},
      {"micro", to_json(s.micro)},
      {"macro", to_json(s.macro)},
      {"overall", to_json(s.overall)},
      {"apex", {{"micro", to_json(s.micro_apex)}, {"macro", to_json(s.macro_apex)}, {"overall", to_json(s.apex)}}},
      {"average_precision", {{"micro", to_json(s.micro_ap)}, {"macro", to_json(s.macro_ap)}, {"mean", to_json(s.map)}}},
      {"minutes", to_json(s.minutes)},
      {"false_alarms_per_minute",
       {{"micro", to_json(s.micro_false_alarms_per_minute)}, {"overall", to_json(s.false_alarms_per_minute)}}},
      {"blinks", s.blinks ? Json{{"n", s.blinks->blinks},
                                 {"taken_for_expressions", s.blinks->taken},
                                 {"false_alarms", s.blinks->false_alarms}}
                          : Json()},
      {"recognition", s.recognition ? to_json(*s.recognition) : Json()},
      {"per_dataset", by_group(s.per_dataset)},
      {"per_subject", by_group(s.per_subject)},
      {"intervals", intervals_of(spotting)}};
  if (spotting.per_seed.size() > 1)
    for (const auto& [seed, of] : spotting.per_seed)
      result["per_seed"][std::to_string(seed)] = {
          {"micro", to_json(of.micro)}, {"macro", to_json(of.macro)}, {"overall", to_json(of.overall)}};
  return result;
}

std::vector<NamedFigure> spotting_figures(const SpottingScores& s) {
  std::vector<NamedFigure> figures;
  const auto add = [&](const std::string& group, const std::string& name, std::optional<double> value) {
    if (value) figures.push_back({group, name, *value});
  };
  const auto counts = [&](const std::string& group, const SpottingMetrics& m) {
    add(group, "true_positives", m.true_positives);
    add(group, "false_positives", m.false_positives);
    add(group, "false_negatives", m.false_negatives);
    add(group, "precision", m.precision);
    add(group, "recall", m.recall);
    add(group, "f1", m.f1);
  };
  const std::tuple<const char*, const SpottingMetrics*, const ApexScores*, const AveragePrecision*> kinds[] = {
      {"micro", &s.micro, &s.micro_apex, &s.micro_ap},
      {"macro", &s.macro, &s.macro_apex, &s.macro_ap},
      {"overall", &s.overall, &s.apex, &s.map}};
  for (const auto& [group, metrics, apex, precision] : kinds) {
    counts(group, *metrics);
    add(group, "apex_rate", apex->rate);
    add(group, "apex_mae_frames", apex->mae_frames);
    add(group, "apex_mae_ms", apex->mae_ms);
    add(group, "ap_50", precision->at_50);
    add(group, "ap_50_95", precision->at_50_95);
  }
  add("micro", "false_alarms_per_minute", s.micro_false_alarms_per_minute);
  add("overall", "false_alarms_per_minute", s.false_alarms_per_minute);
  if (s.blinks) {
    add("blinks", "n", s.blinks->blinks);
    add("blinks", "taken_for_expressions", s.blinks->taken);
  }
  if (s.recognition) {
    const SpottedRecognition& r = *s.recognition;
    add("recognition", "n", r.n);
    add("recognition", "precision", r.precision);
    add("recognition", "recall", r.recall);
    add("recognition", "f1", r.f1);
    add("recognition", "uf1", r.uf1);
    add("recognition", "uar", r.recall);
    add("recognition", "strs", r.strs);
  }
  if (s.per_dataset.size() > 1)
    for (const auto& [name, of] : s.per_dataset) counts(name, of.overall);
  return figures;
}

}  // namespace merkit
