#include "cli/options.h"
#include "core/settings_fields.h"
#include "merkit/core/files.h"
#include "merkit/methods/catalog.h"

#include <algorithm>
#include <cctype>

extern char** environ;

namespace merkit::cli {
namespace {

/// MERKIT_FACE__WIDTH=160 sets face.width; variables without "__" belong to options of their own.
void merge_environment(Settings& tree) {
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (text.rfind("MERKIT_", 0) != 0 || equals == std::string::npos) continue;
    std::string path = text.substr(7, equals - 7);
    if (path.find("__") == std::string::npos) continue;
    std::transform(path.begin(), path.end(), path.begin(), [](unsigned char c) { return std::tolower(c); });
    for (auto at = path.find("__"); at != std::string::npos; at = path.find("__", at)) path.replace(at, 2, ".");
    tree.set(path, text.substr(equals + 1), "$" + text.substr(0, equals));
  }
}

bool names_a_section(const std::string& path) {
  const std::string first = path.substr(0, path.find('.'));
  return first == "methods" || write_settings(PipelineConfig{}).has(first);
}

}  // namespace

EffectiveSettings::EffectiveSettings(const CommonOptions& options, const std::string& method, bool spots) {
  Settings tree = Settings::from_file(find_resource("configs/pipelines/default.json"));
  const auto user = xdg_directory("XDG_CONFIG_HOME", ".config") / "merkit/config.json";
  if (std::filesystem::exists(user)) tree.merge(Settings::from_file(user));
  if (!options.config_file.empty()) tree.merge(Settings::from_file(options.config_file));
  merge_environment(tree);

  std::vector<std::pair<std::string, std::string>> of_method;
  for (const auto& text : options.settings) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) throw ConfigError("--set " + text + ": write path.to.key=value");
    const std::string path = text.substr(0, equals), value = text.substr(equals + 1);
    if (names_a_section(path) || (method.empty() && !spots))
      tree.set(path, value, "--set");
    else
      of_method.emplace_back(path, value);
  }
  Settings shared = tree;
  shared.take("methods");
  pipeline = read_settings<PipelineConfig>(shared);
  for (const auto& [path, value] : of_method)
    tree.set("methods." + (method.empty() ? pipeline.spotter : method) + "." + path, value, "--set");
  methods_ = tree.child("methods");
  for (const auto& name : methods_.keys())
    default_config(name);  // an unknown method is an error even where it is not used
}

Settings EffectiveSettings::method(const std::string& name) const {
  Settings result = default_config(name);
  result.merge(methods_.child(name));
  return result;
}

Settings EffectiveSettings::record(const std::vector<std::pair<std::string, Settings>>& methods) const {
  Settings result = write_settings(pipeline);
  Settings used;
  for (const auto& [name, settings] : methods) used.set_child(name, settings);
  result.set_child("methods", used);
  return result;
}

}  // namespace merkit::cli
