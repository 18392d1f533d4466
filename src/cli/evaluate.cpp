#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/provenance.h"
#include "merkit/data/csv.h"
#include "merkit/evaluation/evaluation.h"
#include "merkit/evaluation/interval_tables.h"
#include "merkit/evaluation/predictions.h"
#include "merkit/report/evaluation_report.h"
#include "merkit/report/spotting_results.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <spdlog/spdlog.h>

namespace merkit::cli {
namespace {

struct EvaluateRequest {
  CommonOptions common;
  OutputOptions output;
  std::vector<std::filesystem::path> predictions, compare;
  std::filesystem::path truth;
  std::string labels;
  std::string rules = "merkit", matching, dataset;
  std::filesystem::path videos;
  std::optional<double> min_iou;
};

/// Truth by clip id: from --truth's emotion column through the label set, else from the predictions themselves.
std::map<std::string, std::string> truth_by_clip(const EvaluateRequest& request, const LabelSet& labels) {
  std::map<std::string, std::string> result;
  if (request.truth.empty()) return result;
  const Manifest manifest = Manifest::read(request.truth);
  for (const auto& clip : manifest.clips)
    if (const auto label = labels.find(clip.emotion)) result[clip.clip_id] = labels.name(*label);
  return result;
}

/// Seeds are runs over the same clips. Where they are not (every fold with a seed of its own), all is one run.
std::map<std::uint64_t, std::vector<Outcome>> comparable(std::map<std::uint64_t, std::vector<Outcome>> outcomes) {
  const auto ids = [](const std::vector<Outcome>& of_seed) {
    std::set<std::string> result;
    for (const auto& outcome : of_seed) result.insert(outcome.subject + "/" + outcome.id);
    return result;
  };
  const auto first = ids(outcomes.begin()->second);
  if (std::all_of(outcomes.begin(), outcomes.end(), [&](const auto& entry) { return ids(entry.second) == first; }))
    return outcomes;
  std::vector<Outcome> all;
  for (const auto& [seed, of_seed] : outcomes) all.insert(all.end(), of_seed.begin(), of_seed.end());
  return {{outcomes.begin()->first, all}};
}

Evaluation::Recognition scored(const EvaluateRequest& request, const std::vector<std::filesystem::path>& files) {
  std::vector<StoredPrediction> predictions;
  std::vector<std::string> classes;
  for (const auto& given : files) {
    // A directory is a run of merkit loso.
    const auto file = std::filesystem::is_directory(given) ? given / "predictions.csv" : given;
    std::vector<std::string> of_file;
    for (auto& prediction : read_predictions(file, of_file)) predictions.push_back(std::move(prediction));
    if (!classes.empty() && !of_file.empty() && classes != of_file)
      throw InputError(file.string() + " has other classes than the files before it");
    if (classes.empty()) classes = of_file;
  }
  LabelSet vocabulary;
  if (!request.labels.empty()) vocabulary = find_labels(request.labels);
  if (classes.empty()) classes = vocabulary.classes();
  if (classes.empty()) {  // a bare table: the classes are those it mentions, in alphabetic order
    std::set<std::string> mentioned;
    for (const auto& p : predictions)
      for (const auto& label : {p.label_true, p.label_pred})
        if (!label.empty()) mentioned.insert(label);
    classes.assign(mentioned.begin(), mentioned.end());
  }
  const LabelSet labels =
      LabelSet(classes, vocabulary.classes() == classes ? vocabulary.mapping() : std::map<std::string, std::string>{});
  const auto truth = truth_by_clip(request, labels);

  std::map<std::uint64_t, std::vector<Outcome>> outcomes;
  int excluded = 0, seen = 0;
  std::set<std::string> ids, selections;
  for (const auto& p : predictions) {
    const std::string key = p.dataset + "/" + p.subject + "/" + p.clip_id;
    if (!ids.insert(key + " seed " + std::to_string(p.seed)).second)
      throw InputError("clip " + key + " is predicted twice", "give each fold's file once");
    const auto known = truth.find(p.clip_id);
    const auto actual = labels.find(known != truth.end() ? known->second : p.label_true);
    const auto said = labels.find(p.label_pred);
    if (p.status != "ok" || !actual || !said) {
      ++excluded;
      continue;
    }
    seen += p.seen_subject;
    selections.insert(p.epoch_selection);
    outcomes[p.seed].push_back({p.clip_id, p.dataset, p.dataset + "/" + p.subject, *actual, *said});
  }
  if (outcomes.empty())
    throw InputError("no prediction has both a label and a truth", "give the true labels with --truth MANIFEST");
  if (excluded) spdlog::warn("{} rows without prediction or truth are left out", excluded);
  if (seen)
    spdlog::warn("{} rows are of people the model was trained on: these figures say nothing about new people", seen);
  Evaluation::Recognition result = score_recognition(comparable(outcomes), labels);
  result.excluded = excluded;
  result.seen = seen;
  // The worst of them speaks for all.
  result.epoch_selection = *selections.rbegin();
  if (result.is_leaky() && !seen)
    spdlog::warn("the epochs were chosen on the very clips that are scored: these figures are too good");
  for (const auto& name : result.metrics.absent) spdlog::warn("class {} does not occur in the truth", name);
  return result;
}

/// Outcomes whose ids name their seed by its position, so that two runs with other seeds can be matched.
std::vector<Outcome> numbered(const Evaluation::Recognition& recognition) {
  std::vector<Outcome> outcomes = recognition.outcomes;
  std::size_t at = 0;
  for (std::size_t seed = 0; seed < recognition.per_seed.size(); ++seed)
    for (int i = 0; i < recognition.per_seed[seed].second.n; ++i)
      outcomes[at++].id += " (seed " + std::to_string(seed + 1) + ")";
  return outcomes;
}

Evaluation::Recognition recognition(const EvaluateRequest& request) {
  Evaluation::Recognition result = scored(request, request.predictions);
  if (request.compare.empty()) return result;
  const Evaluation::Recognition other = scored(request, request.compare);
  if (!(other.labels == result.labels)) throw InputError("the two runs have other classes, so they cannot be compared");
  result.comparison = compare_runs(numbered(result), numbered(other), result.labels);
  for (const auto& file : request.compare)
    result.compared_with += (result.compared_with.empty() ? "" : " ") + file.string();
  return result;
}

SpottingRules rules_of(const EvaluateRequest& request) {
  SpottingRules rules = SpottingRules::find(request.rules);
  if (request.min_iou) rules.min_iou = *request.min_iou;
  if (!request.matching.empty()) rules.matching = interval_matching_from_string(request.matching);
  return rules;
}

/// The scores of a run over long videos, which knows its truth itself.
Evaluation::Spotting spotting_run(const EvaluateRequest& request) {
  if (request.predictions.size() > 1 || !request.truth.empty())
    throw ConfigError(request.predictions.front().string() + " is a run over long videos, which holds their truth",
                      "score it alone and without --truth");
  return score_spotting_run(SpottingDirectory(request.predictions.front()), rules_of(request));
}

Evaluation::Spotting spotting(const EvaluateRequest& request) {
  std::vector<IntervalTable> predictions;
  for (const auto& file : request.predictions) predictions.push_back(read_interval_table(file));
  const bool with_truth = predictions.front().holds_truth;
  if (with_truth && (predictions.size() > 1 || !request.truth.empty()))
    throw ConfigError(predictions.front().origin + " holds true and predicted intervals",
                      "score it alone and without --truth");
  if (!with_truth && request.truth.empty())
    throw ConfigError("intervals are scored against true ones",
                      "give them with --truth TABLE (video,onset,offset,type)");
  const IntervalTable truth = with_truth ? predictions.front() : read_interval_table(request.truth);
  const auto videos = request.videos.empty() ? std::vector<ScoredVideo>{} : read_videos(request.videos);
  const LabelSet labels = request.labels.empty() ? LabelSet{} : find_labels(request.labels);
  Evaluation::Spotting result;
  result.data = spotting_data(predictions, truth, videos, request.dataset);
  result.scores = score_spotting(result.data, rules_of(request), labels);
  if (result.scores.videos_failed)
    spdlog::warn("{} videos could not be read; their expressions count as missed", result.scores.videos_failed);
  return result;
}

int evaluate(const EvaluateRequest& request) {
  start_logging(request.common);
  EffectiveSettings settings(request.common);
  Evaluation evaluation;
  if (holds_spotting_run(request.predictions.front()))
    evaluation.spotting = spotting_run(request);
  else if (!std::filesystem::is_directory(request.predictions.front()) && holds_intervals(request.predictions.front()))
    evaluation.spotting = spotting(request);
  else
    evaluation.recognition = recognition(request);
  Output output(request.output.file);
  const std::string& format = request.output.format;
  output.stream() << (format == "csv"        ? evaluation_csv(evaluation)
                      : format == "markdown" ? evaluation_markdown(evaluation)
                      : format == "latex"    ? evaluation_latex(evaluation)
                      : format == "html"     ? evaluation_html(evaluation, request.common.command)
                                             : evaluation_json(evaluation, provenance_of(request.common, settings)));
  output.commit();
  return kAllDone;
}

}  // namespace

void add_evaluate(Commands& commands) {
  auto request = std::make_shared<EvaluateRequest>();
  CLI::App& command = commands.add("evaluate", "Score existing predictions or intervals");
  command
      .add_option("predictions", request->predictions,
                  "What recognize, run or spot wrote, a CSV table, or the directory of a loso run; several are pooled")
      ->required()
      ->type_name("PREDICTIONS");
  command
      .add_option("--truth", request->truth,
                  "True labels (a manifest) or true intervals (video,onset,apex,offset,type,emotion)")
      ->type_name("FILE");
  command
      .add_option("--compare", request->compare,
                  "Another run over the same clips: is one better? (McNemar's test, and exchanges of whole people)")
      ->type_name("PREDICTIONS");
  command.add_option("--labels", request->labels, "Label set that maps the truth's emotions to classes")
      ->type_name("NAME|FILE");
  command.add_option("--rules", request->rules, "What counts as rightly spotted: a challenge's rules, or a file")
      ->type_name("NAME|FILE")
      ->capture_default_str();
  command.add_option("--min-iou", request->min_iou, "Overlap that makes an interval right, in place of the rules'")
      ->check(CLI::Range(0.0, 1.0));
  command
      .add_option("--matching", request->matching,
                  "greedy (by score) or maximum (most true intervals matched), in place of the rules'")
      ->check(CLI::IsMember(interval_matching_names()));
  command
      .add_option("--videos", request->videos,
                  "What is known of the videos (video,fps,frames or duration_s,dataset,subject), those without any "
                  "interval included")
      ->type_name("FILE");
  command.add_option("--dataset", request->dataset, "Data set of the videos of which none is named")->type_name("NAME");
  command.add_option("--format", request->output.format, "json, csv, markdown, latex or html")
      ->check(CLI::IsMember({"json", "csv", "markdown", "latex", "html"}));
  command.add_option("-o,--output", request->output.file, "Write the result here instead of stdout")->type_name("FILE");
  add_common_options(command, request->common);
  command.footer(
      "Example: merkit evaluate predictions.csv\n         merkit evaluate run --compare other_run --format markdown\n  "
      "       merkit evaluate spotted.csv --truth truth.csv\n         merkit evaluate pred.csv --truth truth.csv "
      "--rules megc2025");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return evaluate(*request); });
}

}  // namespace merkit::cli
