#include "merkit/report/evaluation_report.h"
#include "report/provenance.h"
#include "report/spotting_figures.h"

namespace merkit {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const RecognitionMetrics& metrics) {
  return {{"n", metrics.n},
          {"uf1", rounded(metrics.uf1)},
          {"uar", rounded(metrics.uar)},
          {"accuracy", rounded(metrics.accuracy)},
          {"weighted_f1", rounded(metrics.weighted_f1)},
          {"fold_mean_f1", rounded(metrics.fold_mean_f1)}};
}

Json to_json(const ConfidenceInterval& interval) { return {rounded(interval.low), rounded(interval.high)}; }

Json by_name(const std::vector<std::pair<std::string, RecognitionMetrics>>& groups) {
  Json result = Json::object();
  for (const auto& [name, metrics] : groups) {
    result[name] = to_json(metrics);
    result[name]["confusion"] = metrics.confusion;
  }
  return result;
}

/// One entry a subject, the unit of leave-one-subject-out.
Json folds_of(const Evaluation::Recognition& recognition) {
  Json folds = Json::array();
  for (const auto& [subject, metrics] : recognition.per_subject) {
    Json fold{{"subject", subject}, {"confusion", metrics.confusion}};
    fold.update(to_json(metrics));
    folds.push_back(fold);
  }
  return folds;
}

Json predictions_of(const Evaluation::Recognition& recognition) {
  Json predictions = Json::array();
  for (const auto& outcome : recognition.outcomes)
    predictions.push_back({{"clip_id", outcome.id},
                           {"subject", outcome.subject},
                           {"label_true", recognition.labels.name(outcome.truth)},
                           {"label_pred", recognition.labels.name(outcome.predicted)}});
  return predictions;
}

}  // namespace

std::string evaluation_json(const Evaluation& evaluation, const Provenance& provenance) {
  Json document{{"schema", "merkit/evaluation/1"}};
  document.update(to_json(provenance));
  if (evaluation.recognition) {
    const auto& r = *evaluation.recognition;
    Json seeds = Json::array();
    for (const auto& [seed, metrics] : r.per_seed) seeds.push_back(seed);
    document["protocol"] = {{"name", r.protocol},
                            {"pooled", true},
                            {"epoch_selection", r.epoch_selection.empty() ? Json() : Json(r.epoch_selection)},
                            {"seeds", seeds},
                            {"leaky", r.is_leaky()}};
    Json per_set = Json::object();
    for (const auto& [name, metrics] : r.per_dataset) per_set[name] = metrics.n;
    document["dataset"] = {
        {"n", r.metrics.n}, {"per_set", per_set}, {"excluded", r.excluded}, {"seen_subjects", r.seen}};
    document["classes"] = r.labels.classes();
    document["confusion"] = r.metrics.confusion;
    document["metrics"] = to_json(r.metrics);
    document["metrics"]["ci95"] = {{"uf1", to_json(r.intervals.uf1)},
                                   {"uar", to_json(r.intervals.uar)},
                                   {"accuracy", to_json(r.intervals.accuracy)},
                                   {"resamples", r.intervals.resamples},
                                   {"unit", "subject"}};
    if (r.per_seed.size() > 1) {
      document["metrics"]["sd"] = {{"uf1", rounded(deviation_over_seeds(r, &RecognitionMetrics::uf1))},
                                   {"uar", rounded(deviation_over_seeds(r, &RecognitionMetrics::uar))},
                                   {"accuracy", rounded(deviation_over_seeds(r, &RecognitionMetrics::accuracy))}};
      for (const auto& [seed, metrics] : r.per_seed) document["per_seed"][std::to_string(seed)] = to_json(metrics);
    }
    Json per_class = Json::array();
    for (const auto& score : r.metrics.classes)
      per_class.push_back({{"class", score.name},
                           {"n", score.count},
                           {"predicted", score.predicted},
                           {"precision", rounded(score.precision)},
                           {"recall", rounded(score.recall)},
                           {"f1", rounded(score.f1)}});
    document["per_class"] = per_class;
    document["absent_classes"] = r.metrics.absent;
    document["per_dataset"] = by_name(r.per_dataset);
    document["baselines"] = {{"majority", to_json(r.majority)},
                             {"random_by_frequency", to_json(r.random_by_frequency)},
                             {"random_even", to_json(r.random_even)}};
    if (r.comparison) {
      const RunComparison& c = *r.comparison;
      document["comparison"] = {{"with", r.compared_with},
                                {"both_right", c.both_right},
                                {"only_first", c.only_first},
                                {"only_second", c.only_second},
                                {"both_wrong", c.both_wrong},
                                {"unmatched", c.unmatched},
                                {"uf1_difference", rounded(c.uf1_difference)},
                                {"uar_difference", rounded(c.uar_difference)},
                                {"mcnemar_p", rounded(c.mcnemar_p)},
                                {"permutation_p", rounded(c.permutation_p)},
                                {"exchanges", c.exchanges}};
    }
    document["folds"] = folds_of(r);
    document["predictions"] = predictions_of(r);
  }
  if (evaluation.spotting) {
    const auto& s = *evaluation.spotting;
    if (!s.per_seed.empty()) {
      Json seeds = Json::array();
      for (const auto& [seed, scores] : s.per_seed) seeds.push_back(seed);
      document["protocol"] = {
          {"name", s.protocol}, {"pooled", true}, {"epoch_selection", "last"}, {"seeds", seeds}, {"leaky", false}};
    }
    document["spotting"] = spotting_json(s);
  }
  return document.dump(2) + "\n";
}

}  // namespace merkit
