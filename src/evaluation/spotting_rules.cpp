#include "merkit/evaluation/spotting_rules.h"

#include "core/settings_fields.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace merkit {
namespace {

const std::vector<std::string> kTypes{"micro", "macro"};

bool is_one_of(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

ExpressionType type_named(const std::string& name) {
  return name == kTypes[0] ? ExpressionType::micro : ExpressionType::macro;
}

/// The file as it is written, but for the lengths, whose names are data sets.
struct RulesFile {
  std::string name, description, source, matching = interval_matching_names().front(), labels;
  std::vector<std::string> types = kTypes;
  bool types_must_agree = true;
  double min_iou = 0.5;
};

template <class Visitor>
void fields(Visitor&& visit, RulesFile& c) {
  visit("name", c.name, "as it is given to --rules",
        [](const std::string& n) { return n.empty() ? "must not be empty" : nullptr; });
  visit("description", c.description, "what is counted");
  visit("source", c.source, "where that is laid down");
  visit("types", c.types, "expressions that count: micro, macro", [](const std::vector<std::string>& types) {
    const bool known = std::all_of(types.begin(), types.end(), [](const auto& t) { return is_one_of(t, kTypes); });
    return types.empty() || !known ? "must list micro, macro or both" : nullptr;
  });
  visit("types_must_agree", c.types_must_agree, "a prediction is right only for a true interval of its own type");
  visit("min_iou", c.min_iou, "overlap that makes a prediction right",
        [](double v) { return v >= 0 && v <= 1 ? nullptr : "must be in 0..1"; });
  visit("matching", c.matching, "greedy or maximum", [](const std::string& n) {
    return is_one_of(n, interval_matching_names()) ? nullptr : "must be greedy or maximum";
  });
  visit("labels", c.labels, "label set of the classes that recognition is scored on");
}

}  // namespace

template <class Visitor>
void fields(Visitor&& visit, LengthBand& c) {
  const auto check = [](int frames) { return frames >= 0 ? nullptr : "must not be negative"; };
  visit("shortest", c.shortest, "fewest frames", check);
  visit("longest", c.longest, "most frames; 0: no limit", check);
}

bool SpottingRules::counts(ExpressionType type) const {
  return std::find(types.begin(), types.end(), type) != types.end();
}

SpottingRules SpottingRules::from_file(const fs::path& file) {
  Settings settings = Settings::from_file(file);
  const Settings lengths = settings.take("prediction_lengths");
  const auto read = read_settings<RulesFile>(settings);
  SpottingRules rules;
  if (read.name.empty()) throw ConfigError(file.string() + ":/name is missing");
  rules.name = read.name;
  rules.description = read.description;
  rules.source = read.source;
  rules.types.clear();
  for (const auto& type : kTypes)
    if (is_one_of(type, read.types)) rules.types.push_back(type_named(type));
  rules.types_must_agree = read.types_must_agree;
  rules.min_iou = read.min_iou;
  rules.matching = interval_matching_from_string(read.matching);
  if (!read.labels.empty())
    rules.labels = LabelSet::from_file(find_resource("configs/labels/" + read.labels + ".json"));
  for (const auto& dataset : lengths.keys()) {
    const Settings by_type = lengths.child(dataset);
    for (const auto& type : by_type.keys()) {
      if (!is_one_of(type, kTypes))
        throw ConfigError(file.string() + ":/prediction_lengths/" + dataset + "/" + type + " is not a known setting",
                          "known here: micro, macro");
      rules.prediction_lengths[dataset][type_named(type)] = read_settings<LengthBand>(by_type.child(type));
    }
  }
  return rules;
}

SpottingRules SpottingRules::find(const std::string& name_or_file) {
  if (fs::is_regular_file(name_or_file)) return from_file(name_or_file);
  const auto names = spotting_rules_names();
  if (!is_one_of(name_or_file, names)) throw_unknown_name("rules", name_or_file, names);
  return from_file(find_resource("configs/spotting_rules/" + name_or_file + ".json"));
}

std::vector<std::string> spotting_rules_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(find_resource("configs/spotting_rules")))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace merkit
