#include "merkit/core/model_file.h"

#include "core/safetensors.h"
#include "core/strict_json.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

namespace fs = std::filesystem;

namespace merkit {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "merkit/model/1";
constexpr const char* kExtension = ".safetensors";
constexpr int kMetadataDepth = 16;

/// The metadata of one file, read key by key.
class Metadata {
 public:
  Metadata(const std::map<std::string, std::string>& values, const std::string& origin)
      : values_(values), origin_(origin) {}

  const std::string& text(const std::string& key) const {
    const auto found = values_.find(key);
    if (found == values_.end()) refuse("\"" + key + "\" is missing");
    return found->second;
  }

  /// JSON that must be an object; returned as it stands.
  const std::string& object(const std::string& key) const {
    if (!parsed(key).is_object()) refuse("\"" + key + "\" must be a JSON object");
    return text(key);
  }

  /// JSON list of distinct names.
  std::vector<std::string> names(const std::string& key) const {
    const Json list = parsed(key);
    std::vector<std::string> result;
    std::set<std::string> seen;
    if (!list.is_array()) refuse("\"" + key + "\" must be a JSON list of names");
    for (const Json& entry : list) {
      if (!entry.is_string() || entry.get<std::string>().empty())
        refuse("\"" + key + "\" must be a JSON list of names");
      result.push_back(entry.get<std::string>());
      if (!seen.insert(result.back()).second) refuse("\"" + key + "\" names \"" + result.back() + "\" twice");
    }
    return result;
  }

  [[noreturn]] void refuse(const std::string& what) const {
    throw ModelError(origin_ + " is no usable model file: metadata " + what, "train or import the model again");
  }

 private:
  Json parsed(const std::string& key) const {
    const std::string& json = text(key);
    try {
      return parse_strict_json(json, kMetadataDepth);
    } catch (const std::runtime_error& error) {
      refuse("\"" + key + "\" is not valid JSON: " + error.what());
    }
  }

  const std::map<std::string, std::string>& values_;
  const std::string& origin_;
};

ModelInfo parse_info(const std::map<std::string, std::string>& values, const std::string& origin) {
  const auto format = values.find("format");
  if (format == values.end() || format->second != kFormat)
    throw ModelError(origin + " lacks merkit's metadata: its format is " +
                         (format == values.end() ? "not given" : "\"" + format->second.substr(0, 40) + "\"") +
                         ", expected \"" + kFormat + "\"",
                     "only models written by merkit train, or by scripts/import_pytorch.py, can be loaded");
  const Metadata metadata(values, origin);
  ModelInfo info;
  info.name = fs::path(origin).stem().string();
  info.method = metadata.text("method");
  info.config = metadata.object("config");
  info.input = metadata.object("input");
  info.labels = metadata.names("labels");
  info.subjects = metadata.names("subjects");
  info.provenance = metadata.text("provenance");
  info.licence = metadata.text("licence");
  if (info.method.empty()) metadata.refuse("\"method\" is empty");
  return info;
}

std::string json_list(const std::vector<std::string>& names) {
  try {
    return Json(names).dump();
  } catch (const nlohmann::json::exception& error) {
    throw ModelError(std::string("a name cannot be stored in a model file: ") + error.what(), "use UTF-8");
  }
}

std::vector<std::byte> read_bytes(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status))
    throw ModelError("there is no model file " + file.string(), "merkit models list shows what there is");
  if (!fs::is_regular_file(status)) throw ModelError(file.string() + " is not a file");
  const std::uintmax_t size = fs::file_size(file, error);
  std::ifstream stream(file, std::ios::binary);
  if (error || !stream) throw ModelError("cannot open model file " + file.string(), "check its permissions");
  std::vector<std::byte> bytes(size);
  stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<std::uintmax_t>(stream.gcount()) != size)
    throw ModelError("cannot read model file " + file.string() + " in full");
  return bytes;
}

}  // namespace

ModelFile ModelFile::read(const fs::path& file) { return parse(read_bytes(file), file.string()); }

ModelFile ModelFile::parse(const std::vector<std::byte>& bytes, const std::string& origin) {
  Safetensors container = parse_safetensors(bytes, origin);
  ModelFile model;
  model.info = parse_info(container.metadata, origin);
  const std::string& promised = Metadata(container.metadata, origin).text("sha256");
  if (promised != container.payload_sha256)
    throw ModelError(origin + " is damaged: its tensors have the sha256 " + container.payload_sha256 + ", expected " +
                         promised.substr(0, 64),
                     "copy or train the model again");
  model.tensors = std::move(container.tensors);
  model.sha256 = promised;
  return model;
}

void ModelFile::write(const fs::path& file) {
  sha256 = payload_sha256(tensors);
  const std::map<std::string, std::string> metadata = {
      {"format", kFormat},
      {"method", info.method},
      {"config", info.config},
      {"input", info.input},
      {"labels", json_list(info.labels)},
      {"subjects", json_list(info.subjects)},
      {"provenance", info.provenance},
      {"licence", info.licence},
      {"sha256", sha256},
  };
  parse_info(metadata, file.string());  // what is written must be readable
  const std::vector<std::byte> bytes = compose_safetensors(metadata, tensors, file.string());
  AtomicFile target(file);
  target.stream().write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  target.commit();
}

std::vector<fs::path> model_directories(const fs::path& model_dir) {
  std::vector<fs::path> result;
  const auto add = [&](const fs::path& directory) {
    if (!directory.empty() && std::find(result.begin(), result.end(), directory) == result.end())
      result.push_back(directory);
  };
  add(model_dir);
  if (const char* list = std::getenv("MERKIT_MODEL_PATH")) {
    const std::string text = list;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find(':', begin), text.size());
      add(text.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  if (const fs::path data = xdg_directory("XDG_DATA_HOME", ".local/share"); !data.empty()) add(data / "merkit/models");
  for (const fs::path& root : resource_roots()) add(root / "models");
  return result;
}

fs::path find_model(const std::string& name_or_file, const fs::path& model_dir) {
  std::error_code ignored;  // what cannot be looked at is not there
  if (fs::is_regular_file(name_or_file, ignored)) return name_or_file;
  if (name_or_file.empty() || name_or_file.find('/') != std::string::npos)
    throw ModelError("there is no model file \"" + name_or_file + "\"", "merkit models list shows what there is");
  std::string searched;
  for (const fs::path& directory : model_directories(model_dir)) {
    for (const std::string& candidate : {name_or_file + kExtension, name_or_file})
      if (fs::is_regular_file(directory / candidate, ignored)) return directory / candidate;
    searched += "\n  " + directory.string();
  }
  throw ModelError("cannot find a model named \"" + name_or_file + "\"; searched:" + searched,
                   "make one with: merkit train --manifest M --method NAME -o " + name_or_file + kExtension +
                       ", or say where it lies with --model-dir DIR or MERKIT_MODEL_PATH");
}

}  // namespace merkit
