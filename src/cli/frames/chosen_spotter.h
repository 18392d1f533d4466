#pragma once

#include "cli/options.h"
#include "merkit/core/model_file.h"
#include "merkit/learning/spotter.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace merkit::cli {

/// The model that `text` names, if it is none of the methods (and not empty): a file, or a name to be found among the
/// models. Throws
/// ConfigError listing the methods when it is nothing of all that, ModelError for a damaged file.
std::optional<ModelFile> spotter_model(const std::string& text, const std::filesystem::path& model_dir);

/// A spotter ready for use: as configured, or as a model file has it.
struct ChosenSpotter {
  std::shared_ptr<const Spotter> spotter;
  std::string name;    ///< of the method, or of the model
  std::string method;  ///< that it is of
  Settings settings;   ///< of the method
  std::string model;   ///< name and sha256, if it is from a model file; else empty
};

/// As `text` says: a method with the run's settings, or a model with its own (a warning tells when others were given).
/// With a device other than the CPU, spotters that can compute there do, and others stay where they are.
ChosenSpotter choose_spotter(const std::string& text, const EffectiveSettings& settings, const CommonOptions& common);

}  // namespace merkit::cli
