#include "experiments/folds.h"
#include "merkit/core/content_hash.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

namespace merkit {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "merkit/loso-plan/1";

}  // namespace

std::string RecognitionPlan::group_of(const PlannedClip& clip) const {
  return held_out == "dataset" ? clip.dataset : clip.dataset + "/" + clip.subject;
}

std::vector<std::string> RecognitionPlan::groups() const {
  std::vector<std::string> names;
  for (const auto& clip : clips) names.push_back(group_of(clip));
  return distinct(names);
}

std::vector<FoldTask> RecognitionPlan::tasks() const { return tasks_of(groups(), seeds); }

std::vector<std::string> RecognitionPlan::not_for_pretraining(const Task& task) const {
  std::vector<std::string> people;
  if (pretraining_groups == 0) return people;
  const auto all = groups();
  std::set<std::string> held_out_groups;
  for (std::size_t fold = 0; fold < all.size(); ++fold)
    if (static_cast<int>(fold) % pretraining_groups == task.fold % pretraining_groups)
      held_out_groups.insert(all[fold]);
  std::set<std::string> seen;
  for (const auto& clip : clips)
    if (const std::string person = clip.dataset + "/" + clip.subject;
        held_out_groups.count(group_of(clip)) != 0 && seen.insert(person).second)
      people.push_back(person);
  return people;
}

const std::vector<std::string>& epoch_selections() {
  static const std::vector<std::string> names = {"last", "inner", "test-oracle"};
  return names;
}

void RecognitionPlan::check() const {
  const auto& known = epoch_selections();
  if (std::find(known.begin(), known.end(), epoch_selection) == known.end())
    throw_unknown_name("epoch selection", epoch_selection, known);
  check_seeds(seeds);
  const auto all = groups();
  check_groups(all, held_out, std::to_string(clips.size()) + " clips");
  if (pretraining_groups != 0 && !pretrained.empty())
    throw ConfigError("a model brings the stage without labels, so there is none for folds to share");
  if (pretraining_groups == 1)
    throw ConfigError("one group of folds would leave nobody for the stage without labels", "use at least two groups");
  std::map<std::string, std::set<int>> labels_of;
  for (const auto& clip : clips) labels_of[group_of(clip)].insert(clip.label);
  for (const auto& held : all) {
    std::set<int> left;
    for (const auto& [group, labels] : labels_of)
      if (group != held) left.insert(labels.begin(), labels.end());
    if (left.size() < 2)
      throw InputError("without " + held + " only one class is left to learn from", "take in more clips");
  }
}

std::string RecognitionPlan::to_json() const {
  Json json{{"schema", kSchema},    {"method", method},     {"config", Json::parse(config)},
            {"protocol", protocol}, {"classes", classes},   {"held_out", held_out},
            {"data", data},         {"software", software}, {"seeds", seeds}};
  if (epoch_selection != "last") json["epoch_selection"] = epoch_selection;  // plans without it came first
  if (pretraining_groups != 0) json["pretraining_groups"] = pretraining_groups;
  if (!pretrained.empty()) json["pretrained"] = pretrained;
  Json rows = Json::array();
  for (const auto& clip : clips)
    rows.push_back({{"clip_id", clip.id},
                    {"dataset", clip.dataset},
                    {"subject", clip.subject},
                    {"label", classes.at(clip.label)}});
  json["clips"] = rows;
  return json.dump(1) + "\n";
}

RecognitionPlan RecognitionPlan::from_json(const std::string& text, const std::string& origin) try {
  const Json json = Json::parse(text);
  if (json.at("schema") != kSchema)
    throw InputError(origin + " is no plan of merkit loso over clips",
                     "merkit evaluate DIR tells of a run over long videos");
  RecognitionPlan plan;
  json.at("method").get_to(plan.method);
  plan.config = json.at("config").dump();
  json.at("protocol").get_to(plan.protocol);
  json.at("classes").get_to(plan.classes);
  json.at("held_out").get_to(plan.held_out);
  plan.epoch_selection = json.value("epoch_selection", plan.epoch_selection);
  plan.pretraining_groups = json.value("pretraining_groups", 0);
  plan.pretrained = json.value("pretrained", std::string());
  json.at("data").get_to(plan.data);
  json.at("software").get_to(plan.software);
  json.at("seeds").get_to(plan.seeds);
  for (const auto& row : json.at("clips")) {
    const auto label = std::find(plan.classes.begin(), plan.classes.end(), row.at("label").get<std::string>());
    if (label == plan.classes.end()) throw InputError(origin + " names a class that it does not have");
    plan.clips.push_back(
        {row.at("clip_id"), row.at("dataset"), row.at("subject"), static_cast<int>(label - plan.classes.begin())});
  }
  return plan;
} catch (const Json::exception& error) {
  throw InputError(origin + " is no plan of merkit loso: " + error.what());
}

std::string RecognitionPlan::fingerprint() const { return hash_of(to_json()).hex(); }

}  // namespace merkit
