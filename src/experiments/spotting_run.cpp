#include "experiments/task_file.h"
#include "merkit/core/error.h"
#include "merkit/core/stop.h"

#include <chrono>

namespace merkit {
namespace {

/// Notes how the training of a spotter goes.
class Epochs final : public FitObserver {
 public:
  void on_epoch(int /*epoch*/, int /*epochs*/, double loss, double accuracy) override {
    noted.push_back({loss, accuracy});
    throw_if_stopped();
  }
  std::vector<RecognitionTaskResult::Epoch> noted;
};

/// Gives the detections that can be named their prediction.
void name_detections(const Recognizer& recognizer, const SampleSet& crops, std::vector<Detection>& detections) {
  if (crops.size() != detections.size()) throw std::logic_error("each detection needs a sample");
  std::vector<std::unique_ptr<EncodedSample>> encoded;
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < crops.size(); ++i) try {
      encoded.push_back(recognizer.encode(crops[i]));
      which.push_back(i);
    } catch (const ClipError&) {
      continue;  // there is nothing to see at its onset or apex: found, but without a name
    }
  if (encoded.empty()) return;
  auto predictions = recognizer.recognize(encoded);
  for (std::size_t i = 0; i < which.size(); ++i) detections[which[i]].prediction = std::move(predictions[i]);
}

Json to_json(const Detection& detection) {
  Json json{{"onset", detection.interval.onset},
            {"apex", detection.interval.apex ? Json(*detection.interval.apex) : Json()},
            {"offset", detection.interval.offset},
            {"onset_s", detection.onset_s},
            {"apex_s", detection.apex_s},
            {"offset_s", detection.offset_s},
            {"type", to_string(detection.type)},
            {"confidence", detection.confidence}};
  if (detection.prediction) {
    json["label"] = detection.prediction->label;
    json["scores"] = detection.prediction->scores;
  }
  return json;
}

/// Nothing where it does not fit `classes` or is no interval.
std::optional<Detection> detection_from(const Json& json, std::size_t classes) {
  Detection detection;
  json.at("onset").get_to(detection.interval.onset);
  if (!json.at("apex").is_null()) detection.interval.apex = json["apex"].get<int>();
  json.at("offset").get_to(detection.interval.offset);
  json.at("onset_s").get_to(detection.onset_s);
  json.at("apex_s").get_to(detection.apex_s);
  json.at("offset_s").get_to(detection.offset_s);
  json.at("confidence").get_to(detection.confidence);
  const bool macro = json.at("type").get<std::string>() == to_string(ExpressionType::macro);
  detection.type = macro ? ExpressionType::macro : ExpressionType::micro;
  if (!detection.interval.is_valid()) return std::nullopt;
  if (!json.contains("label")) return detection;
  Prediction prediction;
  json["label"].get_to(prediction.label);
  json.at("scores").get_to(prediction.scores);
  if (prediction.scores.size() != classes || prediction.label < 0 || prediction.label >= static_cast<int>(classes))
    return std::nullopt;
  detection.prediction = std::move(prediction);
  return detection;
}

}  // namespace

SpottingTaskResult run_task(const SpottingPlan& plan, const FoldTask& task, const SpottingMaterial& material,
                            const std::function<std::unique_ptr<Spotter>()>& make_spotter,
                            const std::function<std::unique_ptr<Recognizer>()>& make_recognizer,
                            const FitOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  SpottingTaskResult result;
  SpottingSampleSet training;
  SampleSet expressions;
  for (std::size_t i = 0; i < plan.videos.size(); ++i) {
    if (plan.group_of(plan.videos[i]) == task.group) {
      result.videos.push_back({i, 0, {}});
      continue;
    }
    training.push_back(material.videos.at(i));
    if (make_recognizer)
      expressions.insert(expressions.end(), material.expressions.at(i).begin(), material.expressions.at(i).end());
  }
  FitOptions of_task = options;
  of_task.seed = task.seed;
  const auto spotter = make_spotter();
  Epochs epochs;
  spotter->fit(training, of_task, epochs);
  result.epochs = epochs.noted;
  std::unique_ptr<Recognizer> recognizer;
  if (make_recognizer) {
    recognizer = make_recognizer();
    Epochs not_kept;
    recognizer->fit(expressions, of_task, not_kept);
  }
  for (auto& [video, threshold, detections] : result.videos) {
    SpottingResult found = spotter->spot(*material.videos[video].measured);
    threshold = found.signal.threshold;
    detections = std::move(found.detections);
    if (recognizer && !detections.empty()) name_detections(*recognizer, material.crops(video, detections), detections);
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

Json task_json(const SpottingPlan& /*plan*/, const SpottingTaskResult& result) {
  Json videos = Json::array(), epochs = Json::array();
  for (const auto& [video, threshold, detections] : result.videos) {
    Json found = Json::array();
    for (const auto& detection : detections) found.push_back(to_json(detection));
    videos.push_back({{"video", video}, {"threshold", threshold}, {"detections", found}});
  }
  for (const auto& epoch : result.epochs) epochs.push_back({epoch.loss, epoch.accuracy});
  return {{"videos", videos}, {"epochs", epochs}, {"seconds", result.seconds}};
}

std::optional<SpottingTaskResult> task_result(const SpottingPlan& plan, const FoldTask& task, const Json& json) {
  SpottingTaskResult result;
  for (const auto& row : json.at("videos")) {
    SpottingTaskResult::Video video;
    row.at("video").get_to(video.video);
    row.at("threshold").get_to(video.threshold);
    if (video.video >= plan.videos.size() || plan.group_of(plan.videos[video.video]) != task.group) return std::nullopt;
    for (const auto& entry : row.at("detections")) {
      auto detection = detection_from(entry, plan.classes.size());
      if (!detection) return std::nullopt;
      video.detections.push_back(std::move(*detection));
    }
    result.videos.push_back(std::move(video));
  }
  for (const auto& epoch : json.at("epochs")) result.epochs.push_back({epoch.at(0), epoch.at(1)});
  json.at("seconds").get_to(result.seconds);
  return result;
}

}  // namespace merkit
