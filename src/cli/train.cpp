#include "cli/commands.h"
#include "cli/train_request.h"
#include "cli/training_samples.h"
#include "merkit/pipeline/prepare_samples.h"
#include "merkit/pipeline/state_store.h"

#include <set>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace merkit::cli {
namespace {

/// All labelled samples of the manifest.
SampleSet prepare(const TrainRequest& request, const PipelineConfig& config, const LabelSet& labels,
                  std::shared_ptr<const Cache> cache) {
  std::vector<ManifestClip> clips;
  std::map<std::string, int> unmapped;
  for (auto& clip : request.batch.collect()) {
    if (request.leaves_out(clip)) continue;
    if (label_of(clip, labels))
      clips.push_back(std::move(clip));
    else
      ++unmapped[clip.emotion];
  }
  for (const auto& [emotion, count] : unmapped)
    spdlog::warn("{} clips of emotion \"{}\" have no class in the label set and are left out", count, emotion);
  if (clips.empty()) throw InputError("no clip of the manifest has a label that the label set knows");

  const SampleOptions options{config.face, apex_policy_from_string(config.apex_policy), std::move(cache),
                              find_method(request.method).frames};
  return prepare_training_samples(
             clips, request.batch, request.common, options,
             [&](const ManifestClip& clip) { return label_of(clip, labels); }, request.skip_failed)
      .samples;
}

int train(const TrainRequest& request) {
  start_logging(request.common);
  const Method& method = find_method(request.method);
  if (is_over_videos(method, request.videos || !request.truth.empty())) return train_spotter(request);
  EffectiveSettings settings(request.common, request.method);
  PipelineConfig& config = settings.pipeline;
  if (!request.labels.empty()) config.labels = request.labels;
  if (!request.apex_policy.empty()) config.apex_policy = request.apex_policy;
  if (request.seed) config.seed = *request.seed;
  check_no_video_options(request.truth, request.videos, "", method.name);
  const LabelSet labels = find_labels(config.labels);
  const Settings method_settings = method.resolve_config(settings.method(method.name));
  const auto pretrained = pretrained_model(request.pretrained, method.name, request.common.model_dir);
  AtomicFile probe(request.model);  // better to hear of a missing directory now than after the training

  const auto cache = request.cache.open();
  const SampleSet samples = prepare(request, config, labels, cache);
  std::set<std::string> subjects;
  for (const auto& sample : samples) subjects.insert(sample.subject_key());
  spdlog::info("training {} on {} samples of {} subjects", method.name, samples.size(), subjects.size());

  const auto recognizer = method.make_recognizer(method_settings, labels);
  FitOptions options = fit_options(request, config.seed, fmt::format("{} samples", samples.size()));
  options.states = state_store(cache);
  options.pretrained = pretrained;
  EpochProgress progress(request.common);
  recognizer->fit(samples, options, progress);
  tell_of(cache.get());
  recognizer->save(request.model);
  spdlog::info("wrote {}", request.model.string());
  return kAllDone;
}

}  // namespace

void add_train(Commands& commands) {
  auto request = std::make_shared<TrainRequest>();
  CLI::App& command = commands.add("train", "Fit a method on all samples of a manifest and write a model file");
  add_batch_options(command, request->batch);
  command.get_option("--manifest")->required();
  command.add_option("--method", request->method, "What to train (merkit methods lists them)")
      ->required()
      ->type_name("NAME");
  command.add_option("-o,--output", request->model, "Model file to write (.safetensors)")
      ->required()
      ->type_name("MODEL");
  command.add_option("--labels", request->labels, "Label set: a name under configs/labels, or a file")
      ->type_name("NAME|FILE");
  command.add_option("--without", request->without, "Leave this dataset/subject out (repeatable)")
      ->type_name("KEY")
      ->allow_extra_args(false);
  add_pretrained_option(command, request->pretrained);
  add_truth_options(command, request->truth, request->videos);
  command.add_option("--apex-policy", request->apex_policy, "Without an apex: middle, spot or skip")
      ->check(CLI::IsMember(apex_policy_names()));
  command.add_option("--seed", request->seed, "Seed of initial weights, shuffling and dropout")->type_name("N");
  command.add_option("--licence", request->licence, "Terms of use to record in the model file")->type_name("TEXT");
  command.add_flag("--skip-failed", request->skip_failed, "Train without the clips that cannot be read");
  add_cache_option(command, request->cache);
  add_compute_options(command, request->common);
  add_common_options(command, request->common);
  command.footer(
      "Example: merkit train --manifest composite.csv --method ststnet --set training.epochs=600 -o my.safetensors\n"
      "         merkit train --manifest videos.csv --truth truth.csv --method strain_peaks -o spotter.safetensors");
  request->common.command = without_cache_option(commands.arguments());
  commands.set_action(command, [request] { return train(*request); });
}

}  // namespace merkit::cli
