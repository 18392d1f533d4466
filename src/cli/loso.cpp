// merkit loso and merkit merge: leave-one-subject-out runs, whole or in parts.
#include "cli/commands.h"
#include "cli/loso_request.h"
#include "cli/training_samples.h"
#include "core/settings_fields.h"
#include "merkit/core/content_hash.h"
#include "merkit/data/protocol.h"
#include "merkit/experiments/spotting_plan.h"
#include "merkit/methods/catalog.h"
#include "merkit/pipeline/memory_motion_store.h"
#include "merkit/pipeline/prepare_samples.h"
#include "merkit/pipeline/state_store.h"
#include "merkit/report/provenance.h"

namespace fs = std::filesystem;

namespace merkit::cli {
namespace {

/// All clips that take part, as samples with labels; motion is measured once for all folds.
TrainingSamples prepare(const LosoRequest& request, const PipelineConfig& config, const Protocol& protocol,
                        std::shared_ptr<const Cache> cache) {
  std::vector<ManifestClip> all = request.batch.collect(), clips;
  for (auto& clip : all)
    if (protocol.class_of(clip)) clips.push_back(clip);
  spdlog::info("{} of {} clips take part in protocol {}", clips.size(), all.size(), protocol.name);
  if (const auto mismatches = protocol.count_mismatches(all); !mismatches.empty()) {
    for (const auto& mismatch : mismatches) spdlog::warn("{}", mismatch);
    if (!request.allow_count_mismatch)
      throw InputError("the clips are not those of protocol " + protocol.name + ": " + mismatches.front(),
                       "mend the manifest, or go on with --allow-count-mismatch");
  }
  if (clips.empty()) throw InputError("no clip of the manifest takes part in protocol " + protocol.name);
  TrainingSamples result = prepare_training_samples(
      clips, request.batch, request.common,
      {config.face, apex_policy_from_string(config.apex_policy), cache, find_method(request.method).frames},
      [&](const ManifestClip& clip) { return protocol.class_of(clip); }, request.skip_failed);
  const auto store = memory_motion_store(cache);
  for (auto& sample : result.samples) sample.motion_store = store;
  return result;
}

/// What the samples are made of: rows, settings, and the bytes of ready motion images.
std::string data_hash(const TrainingSamples& prepared, const PipelineConfig& config) {
  ContentHasher hasher;
  hasher.add(write_settings(config.face).to_json());
  hasher.add(config.apex_policy);
  for (const auto& clip : prepared.clips) {
    for (const auto& text : {clip.clip_id, clip.dataset, clip.subject, clip.emotion, clip.source, clip.pattern})
      hasher.add(text);
    for (const auto& frame : {clip.onset, clip.apex, clip.offset}) hasher.add(frame.value_or(-1));
    hasher.add(clip.fps);
    if (!clip.features.empty()) hasher.add(hash_of_file(clip.features));
  }
  return hasher.digest().hex();
}

/// Throws InputError naming a person of the run who taught the model.
void check_never_seen(const ModelFile& model, const RecognitionPlan& plan) {
  for (const auto& clip : plan.clips)
    for (const auto& person : model.info.subjects)
      if (person == clip.dataset + "/" + clip.subject)
        throw InputError(
            "model \"" + model.info.name + "\" has learned from " + person + ", who is held out in this run",
            "take a model of other people, such as of another data set");
}

int loso(const LosoRequest& request) {
  start_logging(request.common);
  EffectiveSettings settings(request.common, request.method);
  PipelineConfig& config = settings.pipeline;
  if (!request.apex_policy.empty()) config.apex_policy = request.apex_policy;
  const Method& method = find_method(request.method);
  if (is_over_videos(method, request.videos || !request.truth.empty() || !request.recognizer.empty()))
    return spotting_loso(request);
  const Protocol protocol = Protocol::find(request.protocol);
  check_no_video_options(request.truth, request.videos, request.recognizer, method.name);
  const Settings method_settings = method.resolve_config(settings.method(method.name));
  const auto pretrained = pretrained_model(request.pretrained, method.name, request.common.model_dir);
  const auto cache = request.cache.open();
  const TrainingSamples prepared = prepare(request, config, protocol, cache);

  RecognitionPlan plan;
  plan.method = method.name;
  plan.config = method_settings.to_json();
  plan.protocol = protocol.name;
  plan.classes = protocol.classes;
  plan.held_out = protocol.held_out;
  plan.epoch_selection = request.epoch_selection;
  plan.pretraining_groups = request.pretraining_groups;
  if (pretrained) plan.pretrained = pretrained->sha256;
  plan.data = data_hash(prepared, config);
  plan.software = tool_version() + " " + git_description();
  plan.seeds = request.seeds;
  for (std::size_t i = 0; i < prepared.clips.size(); ++i)
    plan.clips.push_back(
        {prepared.clips[i].clip_id, prepared.clips[i].dataset, prepared.clips[i].subject, *prepared.samples[i].label});
  if (pretrained) check_never_seen(*pretrained, plan);
  const RecognitionDirectory run(request.directory, plan);

  FitOptions options;
  options.device = request.common.device;
  options.states = state_store(cache);
  options.pretrained = pretrained;
  const LabelSet labels = protocol.labels();
  do_tasks(request, run, [&](const FoldTask& task) {
    return run_task(
        plan, task, prepared.samples, [&] { return method.make_recognizer(method_settings, labels); }, options);
  });
  throw_if_stopped();
  tell_of(cache.get());
  return conclude(run, !request.shard.empty() || !request.task.empty());
}

struct MergeRequest {
  CommonOptions common;
  std::vector<fs::path> parts;
  fs::path directory;
};

template <class Directory>
int merge_parts(const MergeRequest& request) {
  const Directory first(request.parts.front());
  const Directory run(request.directory, first.plan());
  for (const auto& part : request.parts) run.take_from(Directory(part));
  return conclude(run, false);
}

int merge(const MergeRequest& request) {
  start_logging(request.common);
  return holds_spotting_run(request.parts.front()) ? merge_parts<SpottingDirectory>(request)
                                                   : merge_parts<RecognitionDirectory>(request);
}

}  // namespace

void add_loso(Commands& commands) {
  auto request = std::make_shared<LosoRequest>();
  CLI::App& command =
      commands.add("loso", "Score a method by leaving one subject out: a model for each, trained on all the others");
  add_batch_options(command, request->batch);
  command.add_option("--method", request->method, "Method to train (merkit methods)")->required()->type_name("NAME");
  command.add_option("--protocol", request->protocol, "Clips, classes and what is held out, by name or file")
      ->type_name("NAME|FILE")
      ->capture_default_str();
  command.add_option("-o,--output", request->directory, "Directory of the run; an unfinished one goes on")
      ->required()
      ->type_name("DIR");
  command.add_option("--seeds", request->seeds, "Seeds, each a run over all folds")->delimiter(',')->type_name("N,...");
  command
      .add_option(
          "--epoch-selection", request->epoch_selection,
          "Which epoch is scored: last; inner, chosen on some of the training people; test-oracle, chosen on the "
          "held-out person, to reproduce figures that leak (stamped so)")
      ->check(CLI::IsMember(epoch_selections()))
      ->capture_default_str();
  command
      .add_option("--pretraining-groups", request->pretraining_groups,
                  "For methods with a stage without labels: divide the folds into N groups, each of which shares that "
                  "stage, done without all people held out in the group; 0: each fold has its own")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  add_pretrained_option(command, request->pretrained);
  add_truth_options(command, request->truth, request->videos);
  command
      .add_option("--recognizer", request->recognizer,
                  "Over long videos: the method that names what --method spots, fitted on the annotated "
                  "micro-expressions of the training people; both are scored together")
      ->type_name("NAME");
  command.add_option("--apex-policy", request->apex_policy, "Clips without annotated apex: middle, spot or skip")
      ->check(CLI::IsMember(apex_policy_names()));
  auto* const shard = command.add_option("--shard", request->shard, "Only every N-th task, from the I-th: I/N");
  command.add_option("--task", request->task, "Only one task, from 0; auto takes $SLURM_ARRAY_TASK_ID")
      ->excludes(shard);
  command.add_flag("--skip-failed", request->skip_failed, "Go on without clips that cannot be used");
  command.add_flag("--allow-count-mismatch", request->allow_count_mismatch,
                   "Go on when the numbers of clips are not those of the protocol");
  add_cache_option(command, request->cache);
  add_compute_options(command, request->common);
  add_common_options(command, request->common);
  command.footer(
      "Example: merkit loso --manifest composite.csv --method ststnet --protocol megc2019 --seeds 1,2,3 -o run\n"
      "         merkit loso --manifest videos.csv --truth truth.csv --method strain_peaks --recognizer flow_svm -o "
      "chain\n"
      "         merkit evaluate run");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return loso(*request); });
}

void add_merge(Commands& commands) {
  auto request = std::make_shared<MergeRequest>();
  CLI::App& command = commands.add("merge", "Put the parts of a leave-one-subject-out run together");
  command.add_option("parts", request->parts, "Directories of merkit loso --shard or --task")
      ->required()
      ->type_name("DIR");
  command.add_option("-o,--output", request->directory, "Directory of the whole run")->required()->type_name("DIR");
  add_common_options(command, request->common);
  command.footer("Example: merkit merge part1 part2 -o run");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return merge(*request); });
}

}  // namespace merkit::cli
