#include "cli/options.h"

#include "core/settings_fields.h"
#include "merkit/core/files.h"
#include "merkit/methods/catalog.h"
#include "merkit/pipeline/ordered_batch.h"
#include "merkit/report/record_writer.h"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <set>

namespace fs = std::filesystem;

namespace merkit::cli {

int CommonOptions::job_count() const { return jobs > 0 ? jobs : available_cpus(); }

void add_common_options(CLI::App& command, CommonOptions& options) {
  const auto group = "Settings and messages";
  command.add_option("--config", options.config_file, "JSON file of settings")
      ->group(group)
      ->envname("MERKIT_CONFIG")
      ->type_name("FILE");
  command.add_option("--set", options.settings, "Override one setting, as path.to.key=value (repeatable)")
      ->group(group)
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  command.add_option("--model-dir", options.model_dir, "Look for models here first")->group(group)->type_name("DIR");
  command.add_option("--progress", options.progress, "auto, always or never")
      ->group(group)
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->envname("MERKIT_PROGRESS");
  command.add_flag("-q,--quiet", options.quiet, "Only errors on stderr")->group(group);
  command.add_flag("-v,--verbose", options.verbose, "More messages on stderr")->group(group);
  command.add_option("--log-level", options.log_level, "trace, debug, info, warning, error or off")
      ->group(group)
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error", "off"}))
      ->envname("MERKIT_LOG_LEVEL");
  command.add_option("--log-file", options.log_file, "Also write messages to this file")
      ->group(group)
      ->type_name("FILE");
}

void add_compute_options(CLI::App& command, CommonOptions& options) {
  command.add_option("-j,--jobs", options.jobs, "Clips at a time (default: the CPUs available)")
      ->check(CLI::Range(1, 4096))
      ->envname("MERKIT_JOBS")
      ->type_name("N");
  command.add_option("--device", options.device, "cpu, cuda, cuda:N or auto")
      ->envname("MERKIT_DEVICE")
      ->type_name("DEVICE");
}

void add_batch_options(CLI::App& command, BatchOptions& options) {
  const auto group = "Inputs";
  command.add_option("clip", options.clips, "Video files, or directories of frames")->type_name("CLIP");
  command.add_option("--files-from", options.files_from, "Read clip paths from this file, one a line (-: stdin)")
      ->group(group)
      ->type_name("LIST");
  command.add_option("--manifest", options.manifest, "Clips from a manifest (CSV or JSON)")
      ->group(group)
      ->type_name("FILE");
  command.add_option("--subject", options.subjects, "Of the manifest, only this dataset/subject (repeatable)")
      ->group(group)
      ->type_name("KEY")
      ->allow_extra_args(false);
  command.add_option("--fps", options.fps, "Frame rate of frame directories")
      ->group(group)
      ->check(CLI::PositiveNumber)
      ->type_name("FPS");
  command
      .add_option("--pattern", options.pattern, "Regular expression whose one group is the frame number in a file name")
      ->group(group)
      ->type_name("REGEX");
  command.add_flag("--fail-fast", options.fail_fast, "Stop at the first input that fails")->group(group);
  command.add_option("--max-failures", options.max_failures, "Stop when more than N inputs failed")
      ->group(group)
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command.add_option("--failed", options.failed, "Write the inputs that failed to this file, for --files-from")
      ->group(group)
      ->type_name("FILE");
}

void IntervalOptions::apply(PipelineConfig& config, std::vector<ManifestClip>& clips) const {
  if (!apex_policy.empty()) config.apex_policy = apex_policy;
  if (face) config.face.face = *face;
  for (auto& clip : clips) {
    if (onset) clip.onset = onset;
    if (apex) clip.apex = apex;
    if (offset) clip.offset = offset;
  }
}

void add_interval_options(CLI::App& command, IntervalOptions& options) {
  command.add_option("--onset", options.onset, "First frame of the expression (default: the clip's first)")
      ->type_name("N");
  command.add_option("--apex", options.apex, "Frame of greatest intensity (default: see --apex-policy)")
      ->type_name("N");
  command.add_option("--offset", options.offset, "Last frame of the expression (default: the clip's last)")
      ->type_name("N");
  command.add_option("--apex-policy", options.apex_policy, "Without an apex: middle, spot or skip")
      ->check(CLI::IsMember(apex_policy_names()));
  command.add_option("--face", options.face, "Which face, counted from the largest (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
}

void add_output_options(CLI::App& command, OutputOptions& options) {
  command.add_option("--format", options.format, "json, jsonl or csv")
      ->check(CLI::IsMember(record_format_names()))
      ->envname("MERKIT_FORMAT");
  command.add_option("-o,--output", options.file, "Write results here instead of stdout, whole or not at all")
      ->type_name("FILE");
}

namespace {

/// A clip given by path: its id is the file's stem, made of the characters manifests allow.
ManifestClip clip_at(const std::string& path, const BatchOptions& options) {
  ManifestClip clip;
  clip.frames = fs::path(path).lexically_normal();
  fs::path name = clip.frames.has_filename() ? clip.frames : clip.frames.parent_path();
  clip.clip_id = fs::is_directory(clip.frames) ? name.filename().string() : name.stem().string();
  clip.source = path;
  clip.fps = options.fps;
  clip.pattern = options.pattern;
  clip.frame_base = fs::is_directory(clip.frames) ? FrameBase::filename : FrameBase::index0;
  return clip;
}

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream stream;
  if (file != "-") {
    stream.open(file);
    if (!stream) throw InputError("cannot read the list " + file);
  }
  std::vector<std::string> lines;
  for (std::string line; std::getline(file == "-" ? std::cin : stream, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

}  // namespace

std::vector<ManifestClip> BatchOptions::collect() const {
  std::vector<ManifestClip> result;
  for (const auto& path : clips) result.push_back(clip_at(path, *this));
  if (!files_from.empty())
    for (const auto& path : lines_of(files_from)) result.push_back(clip_at(path, *this));
  std::set<std::string> known_subjects;
  if (!manifest.empty())
    for (auto& clip : Manifest::read(manifest).clips) {
      const std::string key = clip.dataset + "/" + clip.subject;
      known_subjects.insert(key);
      if (!subjects.empty() && std::find(subjects.begin(), subjects.end(), key) == subjects.end()) continue;
      if (clip.fps <= 0) clip.fps = fps;
      if (clip.pattern.empty()) clip.pattern = pattern;
      result.push_back(std::move(clip));
    }
  for (const auto& subject : subjects)
    if (!known_subjects.count(subject))
      throw_unknown_name("subject", subject, {known_subjects.begin(), known_subjects.end()});
  if (result.empty())
    throw ConfigError("no clips given", "name video files or frame directories, or use --files-from or --manifest");
  std::set<std::string> taken;
  for (auto& clip : result) {
    const std::string stem = clip.clip_id;
    for (int i = 2; !taken.insert(clip.clip_id).second; ++i) clip.clip_id = stem + "_" + std::to_string(i);
  }
  return result;
}

LabelSet find_labels(const std::string& name_or_file) {
  if (fs::path(name_or_file).has_extension() && fs::exists(name_or_file)) return LabelSet::from_file(name_or_file);
  const fs::path folder = find_resource("configs/labels");
  if (fs::exists(folder / (name_or_file + ".json"))) return LabelSet::from_file(folder / (name_or_file + ".json"));
  std::vector<std::string> known;
  for (const auto& entry : fs::directory_iterator(folder)) known.push_back(entry.path().stem().string());
  std::sort(known.begin(), known.end());
  throw_unknown_name("label set", name_or_file, known);
}

}  // namespace merkit::cli
