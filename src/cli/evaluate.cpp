#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/provenance.h"
#include "merkit/data/csv.h"

#include <algorithm>
#include <map>
#include <set>

#include <spdlog/spdlog.h>

namespace merkit::cli {
namespace {

struct EvaluateRequest {
  CommonOptions common;
  OutputOptions output;
  std::vector<std::filesystem::path> predictions;
  std::filesystem::path truth;
  std::string labels;
  double min_iou = 0.5;
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

std::vector<std::pair<std::string, RecognitionMetrics>> grouped(const std::vector<Outcome>& outcomes,
                                                                const LabelSet& labels, std::string Outcome::*key) {
  std::map<std::string, std::vector<Outcome>> groups;
  for (const auto& outcome : outcomes) groups[outcome.*key].push_back(outcome);
  std::vector<std::pair<std::string, RecognitionMetrics>> result;
  for (const auto& [name, members] : groups) result.emplace_back(name, recognition_metrics(members, labels));
  return result;
}

Evaluation::Recognition recognition(const EvaluateRequest& request) {
  std::vector<StoredPrediction> predictions;
  std::vector<std::string> classes;
  for (const auto& file : request.predictions) {
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
  Evaluation::Recognition result;
  result.labels =
      LabelSet(classes, vocabulary.classes() == classes ? vocabulary.mapping() : std::map<std::string, std::string>{});
  const auto truth = truth_by_clip(request, result.labels);

  std::vector<Outcome> outcomes;
  std::set<std::string> ids;
  for (const auto& p : predictions) {
    const std::string key = p.dataset + "/" + p.subject + "/" + p.clip_id;
    if (!ids.insert(key).second) throw InputError("clip " + key + " is predicted twice", "give each fold's file once");
    const auto known = truth.find(p.clip_id);
    const auto actual = result.labels.find(known != truth.end() ? known->second : p.label_true);
    const auto said = result.labels.find(p.label_pred);
    if (p.status != "ok" || !actual || !said) {
      ++result.excluded;
      continue;
    }
    result.seen += p.seen_subject;
    outcomes.push_back({p.clip_id, p.dataset, p.dataset + "/" + p.subject, *actual, *said});
  }
  if (outcomes.empty())
    throw InputError("no prediction has both a label and a truth", "give the true labels with --truth MANIFEST");
  if (result.excluded) spdlog::warn("{} rows without prediction or truth are left out", result.excluded);
  if (result.seen)
    spdlog::warn("{} rows are of people the model was trained on: these figures say nothing about new people",
                 result.seen);
  result.metrics = recognition_metrics(outcomes, result.labels);
  result.intervals = bootstrap_over_subjects(outcomes, result.labels);
  result.majority = majority_baseline(outcomes, result.labels);
  result.per_dataset = grouped(outcomes, result.labels, &Outcome::dataset);
  result.per_subject = grouped(outcomes, result.labels, &Outcome::subject);
  for (const auto& name : result.metrics.absent) spdlog::warn("class {} does not occur in the truth", name);
  result.outcomes = std::move(outcomes);
  return result;
}

Evaluation::Spotting spotting(const EvaluateRequest& request) {
  if (request.truth.empty())
    throw ConfigError("intervals are scored against true ones",
                      "give them with --truth TABLE (video,onset,offset,type)");
  std::vector<VideoInterval> predictions;
  for (const auto& file : request.predictions)
    for (auto& interval : read_intervals(file)) predictions.push_back(std::move(interval));
  const auto truth = read_intervals(request.truth);
  std::set<std::string> videos;
  for (const auto& interval : truth) videos.insert(interval.video);
  for (const auto& interval : predictions) videos.insert(interval.video);
  Evaluation::Spotting result;
  result.min_iou = request.min_iou;
  result.videos = static_cast<int>(videos.size());
  result.micro = spotting_metrics(truth, predictions, ExpressionType::micro, request.min_iou);
  result.macro = spotting_metrics(truth, predictions, ExpressionType::macro, request.min_iou);
  result.overall = pooled(result.micro, result.macro);
  return result;
}

int evaluate(const EvaluateRequest& request) {
  start_logging(request.common);
  EffectiveSettings settings(request.common);
  Evaluation evaluation;
  if (holds_intervals(request.predictions.front()))
    evaluation.spotting = spotting(request);
  else
    evaluation.recognition = recognition(request);
  Output output(request.output.file);
  output.stream() << (request.output.format == "csv"
                          ? evaluation_csv(evaluation)
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
                  "What recognize, run or spot wrote, or a CSV table; several are pooled")
      ->required()
      ->type_name("PREDICTIONS");
  command.add_option("--truth", request->truth, "True labels (a manifest) or true intervals (video,onset,offset,type)")
      ->type_name("FILE");
  command.add_option("--labels", request->labels, "Label set that maps the truth's emotions to classes")
      ->type_name("NAME|FILE");
  command.add_option("--min-iou", request->min_iou, "Overlap that makes an interval right")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command.add_option("--format", request->output.format, "json or csv")->check(CLI::IsMember({"json", "csv"}));
  command.add_option("-o,--output", request->output.file, "Write the result here instead of stdout")->type_name("FILE");
  add_common_options(command, request->common);
  command.footer("Example: merkit evaluate predictions.csv\n         merkit evaluate spotted.csv --truth truth.csv");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return evaluate(*request); });
}

}  // namespace merkit::cli
