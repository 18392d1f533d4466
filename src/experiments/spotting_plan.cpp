#include "experiments/folds.h"
#include "experiments/task_file.h"
#include "merkit/core/content_hash.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <algorithm>
#include <set>

namespace merkit {
namespace {

constexpr const char* kSchema = "merkit/spotting-plan/1";

Json to_json(const VideoEvent& event, const std::vector<std::string>& classes) {
  const Interval& interval = event.interval;
  return {{"onset", interval.onset},   {"apex", interval.apex ? Json(*interval.apex) : Json()},
          {"offset", interval.offset}, {"type", event.type ? Json(to_string(*event.type)) : Json()},
          {"kind", event.kind},        {"label", event.label ? Json(classes.at(*event.label)) : Json()}};
}

VideoEvent event_from(const Json& json, const std::vector<std::string>& classes, const std::string& origin) {
  VideoEvent event;
  json.at("onset").get_to(event.interval.onset);
  if (!json.at("apex").is_null()) event.interval.apex = json["apex"].get<int>();
  json.at("offset").get_to(event.interval.offset);
  json.at("kind").get_to(event.kind);
  if (!json.at("type").is_null())
    event.type = json["type"].get<std::string>() == to_string(ExpressionType::macro) ? ExpressionType::macro
                                                                                     : ExpressionType::micro;
  if (!json.at("label").is_null()) {
    const auto label = std::find(classes.begin(), classes.end(), json["label"].get<std::string>());
    if (label == classes.end()) throw InputError(origin + " names a class that it does not have");
    event.label = static_cast<int>(label - classes.begin());
  }
  return event;
}

}  // namespace

bool holds_spotting_run(const std::filesystem::path& directory) {
  const auto file = directory / "plan.json";
  if (!std::filesystem::exists(file)) return false;
  const Json json = Json::parse(read_file(file), nullptr, /*allow_exceptions=*/false);
  return json.is_object() && json.value("schema", Json()) == kSchema;
}

std::string SpottingPlan::group_of(const PlannedVideo& video) const {
  return held_out == "dataset" ? video.dataset : video.dataset + "/" + video.subject;
}

std::vector<std::string> SpottingPlan::groups() const {
  std::vector<std::string> names;
  for (const auto& video : videos) names.push_back(group_of(video));
  return distinct(names);
}

std::vector<FoldTask> SpottingPlan::tasks() const { return tasks_of(groups(), seeds); }

void SpottingPlan::check() const {
  check_seeds(seeds);
  const auto all = groups();
  check_groups(all, held_out, std::to_string(videos.size()) + " videos");
  for (const auto& held : all) {
    int expressions = 0;
    std::set<int> labels;
    for (const auto& video : videos)
      for (const auto& event : video.events) {
        if (group_of(video) == held || !event.type) continue;
        ++expressions;
        if (event.label && event.type == ExpressionType::micro) labels.insert(*event.label);
      }
    if (expressions == 0)
      throw InputError("without " + held_out + " " + held + " no expression is left to learn from",
                       "take in more videos, or check that the truth names them as the manifest does");
    if (names && labels.size() < 2)
      throw InputError(
          "without " + held_out + " " + held + " fewer than two classes of micro-expressions are left to learn from",
          "take in more videos, or choose another protocol");
  }
}

std::string SpottingPlan::to_json() const {
  Json json{{"schema", kSchema},
            {"spotter", spotter},
            {"spotter_config", Json::parse(spotter_config)},
            {"recognizer", recognizer.empty() ? Json() : Json(recognizer)},
            {"recognizer_config", recognizer.empty() ? Json() : Json::parse(recognizer_config)},
            {"names", names},
            {"protocol", protocol},
            {"classes", classes},
            {"held_out", held_out},
            {"data", data},
            {"software", software},
            {"seeds", seeds}};
  Json rows = Json::array();
  for (const auto& video : videos) {
    Json events = Json::array();
    for (const auto& event : video.events) events.push_back(merkit::to_json(event, classes));
    rows.push_back({{"clip_id", video.id},
                    {"dataset", video.dataset},
                    {"subject", video.subject},
                    {"fps", video.fps},
                    {"duration_s", video.duration_s},
                    {"events", events}});
  }
  json["videos"] = rows;
  return json.dump(1) + "\n";
}

SpottingPlan SpottingPlan::from_json(const std::string& text, const std::string& origin) try {
  const Json json = Json::parse(text);
  if (json.at("schema") != kSchema) throw InputError(origin + " is no plan of merkit loso over long videos");
  SpottingPlan plan;
  json.at("spotter").get_to(plan.spotter);
  plan.spotter_config = json.at("spotter_config").dump();
  if (!json.at("recognizer").is_null()) {
    json["recognizer"].get_to(plan.recognizer);
    plan.recognizer_config = json.at("recognizer_config").dump();
  }
  json.at("names").get_to(plan.names);
  json.at("protocol").get_to(plan.protocol);
  json.at("classes").get_to(plan.classes);
  json.at("held_out").get_to(plan.held_out);
  json.at("data").get_to(plan.data);
  json.at("software").get_to(plan.software);
  json.at("seeds").get_to(plan.seeds);
  for (const auto& row : json.at("videos")) {
    PlannedVideo video{row.at("clip_id"), row.at("dataset"),    row.at("subject"),
                       row.at("fps"),     row.at("duration_s"), {}};
    for (const auto& event : row.at("events")) video.events.push_back(event_from(event, plan.classes, origin));
    plan.videos.push_back(std::move(video));
  }
  return plan;
} catch (const Json::exception& error) {
  throw InputError(origin + " is no plan of merkit loso over long videos: " + error.what());
}

std::string SpottingPlan::fingerprint() const { return hash_of(to_json()).hex(); }

std::string difference(const SpottingPlan& a, const SpottingPlan& b) {
  Differences differences;
  differences.compare("spotter", a.spotter != b.spotter);
  differences.compare("settings of the spotter", Json::parse(a.spotter_config) != Json::parse(b.spotter_config));
  differences.compare("recognizer", a.recognizer != b.recognizer || a.names != b.names);
  differences.compare("settings of the recognizer", a.recognizer_config != b.recognizer_config);
  differences.compare("protocol", a.protocol != b.protocol || a.classes != b.classes || a.held_out != b.held_out);
  differences.compare("seeds", a.seeds != b.seeds);
  differences.compare("data", a.data != b.data);
  differences.compare("version of merkit", a.software != b.software);
  return differences.text.empty() ? "videos and their truth" : differences.text;
}

}  // namespace merkit
