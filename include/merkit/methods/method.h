#pragma once

#include "merkit/core/label_set.h"
#include "merkit/core/settings.h"
#include "merkit/methods/recognizer.h"
#include "merkit/methods/spotter.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace merkit {

/// A catalogue entry: one paper, one file, one entry. `make_recognizer` or `make_spotter` is null where the method has
/// none.
struct Method {
  std::string name;      ///< as in the paper, snake_case; never renamed
  std::string summary;   ///< one line
  std::string citation;  ///< authors, venue, year, DOI

  std::unique_ptr<Recognizer> (*make_recognizer)(const Settings& config, const LabelSet& labels) = nullptr;
  /// `labels` are the classes of methods that also name what they find; others take no notice of them.
  std::unique_ptr<Spotter> (*make_spotter)(const Settings& config, const LabelSet& labels) = nullptr;

  FrameNeed frames = FrameNeed::onset_and_apex;  ///< what learning reads; recognition may need less

  /// The effective configuration for `config`: every key with its value, checked. Throws ConfigError.
  Settings (*resolve_config)(const Settings& config) = nullptr;
  /// One line a setting: "training.epochs = 500    passes over the training set".
  std::string (*describe_config)() = nullptr;
};

/// Every method, by name. Methods built on LibTorch lie in a plug-in beside the program, which this loads.
const std::vector<Method>& methods();

/// One method; does not load the plug-in when the method does not need it. Throws ConfigError listing the names.
const Method& find_method(std::string_view name);

/// configs/methods/<name>.json. Throws ConfigError.
Settings default_config(std::string_view name);

/// What a model file says of the frames its recognizer reads, without making that recognizer. Says onset_and_apex of a
/// file that load_recognizer() would refuse.
FrameNeed frames_needed(const ModelInfo& model);

/// A recognizer ready to use from a model file, whichever method made it. Throws ModelError.
std::unique_ptr<Recognizer> load_recognizer(const ModelFile& model);

/// The same for a spotter.
std::unique_ptr<Spotter> load_spotter(const ModelFile& model);

}  // namespace merkit
