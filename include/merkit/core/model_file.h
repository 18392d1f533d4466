#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace merkit {

/// What a model file says of itself besides its tensors; kept as strings in the safetensors metadata.
struct ModelInfo {
  std::string name;                   ///< file stem when read
  std::string method;                 ///< catalogue name, e.g. "ststnet"
  std::string config = "{}";          ///< effective method configuration, JSON
  std::string input = "{}";           ///< input description (kind, size, channels, scaling), JSON
  std::vector<std::string> labels;    ///< class names in index order
  std::vector<std::string> subjects;  ///< "dataset/subject" of everyone it was trained on
  std::string provenance;             ///< how it was made: command, seed, versions; free text or JSON
  std::string licence;                ///< terms of use
};

struct ModelTensor {
  std::string name;
  std::string dtype;  ///< "F32", "F64", "I64" or "U8", as safetensors spells it
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;  ///< row-major, little-endian
};

/// A model file in memory: safetensors, that is data and never code.
struct ModelFile {
  ModelInfo info;
  std::vector<ModelTensor> tensors;  ///< in file order
  std::string sha256;                ///< of the payload, hexadecimal

  /// Reads and checks everything: sizes, offsets (no overlap, no gap, inside the file), dtypes, shapes, finite values,
  /// and the payload's sha256 against the metadata. Throws ModelError; never reads past what the file holds.
  static ModelFile read(const std::filesystem::path& file);

  /// The same from bytes; `origin` is used in messages.
  static ModelFile parse(const std::vector<std::byte>& bytes, const std::string& origin);

  /// Writes atomically; sets sha256.
  void write(const std::filesystem::path& file);
};

/// Where models are looked for, best first: `model_dir` (if not empty), $MERKIT_MODEL_PATH (colon list),
/// $XDG_DATA_HOME/merkit/models, then models/ under each of resource_roots().
std::vector<std::filesystem::path> model_directories(const std::filesystem::path& model_dir = {});

/// A model by file name or by NAME (without .safetensors). Throws ModelError that lists every directory searched.
std::filesystem::path find_model(const std::string& name_or_file, const std::filesystem::path& model_dir = {});

}  // namespace merkit
