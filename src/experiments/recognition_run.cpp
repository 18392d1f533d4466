#include "experiments/epoch_choice.h"
#include "experiments/task_file.h"

#include <chrono>

namespace merkit {

RecognitionTaskResult run_task(const RecognitionPlan& plan, const RecognitionPlan::Task& task, const SampleSet& samples,
                               const std::function<std::unique_ptr<Recognizer>()>& make, const FitOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  RecognitionTaskResult result;
  SampleSet training, held_out;
  for (std::size_t i = 0; i < plan.clips.size(); ++i) {
    const bool is_held_out = plan.group_of(plan.clips[i]) == task.group;
    if (is_held_out) result.clips.push_back(i);
    (is_held_out ? held_out : training).push_back(samples.at(i));
  }
  InnerSplit inner;
  if (plan.epoch_selection == "inner") inner = inner_split(training, task);
  const SampleSet& watched = plan.is_leaky() ? held_out : inner.watched;
  EpochChoice choice(watched, held_out,
                     plan.is_leaky() ? EpochChoice::Criterion::accuracy : EpochChoice::Criterion::cross_entropy);
  const auto recognizer = make();
  FitOptions of_task = options;
  of_task.seed = task.seed;
  of_task.not_for_pretraining = plan.not_for_pretraining(task);
  recognizer->fit(inner.training.empty() ? training : inner.training, of_task, choice);
  result.epochs = choice.epochs();
  result.chosen_epoch = choice.epoch();
  result.predictions =
      choice.epoch() > 0 ? choice.predictions() : recognizer->recognize(encoded(*recognizer, held_out));
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

Json task_json(const RecognitionPlan& /*plan*/, const RecognitionTaskResult& result) {
  Json predictions = Json::array(), epochs = Json::array();
  for (std::size_t i = 0; i < result.clips.size(); ++i) {
    const Prediction& prediction = result.predictions.at(i);
    predictions.push_back({{"clip", result.clips[i]}, {"label", prediction.label}, {"scores", prediction.scores}});
  }
  for (const auto& epoch : result.epochs) epochs.push_back({epoch.loss, epoch.accuracy});
  Json json{{"predictions", predictions}, {"epochs", epochs}};
  if (result.chosen_epoch > 0) json["chosen_epoch"] = result.chosen_epoch;
  json["seconds"] = result.seconds;
  return json;
}

std::optional<RecognitionTaskResult> task_result(const RecognitionPlan& plan, const FoldTask& task, const Json& json) {
  RecognitionTaskResult result;
  for (const auto& row : json.at("predictions")) {
    const std::size_t clip = row.at("clip");
    Prediction prediction;
    row.at("label").get_to(prediction.label);
    row.at("scores").get_to(prediction.scores);
    const bool fits = clip < plan.clips.size() && plan.group_of(plan.clips[clip]) == task.group &&
                      prediction.scores.size() == plan.classes.size() && prediction.label >= 0 &&
                      prediction.label < static_cast<int>(plan.classes.size());
    if (!fits) return std::nullopt;
    result.clips.push_back(clip);
    result.predictions.push_back(std::move(prediction));
  }
  for (const auto& epoch : json.at("epochs")) result.epochs.push_back({epoch.at(0), epoch.at(1)});
  result.chosen_epoch = json.value("chosen_epoch", 0);
  json.at("seconds").get_to(result.seconds);
  return result;
}

std::string difference(const RecognitionPlan& a, const RecognitionPlan& b) {
  Differences differences;
  differences.compare("method", a.method != b.method);
  differences.compare("settings", Json::parse(a.config) != Json::parse(b.config));
  differences.compare("protocol", a.protocol != b.protocol || a.classes != b.classes || a.held_out != b.held_out);
  differences.compare("choice of the epoch", a.epoch_selection != b.epoch_selection);
  differences.compare("sharing of the stage without labels", a.pretraining_groups != b.pretraining_groups);
  differences.compare("model that brings the stage without labels", a.pretrained != b.pretrained);
  differences.compare("seeds", a.seeds != b.seeds);
  differences.compare("data", a.data != b.data);
  differences.compare("version of merkit", a.software != b.software);
  return differences.text.empty() ? "clips" : differences.text;
}

}  // namespace merkit
