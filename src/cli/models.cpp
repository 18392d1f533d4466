#include "cli/batch.h"
#include "cli/commands.h"
#include "merkit/methods/catalog.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

namespace fs = std::filesystem;

namespace merkit::cli {
namespace {

struct ModelsRequest {
  CommonOptions common;
  std::string format = "text", name;
};

using Json = nlohmann::ordered_json;

/// Text that is JSON is shown as such, anything else as a string.
Json json_or_text(const std::string& text) {
  const Json parsed = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return parsed.is_discarded() ? Json(text) : parsed;
}

Json description(const ModelFile& model, const fs::path& file) {
  const ModelInfo& info = model.info;
  Json result{{"schema", "merkit/model/1"},
              {"name", info.name},
              {"file", file.string()},
              {"method", info.method},
              {"labels", info.labels},
              {"input", json_or_text(info.input)},
              {"config", json_or_text(info.config)},
              {"training_subjects", info.subjects},
              {"provenance", json_or_text(info.provenance)},
              {"licence", info.licence},
              {"sha256", model.sha256}};
  for (const auto& tensor : model.tensors)
    result["tensors"].push_back({{"name", tensor.name}, {"dtype", tensor.dtype}, {"shape", tensor.shape}});
  return result;
}

std::vector<fs::path> all_models(const fs::path& model_dir) {
  std::vector<fs::path> files;
  for (const auto& folder : model_directories(model_dir)) {
    std::error_code error;
    std::vector<fs::path> here;
    for (const auto& entry : fs::directory_iterator(folder, error))
      if (entry.path().extension() == ".safetensors") here.push_back(entry.path());
    std::sort(here.begin(), here.end());
    files.insert(files.end(), here.begin(), here.end());
  }
  return files;
}

int list(const ModelsRequest& request) {
  start_logging(request.common);
  Json found = Json::array();
  std::string text;
  for (const auto& file : all_models(request.common.model_dir)) try {
      const ModelFile model = ModelFile::read(file);
      found.push_back({{"name", model.info.name},
                       {"method", model.info.method},
                       {"labels", model.info.labels},
                       {"subjects", model.info.subjects.size()},
                       {"file", file.string()}});
      std::string labels;
      for (const auto& label : model.info.labels) labels += (labels.empty() ? "" : ", ") + label;
      text += fmt::format("{:<24} {:<12} {}  ({} training subjects)\n{:<24} {}\n", model.info.name, model.info.method,
                          labels, model.info.subjects.size(), "", file.string());
    } catch (const ModelError& error) {
      spdlog::warn("{}", error.what());
    }
  if (found.empty()) spdlog::warn("no models found; merkit doctor lists where they are looked for");
  Output output({});
  output.stream() << (request.format == "json" ? Json{{"schema", "merkit/models/1"}, {"models", found}}.dump(2) + "\n"
                                               : text);
  output.commit();
  return kAllDone;
}

int show(const ModelsRequest& request) {
  start_logging(request.common);
  const fs::path file = find_model(request.name, request.common.model_dir);
  Output output({});
  output.stream() << description(ModelFile::read(file), file).dump(2) << "\n";
  output.commit();
  return kAllDone;
}

/// Reads every byte, and gives the tensors to the method, which checks names and shapes.
int verify(const ModelsRequest& request) {
  start_logging(request.common);
  std::vector<fs::path> files;
  if (request.name.empty())
    files = all_models(request.common.model_dir);
  else
    files.push_back(find_model(request.name, request.common.model_dir));
  Output output({});
  for (const auto& file : files) {
    const ModelFile model = ModelFile::read(file);
    if (find_method(model.info.method).make_recognizer && !model.info.labels.empty())
      load_recognizer(model);
    else
      load_spotter(model);
    output.stream() << "ok  " << model.info.name << "  " << model.info.method << "  sha256:" << model.sha256 << "\n";
  }
  output.commit();
  return kAllDone;
}

}  // namespace

void add_models(Commands& commands) {
  auto request = std::make_shared<ModelsRequest>();
  CLI::App& command = commands.add("models", "Model files: list them, show one, verify");
  command.require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& description,
                       int (*action)(const ModelsRequest&)) -> CLI::App& {
    CLI::App& sub = commands.add(name, description, &command);
    add_common_options(sub, request->common);
    commands.set_action(sub, [request, action] { return action(*request); });
    return sub;
  };
  add("list", "Every model that is found, with the place it lies at", list)
      .add_option("--format", request->format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  add("show", "What a model file says of itself, as JSON", show)
      .add_option("model", request->name, "Name or file")
      ->required()
      ->type_name("NAME|FILE");
  add("verify", "Read every byte, check sha256, names and shapes", verify)
      .add_option("model", request->name, "Name or file (default: every model found)")
      ->type_name("NAME|FILE");
  request->common.command = commands.arguments();
}

}  // namespace merkit::cli
