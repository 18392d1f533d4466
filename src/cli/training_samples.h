#pragma once

#include "cli/options.h"
#include "merkit/core/model_file.h"
#include "merkit/methods/catalog.h"
#include "merkit/pipeline/prepare_samples.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merkit::cli {

/// Clips to learn from, and the rows that they were, in the same order.
struct TrainingSamples {
  SampleSet samples;
  std::vector<ManifestClip> clips;
};

/// Prepares every clip, with the class that `label` gives it. A model must not silently learn from less than it was
/// given: what cannot be used is an InputError, unless `skip_failed`. Throws Interrupted when a stop was requested.
TrainingSamples prepare_training_samples(const std::vector<ManifestClip>& clips, const BatchOptions& batch,
                                         const CommonOptions& common, const SampleOptions& options,
                                         const std::function<std::optional<int>(const ManifestClip&)>& label,
                                         bool skip_failed);

/// --truth and --videos, for commands that train or score methods which spot expressions in long videos.
void add_truth_options(CLI::App& command, std::filesystem::path& truth, bool& videos);

/// True for methods that spot; those that recognize as well do so over videos when they are `asked` to.
bool is_over_videos(const Method& method, bool asked);

/// Throws ConfigError when what only spotters heed was given for a method that spots nothing.
void check_no_video_options(const std::filesystem::path& truth, bool videos, const std::string& recognizer,
                            const std::string& method);

/// --pretrained, for commands that train.
void add_pretrained_option(CLI::App& command, std::string& model);

/// The model that it names; null where it names none. Throws ModelError, also for a model of another method.
std::shared_ptr<const ModelFile> pretrained_model(const std::string& model, const std::string& method,
                                                  const std::filesystem::path& model_dir);

}  // namespace merkit::cli
