#pragma once

#include "merkit/core/label_set.h"
#include "merkit/core/settings.h"
#include "merkit/learning/recognizer.h"
#include "merkit/learning/spotter.h"

#include <memory>
#include <string>

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

/// What a model file says of the frames its recognizer reads, without making that recognizer. Says onset_and_apex of a
/// file that load_recognizer() would refuse.
FrameNeed frames_needed(const ModelInfo& model);

}  // namespace merkit
