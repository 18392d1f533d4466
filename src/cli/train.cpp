#include "cli/batch.h"
#include "cli/cache.h"
#include "cli/commands.h"
#include "cli/provenance.h"
#include "cli/training_samples.h"
#include "merkit/methods/method.h"
#include "merkit/pipeline/prepare_samples.h"
#include "merkit/pipeline/state_store.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace merkit::cli {
namespace {

struct TrainRequest {
  CommonOptions common;
  BatchOptions batch;
  CacheOption cache;
  std::string method, labels, licence, apex_policy, pretrained;
  std::filesystem::path model;
  std::vector<std::string> without;
  std::optional<std::uint64_t> seed;
  bool skip_failed = false;
};

/// Shows the loss as it falls and lets a signal end the fit.
class EpochProgress final : public FitObserver {
 public:
  explicit EpochProgress(const CommonOptions& options) : options_(options) {}

  void on_epoch(int epoch, int epochs, double loss, double accuracy) override {
    if (!progress_) progress_.emplace(options_, epochs, "epochs");
    progress_->advance();
    progress_->note(fmt::format("loss {:.4f}, training accuracy {:.3f}", loss, accuracy));
    if (epoch == epochs)
      spdlog::info("epoch {}: loss {:.4f}, training accuracy {:.4f}", epoch, loss, accuracy);
    else
      spdlog::debug("epoch {}: loss {:.4f}, training accuracy {:.4f}", epoch, loss, accuracy);
    throw_if_stopped();
  }

  void on_pretraining_epoch(int epoch, int epochs, double loss) override {
    if (!pretraining_) pretraining_.emplace(options_, epochs, "epochs without labels");
    pretraining_->advance();
    pretraining_->note(fmt::format("loss {:.5f}", loss));
    if (epoch == epochs) {
      spdlog::info("epoch {} without labels: loss {:.5f}", epoch, loss);
      pretraining_.reset();
    } else {
      spdlog::debug("epoch {} without labels: loss {:.5f}", epoch, loss);
    }
    throw_if_stopped();
  }

 private:
  const CommonOptions& options_;
  std::optional<Progress> pretraining_, progress_;
};

/// All labelled samples of the manifest.
SampleSet prepare(const TrainRequest& request, const PipelineConfig& config, const LabelSet& labels,
                  std::shared_ptr<const Cache> cache) {
  std::vector<ManifestClip> clips;
  std::map<std::string, int> unmapped;
  for (auto& clip : request.batch.collect()) {
    const std::string key = clip.dataset + "/" + clip.subject;
    if (std::find(request.without.begin(), request.without.end(), key) != request.without.end()) continue;
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
  EffectiveSettings settings(request.common, request.method);
  PipelineConfig& config = settings.pipeline;
  if (!request.labels.empty()) config.labels = request.labels;
  if (!request.apex_policy.empty()) config.apex_policy = request.apex_policy;
  if (request.seed) config.seed = *request.seed;
  const Method& method = find_method(request.method);
  if (!method.make_recognizer)
    throw ConfigError("method \"" + method.name + "\" has nothing to train", "merkit methods");
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
  FitOptions options;
  options.seed = config.seed;
  options.threads = request.common.job_count();
  options.device = request.common.device;
  options.licence = request.licence;
  options.states = state_store(cache);
  options.pretrained = pretrained;
  std::string command;
  for (const auto& word : request.common.command) command += (command.empty() ? "" : " ") + word;
  options.provenance = command + "; merkit " + tool_version() + " " + git_description() + "; seed " +
                       std::to_string(config.seed) + "; " + std::to_string(samples.size()) + " samples";
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
  command.add_option("--apex-policy", request->apex_policy, "Without an apex: middle, spot or skip")
      ->check(CLI::IsMember(apex_policy_names()));
  command.add_option("--seed", request->seed, "Seed of initial weights, shuffling and dropout")->type_name("N");
  command.add_option("--licence", request->licence, "Terms of use to record in the model file")->type_name("TEXT");
  command.add_flag("--skip-failed", request->skip_failed, "Train without the clips that cannot be read");
  add_cache_option(command, request->cache);
  add_compute_options(command, request->common);
  add_common_options(command, request->common);
  command.footer(
      "Example: merkit train --manifest composite.csv --method ststnet --set training.epochs=600 -o my.safetensors");
  request->common.command = without_cache_option(commands.arguments());
  commands.set_action(command, [request] { return train(*request); });
}

}  // namespace merkit::cli
