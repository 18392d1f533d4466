#include "merkit/report/spotting_results.h"

#include "merkit/core/files.h"
#include "merkit/data/csv.h"
#include "merkit/report/evaluation_report.h"
#include "report/text/csv_number.h"

#include <algorithm>

#include <fmt/format.h>

namespace merkit {
namespace {

/// What one seed found, by video of the plan.
using Found = std::vector<std::vector<Detection>>;

constexpr const char* kBlink = "blink";

/// "synthetic/s01/s01_long": ids are unique within a data set at most where runs take in several.
std::string name_of(const PlannedVideo& video) { return video.dataset + "/" + video.subject + "/" + video.id; }

VideoInterval video_interval(const std::string& video, const Interval& interval, ExpressionType type) {
  VideoInterval result;
  result.video = video;
  result.interval = interval;
  result.type = type;
  return result;
}

/// Adds truth and findings of a seed. `mark` keeps the videos of several seeds apart.
void add_to(SpottingData& data, const SpottingPlan& plan, const Found& found, const std::string& mark) {
  for (std::size_t i = 0; i < plan.videos.size(); ++i) {
    const PlannedVideo& video = plan.videos[i];
    const std::string name = name_of(video) + mark;
    ScoredVideo scored;
    scored.video = name;
    scored.dataset = video.dataset;
    scored.subject = video.subject;
    scored.fps = video.fps;
    scored.duration_s = video.duration_s;
    data.videos.push_back(scored);
    for (const auto& event : video.events) {
      VideoInterval interval = video_interval(name, event.interval, event.type.value_or(ExpressionType::micro));
      if (plan.names && event.label) interval.emotion = plan.classes[*event.label];
      if (event.type)
        data.truth.push_back(interval);
      else if (event.kind == kBlink)
        data.blinks.push_back(interval);
    }
    for (const auto& detection : found[i]) {
      VideoInterval interval = video_interval(name, detection.interval, detection.type);
      interval.score = detection.confidence;
      if (detection.prediction) interval.emotion = plan.classes[detection.prediction->label];
      data.predictions.push_back(interval);
    }
  }
}

SpottingScores scored(const SpottingPlan& plan, const SpottingData& data, const SpottingRules& rules = {}) {
  if (!plan.names) return score_spotting(data, rules);
  const LabelSet labels(plan.classes);
  SpottingScores scores = score_spotting(data, rules, labels);
  // The recognizer has learned from micro-expressions, and STRS is defined on them.
  SpottingRules micro_only = rules;
  micro_only.types = {ExpressionType::micro};
  scores.recognition = score_spotting(data, micro_only, labels).recognition;
  return scores;
}

/// By seed, in the order of the plan.
std::vector<std::pair<std::uint64_t, Found>> all_found(const SpottingDirectory& run) {
  std::vector<std::pair<std::uint64_t, Found>> result;
  for (const std::uint64_t seed : run.plan().seeds) result.emplace_back(seed, Found(run.plan().videos.size()));
  for (const auto& task : run.plan().tasks()) {
    auto& found =
        std::find_if(result.begin(), result.end(), [&](const auto& of) { return of.first == task.seed; })->second;
    for (auto& video : run.read(task).videos) found[video.video] = std::move(video.detections);
  }
  return result;
}

int trace(const ConfusionMatrix& confusion) {
  int sum = 0;
  for (std::size_t c = 0; c < confusion.size(); ++c) sum += confusion[c][c];
  return sum;
}

std::string counts_text(const SpottingMetrics& metrics) {
  return fmt::format("{} true, {} found, {} right", metrics.true_positives + metrics.false_negatives,
                     metrics.true_positives + metrics.false_positives, metrics.true_positives);
}

/// "synthetic/s01 | micro: 5 true, 6 found, 4 right | macro: 2 true, 1 found, 1 right | F1 0.7143".
std::string fold_line(const SpottingPlan& plan, const FoldTask& task, const SpottingTaskResult& result) {
  SpottingPlan held_out = plan;
  held_out.videos.clear();
  Found found;
  for (const auto& video : result.videos) {
    held_out.videos.push_back(plan.videos[video.video]);
    found.push_back(video.detections);
  }
  SpottingData data;
  add_to(data, held_out, found, "");
  const SpottingScores scores = scored(held_out, data);
  std::string line = fmt::format("{} | micro: {} | macro: {} | F1 {:.4f}", task.group, counts_text(scores.micro),
                                 counts_text(scores.macro), scores.overall.f1);
  if (scores.recognition)
    line += fmt::format(" | named: {} of {} rightly", trace(scores.recognition->confusion), scores.recognition->n);
  if (!result.epochs.empty())
    line += fmt::format(" | {} steps of training, loss {:.4f}", result.epochs.size(), result.epochs.back().loss);
  return line + "\n";
}

std::string number_or_empty(std::optional<int> value) { return value ? std::to_string(*value) : std::string(); }

void add_rows(std::string& table, const SpottingPlan& plan, const FoldTask& task, const SpottingTaskResult& result) {
  const LabelSet labels(plan.classes);
  for (const auto& [at, threshold, detections] : result.videos) {
    const PlannedVideo& video = plan.videos[at];
    const std::string who = csv_quoted(video.id) + "," + csv_quoted(video.dataset) + "," + csv_quoted(video.subject);
    const std::string run = fmt::format(",ok,{},{},{}\n", csv_quoted(plan.spotter), task.fold, task.seed);
    const std::size_t named = plan.names ? 2 + plan.classes.size() : 0;
    if (detections.empty()) table += who + std::string(8 + named, ',') + run;
    for (const auto& d : detections) {
      table += who + fmt::format(",{},{},{},{},{},{},{},{}", d.interval.onset, number_or_empty(d.interval.apex),
                                 d.interval.offset, csv_number(d.onset_s), csv_number(d.apex_s), csv_number(d.offset_s),
                                 to_string(d.type), csv_number(d.confidence));
      if (plan.names && d.prediction) {
        table += "," + csv_quoted(labels.name(d.prediction->label)) + "," + csv_number(d.prediction->confidence());
        for (const float score : d.prediction->scores) table += "," + csv_number(score);
      } else {
        table += std::string(named, ',');
      }
      table += run;
    }
  }
}

}  // namespace

Evaluation::Spotting score_spotting_run(const SpottingDirectory& run, const SpottingRules& rules) {
  const SpottingPlan& plan = run.plan();
  const auto by_seed = all_found(run);
  Evaluation::Spotting result;
  result.protocol = plan.protocol;
  for (const auto& [seed, found] : by_seed) {
    SpottingData data;
    add_to(data, plan, found, "");
    result.per_seed.emplace_back(seed, scored(plan, data, rules));
    add_to(result.data, plan, found, by_seed.size() > 1 ? fmt::format(" (seed {})", seed) : "");
  }
  result.scores = scored(plan, result.data, rules);
  return result;
}

Evaluation::Spotting write_spotting_results(const SpottingDirectory& run) {
  const SpottingPlan& plan = run.plan();
  std::string table = "clip_id,dataset,subject,onset,apex,offset,onset_s,apex_s,offset_s,type,spot_confidence", log;
  if (plan.names) {
    table += ",label_pred,confidence";
    for (const auto& name : plan.classes) table += "," + csv_quoted("prob_" + name);
  }
  table += ",status,spotter,fold,seed\n";
  for (const auto& task : plan.tasks()) {
    const SpottingTaskResult result = run.read(task);
    if (task.fold == 0) log += fmt::format("seed {}\n", task.seed);
    log += fold_line(plan, task, result);
    add_rows(table, plan, task, result);
  }
  Evaluation evaluation;
  evaluation.spotting = score_spotting_run(run);
  // Nothing of how the work was shared out goes in, so that a run in parts ends in the same bytes as one in one go.
  Provenance provenance;
  provenance.command = {"merkit", "loso", "--method", plan.spotter, "--protocol", plan.protocol};
  if (!plan.recognizer.empty()) provenance.command.insert(provenance.command.end(), {"--recognizer", plan.recognizer});
  Settings methods;
  methods.set_child(plan.spotter, Settings::parse(plan.spotter_config, "plan.json"));
  if (!plan.recognizer.empty())
    methods.set_child(plan.recognizer, Settings::parse(plan.recognizer_config, "plan.json"));
  provenance.config.set_child("methods", methods);
  provenance.seed = plan.seeds.front();
  write_file_atomically(run.path() / "log.txt", log);
  write_file_atomically(run.path() / "predictions.csv", table);
  write_file_atomically(run.path() / "evaluation.json", evaluation_json(evaluation, provenance));
  return *evaluation.spotting;
}

}  // namespace merkit
