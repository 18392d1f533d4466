#include "cli/frames/chosen_spotter.h"

#include "merkit/core/error.h"
#include "merkit/methods/catalog.h"

#include <algorithm>

#include <spdlog/spdlog.h>

namespace fs = std::filesystem;

namespace merkit::cli {

std::optional<ModelFile> spotter_model(const std::string& text, const fs::path& model_dir) {
  if (text.empty()) return std::nullopt;
  const auto has_model = [&](const fs::path& folder) { return fs::exists(folder / (text + ".safetensors")); };
  if (fs::path(text).extension() != ".safetensors") try {
      find_method(text);
      return std::nullopt;
    } catch (const ConfigError&) {
      const auto folders = model_directories(model_dir);
      if (std::none_of(folders.begin(), folders.end(), has_model)) throw;
    }
  return ModelFile::read(find_model(text, model_dir));
}

ChosenSpotter choose_spotter(const std::string& text, const EffectiveSettings& settings, const CommonOptions& common) {
  ChosenSpotter chosen;
  std::unique_ptr<Spotter> spotter;
  if (const auto model = spotter_model(text, common.model_dir)) {
    spotter = load_spotter(*model);
    chosen.name = model->info.name;
    chosen.method = model->info.method;
    chosen.settings = Settings::parse(model->info.config, model->info.name + " (config)");
    chosen.model = model->info.name + " sha256:" + model->sha256;
    if (settings.method(chosen.method).to_json() != default_config(chosen.method).to_json())
      spdlog::warn("model \"{}\" brings its own settings of {}; those given are not heeded", chosen.name,
                   chosen.method);
  } else {
    const Method& method = find_method(text);
    if (!method.make_spotter)
      throw ConfigError("method \"" + method.name + "\" recognizes, it does not spot", "merkit methods");
    chosen.name = chosen.method = method.name;
    chosen.settings = method.resolve_config(settings.method(method.name));
    spotter = method.make_spotter(chosen.settings, {});
  }
  if (common.device != "cpu") spotter->use_device("auto");
  chosen.spotter = std::move(spotter);
  return chosen;
}

}  // namespace merkit::cli
