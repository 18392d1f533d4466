#pragma once

#include "merkit/core/label_set.h"
#include "merkit/core/settings.h"
#include "merkit/data/manifest.h"
#include "merkit/pipeline/pipeline_config.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace merkit::cli {

/// What every command takes.
struct CommonOptions {
  std::vector<std::string> command;  ///< argv
  std::filesystem::path config_file, log_file, model_dir;
  std::vector<std::string> settings;  ///< --set path=value
  std::string progress = "auto", log_level = "info", device = "cpu";
  bool quiet = false;
  int verbose = 0, jobs = 0;

  /// --jobs, else $SLURM_CPUS_PER_TASK, else the CPUs this process may use.
  int job_count() const;
};
void add_common_options(CLI::App& command, CommonOptions& options);
/// --jobs and --device, for commands that compute.
void add_compute_options(CLI::App& command, CommonOptions& options);

/// Where the inputs of a command come from.
struct BatchOptions {
  std::vector<std::string> clips;
  std::string files_from;
  std::filesystem::path manifest, failed;
  std::vector<std::string> subjects;
  std::string pattern;
  double fps = 0;
  bool fail_fast = false;
  int max_failures = -1;

  /// One row an input, in order, clip ids unique. Throws ConfigError when there is none.
  std::vector<ManifestClip> collect() const;
};
void add_batch_options(CLI::App& command, BatchOptions& options);

/// Which span of a clip, and whose face.
struct IntervalOptions {
  std::optional<int> onset, apex, offset, face;
  std::string apex_policy;

  /// Lays what was given over the settings and the clips.
  void apply(PipelineConfig& config, std::vector<ManifestClip>& clips) const;
};
void add_interval_options(CLI::App& command, IntervalOptions& options);

/// --format and -o.
struct OutputOptions {
  std::string format = "json";
  std::filesystem::path file;
};
void add_output_options(CLI::App& command, OutputOptions& options);

/// The settings tree of this run: built-in < user's file < --config < MERKIT_A__B variables < --set.
/// A --set path that begins with no known section belongs to the method in use, so `--set training.epochs=50` does what
/// it says.
class EffectiveSettings {
 public:
  /// `method` is the one named on the command line. Where it is empty and `spots` holds, it is the spotter of the
  /// settings.
  explicit EffectiveSettings(const CommonOptions& options, const std::string& method = {}, bool spots = false);

  PipelineConfig pipeline;

  /// configs/methods/<name>.json with "methods.<name>" of this run laid over it.
  Settings method(const std::string& name) const;

  /// For the record: the pipeline's settings and the effective ones of the methods named.
  Settings record(const std::vector<std::pair<std::string, Settings>>& methods) const;

 private:
  Settings methods_;
};

/// A label set by name (configs/labels/NAME.json) or file.
LabelSet find_labels(const std::string& name_or_file);

}  // namespace merkit::cli
