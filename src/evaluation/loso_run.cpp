#include "evaluation/epoch_choice.h"
#include "merkit/core/content_hash.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/evaluation/loso.h"

#include <chrono>

#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace merkit {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "merkit/loso-task/1";

/// What two plans disagree in, for people.
std::string difference(const LosoPlan& a, const LosoPlan& b) {
  std::string text;
  const auto compare = [&](const char* what, bool differs) {
    if (differs) text += (text.empty() ? "" : ", ") + std::string(what);
  };
  compare("method", a.method != b.method);
  compare("settings", Json::parse(a.config) != Json::parse(b.config));
  compare("protocol", a.protocol != b.protocol || a.classes != b.classes || a.held_out != b.held_out);
  compare("choice of the epoch", a.epoch_selection != b.epoch_selection);
  compare("sharing of the stage without labels", a.pretraining_groups != b.pretraining_groups);
  compare("model that brings the stage without labels", a.pretrained != b.pretrained);
  compare("seeds", a.seeds != b.seeds);
  compare("data", a.data != b.data);
  compare("version of merkit", a.software != b.software);
  return text.empty() ? "clips" : text;
}

}  // namespace

LosoResult run_task(const LosoPlan& plan, const LosoPlan::Task& task, const SampleSet& samples,
                    const std::function<std::unique_ptr<Recognizer>()>& make, const FitOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  LosoResult result;
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

LosoDirectory::LosoDirectory(fs::path directory, const LosoPlan& plan)
    : directory_(std::move(directory)), plan_(plan), fingerprint_(plan.fingerprint()) {
  plan_.check();
  create_directories_or_throw(directory_ / "tasks");
  const fs::path file = directory_ / "plan.json";
  if (!fs::exists(file)) {
    write_file_atomically(file, plan_.to_json());
    return;
  }
  const LosoPlan there = LosoPlan::from_json(read_file(file), file.string());
  if (there.fingerprint() != fingerprint_)
    throw InputError(directory_.string() + " holds another run: it differs in " + difference(there, plan_),
                     "choose another directory, or remove this one to begin anew");
}

LosoDirectory::LosoDirectory(fs::path directory) : directory_(std::move(directory)) {
  const fs::path file = directory_ / "plan.json";
  if (!fs::exists(file))
    throw InputError(directory_.string() + " holds no run: there is no plan.json", "merkit loso -o DIR makes one");
  plan_ = LosoPlan::from_json(read_file(file), file.string());
  fingerprint_ = plan_.fingerprint();
}

fs::path LosoDirectory::file_of(const LosoPlan::Task& task) const {
  return directory_ / "tasks" / (task.name() + ".json");
}

void LosoDirectory::write(const LosoPlan::Task& task, const LosoResult& result) const {
  Json json{
      {"schema", kSchema}, {"plan", fingerprint_}, {"fold", task.fold}, {"seed", task.seed}, {"held_out", task.group}};
  Json predictions = Json::array(), epochs = Json::array();
  for (std::size_t i = 0; i < result.clips.size(); ++i) {
    const Prediction& prediction = result.predictions.at(i);
    predictions.push_back({{"clip", result.clips[i]}, {"label", prediction.label}, {"scores", prediction.scores}});
  }
  for (const auto& epoch : result.epochs) epochs.push_back({epoch.loss, epoch.accuracy});
  json["predictions"] = predictions;
  json["epochs"] = epochs;
  if (result.chosen_epoch > 0) json["chosen_epoch"] = result.chosen_epoch;
  json["seconds"] = result.seconds;
  write_file_atomically(file_of(task), json.dump() + "\n");
}

LosoResult LosoDirectory::read(const LosoPlan::Task& task) const {
  const fs::path file = file_of(task);
  const auto fail = [&](const std::string& why) -> InputError {
    return InputError("the result of " + task.name() + " (" + task.group + ") is not there: " + why,
                      "run merkit loso again on " + directory_.string());
  };
  if (!fs::exists(file)) throw fail("there is no " + file.string());
  try {
    const Json json = Json::parse(read_file(file));
    if (json.at("schema") != kSchema || json.at("plan") != fingerprint_)
      throw fail(file.string() + " is of another run");
    LosoResult result;
    for (const auto& row : json.at("predictions")) {
      const std::size_t clip = row.at("clip");
      Prediction prediction;
      row.at("label").get_to(prediction.label);
      row.at("scores").get_to(prediction.scores);
      const bool fits = clip < plan_.clips.size() && plan_.group_of(plan_.clips[clip]) == task.group &&
                        prediction.scores.size() == plan_.classes.size() && prediction.label >= 0 &&
                        prediction.label < static_cast<int>(plan_.classes.size());
      if (!fits) throw fail(file.string() + " does not fit the plan");
      result.clips.push_back(clip);
      result.predictions.push_back(std::move(prediction));
    }
    for (const auto& epoch : json.at("epochs")) result.epochs.push_back({epoch.at(0), epoch.at(1)});
    result.chosen_epoch = json.value("chosen_epoch", 0);
    json.at("seconds").get_to(result.seconds);
    return result;
  } catch (const Json::exception& error) {
    throw fail(file.string() + " is damaged (" + error.what() + ")");
  }
}

bool LosoDirectory::is_done(const LosoPlan::Task& task) const try {
  read(task);
  return true;
} catch (const InputError&) {
  return false;
}

std::vector<LosoPlan::Task> LosoDirectory::missing() const {
  std::vector<LosoPlan::Task> result;
  for (const auto& task : plan_.tasks())
    if (!is_done(task)) result.push_back(task);
  return result;
}

void LosoDirectory::take_from(const LosoDirectory& other) const {
  if (other.fingerprint_ != fingerprint_)
    throw InputError(other.directory_.string() + " and " + directory_.string() +
                     " are parts of different runs: they differ in " + difference(other.plan_, plan_));
  for (const auto& task : plan_.tasks())
    if (!is_done(task) && other.is_done(task)) write_file_atomically(file_of(task), read_file(other.file_of(task)));
}

}  // namespace merkit
