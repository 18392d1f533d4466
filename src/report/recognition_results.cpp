#include "merkit/report/recognition_results.h"

#include "merkit/core/files.h"
#include "merkit/data/csv.h"
#include "merkit/report/evaluation_report.h"
#include "report/text/csv_number.h"

#include <fmt/format.h>

namespace merkit {
namespace {

/// "s01 | predicted: 0 2 | truth: 0 1 | UF1 0.5000 | UAR 0.5000", classes by position.
std::string fold_line(const RecognitionPlan& plan, const RecognitionPlan::Task& task,
                      const RecognitionTaskResult& result) {
  std::string predicted, truth;
  std::vector<Outcome> outcomes;
  for (std::size_t i = 0; i < result.clips.size(); ++i) {
    const PlannedClip& clip = plan.clips[result.clips[i]];
    predicted += fmt::format(" {}", result.predictions[i].label);
    truth += fmt::format(" {}", clip.label);
    outcomes.push_back({clip.id, clip.dataset, task.group, clip.label, result.predictions[i].label});
  }
  const RecognitionMetrics metrics = recognition_metrics(outcomes, LabelSet(plan.classes));
  std::string line = fmt::format("{} | predicted:{} | truth:{} | UF1 {:.4f} | UAR {:.4f}", task.group, predicted, truth,
                                 metrics.uf1, metrics.uar);
  if (!result.epochs.empty())
    line += fmt::format(" | {} epochs, loss {:.4f}, training accuracy {:.4f}", result.epochs.size(),
                        result.epochs.back().loss, result.epochs.back().accuracy);
  if (result.chosen_epoch > 0) line += fmt::format(" | scored as after epoch {}", result.chosen_epoch);
  return line + "\n";
}

}  // namespace

Evaluation::Recognition write_loso_results(const RecognitionDirectory& run) {
  const RecognitionPlan& plan = run.plan();
  const LabelSet labels(plan.classes);
  std::string log = "classes:";
  for (std::size_t c = 0; c < plan.classes.size(); ++c) log += fmt::format(" {} {}", c, plan.classes[c]);
  log += "\n";
  if (plan.is_leaky()) log += "LEAKY: each epoch was chosen on the very clips that are scored here\n";
  std::string table = "clip_id,dataset,subject,label_true,label_pred,confidence";
  for (const auto& name : plan.classes) table += "," + csv_quoted("prob_" + name);
  table += ",status,model,fold,seed,epoch_selection\n";
  std::map<std::uint64_t, std::vector<Outcome>> outcomes;
  for (const auto& task : plan.tasks()) {
    const RecognitionTaskResult result = run.read(task);
    if (task.fold == 0) log += fmt::format("seed {}\n", task.seed);
    log += fold_line(plan, task, result);
    for (std::size_t i = 0; i < result.clips.size(); ++i) {
      const PlannedClip& clip = plan.clips[result.clips[i]];
      const Prediction& prediction = result.predictions[i];
      table += csv_quoted(clip.id) + "," + csv_quoted(clip.dataset) + "," + csv_quoted(clip.subject) + "," +
               csv_quoted(labels.name(clip.label)) + "," + csv_quoted(labels.name(prediction.label)) + "," +
               csv_number(prediction.confidence());
      for (const float score : prediction.scores) table += "," + csv_number(score);
      table += fmt::format(",ok,{},{},{},{}\n", csv_quoted(plan.method), task.fold, task.seed, plan.epoch_selection);
      outcomes[task.seed].push_back(
          {clip.id, clip.dataset, clip.dataset + "/" + clip.subject, clip.label, prediction.label});
    }
  }
  Evaluation evaluation;
  evaluation.recognition = score_recognition(outcomes, labels);
  evaluation.recognition->protocol = plan.protocol;
  evaluation.recognition->epoch_selection = plan.epoch_selection;
  // Nothing of how the work was shared out goes in, so that a run in parts ends in the same bytes as one in one go.
  Provenance provenance;
  provenance.command = {"merkit", "loso", "--method", plan.method, "--protocol", plan.protocol};
  if (plan.epoch_selection != "last")
    provenance.command.insert(provenance.command.end(), {"--epoch-selection", plan.epoch_selection});
  provenance.config = Settings::parse(plan.config, "plan.json");
  provenance.seed = plan.seeds.front();
  write_file_atomically(run.path() / "log.txt", log);
  write_file_atomically(run.path() / "predictions.csv", table);
  write_file_atomically(run.path() / "evaluation.json", evaluation_json(evaluation, provenance));
  return *evaluation.recognition;
}

}  // namespace merkit
