#include "merkit/core/label_set.h"

#include "core/text.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace merkit {

LabelSet::LabelSet(std::vector<std::string> classes, std::map<std::string, std::string> mapping)
    : classes_(std::move(classes)) {
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (classes_[i].empty()) throw ConfigError("a class of a label set has no name");
    if (std::find(classes_.begin(), classes_.begin() + i, classes_[i]) != classes_.begin() + i)
      throw ConfigError("class \"" + classes_[i] + "\" stands twice in the label set");
  }
  for (const auto& [from, to] : mapping) {
    if (std::find(classes_.begin(), classes_.end(), to) == classes_.end())
      throw ConfigError("label map sends \"" + from + "\" to \"" + to + "\", which is not among the classes");
    mapping_[folded(from)] = to;
  }
}

LabelSet LabelSet::from_file(const std::filesystem::path& file) {
  const auto document = nlohmann::json::parse(read_file(file), nullptr, /*allow_exceptions=*/false);
  const auto fail = [&](const std::string& what) { throw ConfigError(file.string() + ": " + what); };
  if (!document.is_object()) fail("not a JSON object");
  for (const auto& [key, value] : document.items())
    if (key != "classes" && key != "map" && key != "description") fail("/" + key + " is not a known setting");
  if (!document.contains("classes") || !document["classes"].is_array()) fail("/classes must be a list of names");
  try {
    return LabelSet(document["classes"].get<std::vector<std::string>>(),
                    document.value("map", std::map<std::string, std::string>{}));
  } catch (const nlohmann::json::exception& error) {
    throw ConfigError(file.string() + ": " + error.what());
  }
}

std::optional<int> LabelSet::find(std::string_view emotion) const {
  const std::string key = folded(emotion);
  const auto mapped = mapping_.find(key);
  for (int i = 0; i < size(); ++i)
    if (mapped != mapping_.end() ? classes_[i] == mapped->second : folded(classes_[i]) == key) return i;
  return std::nullopt;
}

}  // namespace merkit
