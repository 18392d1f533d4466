#include "merkit/data/protocol.h"

#include "core/text.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <nlohmann/json.hpp>

namespace fs = std::filesystem;

namespace merkit {
namespace {

using Json = nlohmann::json;

/// "I" to "VII" for both ways of writing an objective class; anything else as it is, folded.
std::string objective_class(const std::string& text) {
  static const std::vector<std::string> roman{"I", "II", "III", "IV", "V", "VI", "VII"};
  const std::string value = folded(text);
  for (std::size_t i = 0; i < roman.size(); ++i)
    if (value == folded(roman[i]) || value == std::to_string(i + 1)) return roman[i];
  return value;
}

bool drops(const Protocol& protocol, const ManifestClip& clip) {
  const std::string prefix = clip.subject + "_";
  const bool prefixed = clip.clip_id.compare(0, prefix.size(), prefix) == 0;
  const std::string path = clip.dataset + "/" + clip.subject + "/";
  const auto named = [&](const std::string& name) {
    return std::find(protocol.drop.begin(), protocol.drop.end(), path + name) != protocol.drop.end();
  };
  return named(clip.clip_id) || (prefixed && named(clip.clip_id.substr(prefix.size())));
}

/// The label that the protocol's map reads, as the map spells it.
std::string label_of(const Protocol& protocol, const ManifestClip& clip) {
  if (protocol.label == "emotion") return folded(clip.emotion);
  const auto found = clip.other.find(protocol.label);
  return found == clip.other.end() ? std::string() : objective_class(found->second);
}

/// Reads one member into `to` when it is there, with file and path in the message when its type is wrong.
template <class T>
void read(const Json& object, const char* key, T& to, const fs::path& file) {
  const auto found = object.find(key);
  if (found == object.end()) return;
  try {
    found->get_to(to);
  } catch (const Json::exception&) {
    throw ConfigError(file.string() + ":/" + key + " has the wrong type: " + found->dump());
  }
}

void check(const Protocol& protocol, const fs::path& file) {
  const auto fail = [&](const std::string& where, const std::string& what) {
    throw ConfigError(file.string() + ":/" + where + " " + what);
  };
  if (protocol.name.empty()) fail("name", "is missing");
  if (protocol.classes.size() < 2) fail("classes", "must name at least two classes");
  if (protocol.held_out != "subject" && protocol.held_out != "dataset")
    fail("held_out", "must be subject or dataset, got \"" + protocol.held_out + "\"");
  if (protocol.label != "emotion" && protocol.label != "objective_class")
    fail("label", "must be emotion or objective_class, got \"" + protocol.label + "\"");
  if (protocol.map.empty()) fail("map", "must say which label belongs to which class");
  for (const auto& [dataset, emotions] : protocol.map)
    for (const auto& [emotion, name] : emotions)
      if (std::find(protocol.classes.begin(), protocol.classes.end(), name) == protocol.classes.end())
        fail("map/" + dataset + "/" + emotion, "leads to \"" + name + "\", which is not among the classes");
}

}  // namespace

Protocol Protocol::from_file(const fs::path& file) {
  Json json;
  try {
    json = Json::parse(read_file(file));
  } catch (const Json::parse_error& error) {
    throw ConfigError(file.string() + " is not JSON: " + error.what());
  }
  if (!json.is_object()) throw ConfigError(file.string() + " must hold a JSON object");
  static const std::set<std::string> known{"name", "description", "classes", "held_out", "datasets",
                                           "map",  "drop",        "expect",  "label"};
  for (const auto& [key, value] : json.items())
    if (!known.count(key)) throw ConfigError(file.string() + ":/" + key + " is not a known setting");
  Protocol protocol;
  read(json, "name", protocol.name, file);
  read(json, "description", protocol.description, file);
  read(json, "classes", protocol.classes, file);
  read(json, "held_out", protocol.held_out, file);
  read(json, "datasets", protocol.datasets, file);
  read(json, "label", protocol.label, file);
  read(json, "map", protocol.map, file);
  read(json, "drop", protocol.drop, file);
  read(json, "expect", protocol.expect, file);
  check(protocol, file);
  if (protocol.label == "objective_class") {
    for (auto& [dataset, classes] : protocol.map) {
      std::map<std::string, std::string> spelt;
      for (const auto& [value, name] : classes) spelt[objective_class(value)] = name;
      classes = spelt;
    }
  }
  return protocol;
}

Protocol Protocol::find(const std::string& name_or_file) {
  if (fs::is_regular_file(name_or_file)) return from_file(name_or_file);
  const auto names = protocol_names();
  if (std::find(names.begin(), names.end(), name_or_file) == names.end())
    throw_unknown_name("protocol", name_or_file, names);
  return from_file(find_resource("configs/protocols/" + name_or_file + ".json"));
}

std::vector<std::string> protocol_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(find_resource("configs/protocols")))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::optional<int> Protocol::class_of(const ManifestClip& clip) const {
  if (!datasets.empty() && std::find(datasets.begin(), datasets.end(), clip.dataset) == datasets.end())
    return std::nullopt;
  if (drops(*this, clip)) return std::nullopt;
  auto of_set = map.find(clip.dataset);
  if (of_set == map.end()) of_set = map.find("*");
  if (of_set == map.end()) return std::nullopt;
  const auto found = of_set->second.find(label_of(*this, clip));
  if (found == of_set->second.end()) return std::nullopt;
  return static_cast<int>(std::find(classes.begin(), classes.end(), found->second) - classes.begin());
}

std::vector<std::string> Protocol::count_mismatches(const std::vector<ManifestClip>& clips) const {
  std::map<std::string, int> present, counts;
  for (const auto& clip : clips) {
    ++present[clip.dataset];
    if (class_of(clip)) ++counts[clip.dataset];
  }
  std::vector<std::string> mismatches;
  bool all_present = true;
  int total = 0;
  for (const auto& [dataset, count] : counts) total += count;
  const auto compare = [&](const std::string& what, int published, int here) {
    if (published != here)
      mismatches.push_back(what + " has " + std::to_string(here) + " clips in protocol " + name + ", published are " +
                           std::to_string(published));
  };
  for (const auto& [dataset, count] : expect) {
    if (dataset == "total") continue;
    if (present.count(dataset))
      compare(dataset, count, counts[dataset]);
    else
      all_present = false;
  }
  if (const auto whole = expect.find("total"); whole != expect.end() && all_present)
    compare("the whole", whole->second, total);
  return mismatches;
}

}  // namespace merkit
