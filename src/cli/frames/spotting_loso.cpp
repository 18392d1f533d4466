// merkit loso over long videos: a spotter, alone or in a chain with a recognizer.
#include "cli/frames/training_videos.h"
#include "cli/loso_request.h"
#include "cli/training_samples.h"
#include "core/settings_fields.h"
#include "merkit/core/content_hash.h"
#include "merkit/data/protocol.h"
#include "merkit/methods/catalog.h"
#include "merkit/pipeline/memory_motion_store.h"
#include "merkit/pipeline/state_store.h"
#include "merkit/report/provenance.h"

#include <optional>

namespace merkit::cli {
namespace {

/// What the run is made of besides the plan: rows and how they are read.
std::string data_hash(const TrainingVideos& prepared, const PipelineConfig& config) {
  ContentHasher hasher;
  hasher.add(write_settings(config.face).to_json());
  hasher.add(config.apex_policy);
  for (const auto& clip : prepared.clips) {
    for (const auto& text : {clip.clip_id, clip.dataset, clip.subject, clip.source, clip.pattern}) hasher.add(text);
    hasher.add(clip.fps);
  }
  return hasher.digest().hex();
}

bool has_named_expression(const std::vector<AnnotatedVideo>& videos, const Protocol& protocol) {
  return std::any_of(videos.begin(), videos.end(), [&](const AnnotatedVideo& video) {
    return std::any_of(video.events.begin(), video.events.end(), [&](const ManifestClip& event) {
      return expression_type(event_kind(event)) == ExpressionType::micro && protocol.class_of(event);
    });
  });
}

void check_request(const LosoRequest& request) {
  const auto refuse = [&](const std::string& option) {
    throw ConfigError(option + " is for recognizers, and " + request.method + " spots",
                      "score the recognizer by itself with --method NAME to use it");
  };
  if (request.epoch_selection != "last") refuse("--epoch-selection " + request.epoch_selection);
  if (request.pretraining_groups != 0) refuse("--pretraining-groups");
  if (!request.pretrained.empty()) refuse("--pretrained");
}

}  // namespace

int spotting_loso(const LosoRequest& request) {
  check_request(request);
  EffectiveSettings settings(request.common, request.method);
  PipelineConfig& config = settings.pipeline;
  if (!request.apex_policy.empty()) config.apex_policy = request.apex_policy;
  const Protocol protocol = Protocol::find(request.protocol);
  const LabelSet labels = protocol.labels();
  const Method& method = find_method(request.method);
  const Settings spotter_settings = method.resolve_config(settings.method(method.name));
  const Method* recognizer = nullptr;
  Settings recognizer_settings;
  if (!request.recognizer.empty()) {
    recognizer = &find_method(request.recognizer);
    if (!recognizer->make_recognizer)
      throw ConfigError("method \"" + recognizer->name + "\" spots, it does not recognize", "merkit methods");
    recognizer_settings = recognizer->resolve_config(settings.method(recognizer->name));
  }
  std::vector<AnnotatedVideo> videos = annotated_videos(request.batch, request.truth);
  if (!protocol.datasets.empty())
    videos.erase(std::remove_if(videos.begin(), videos.end(),
                                [&](const AnnotatedVideo& video) {
                                  const auto& in = protocol.datasets;
                                  return std::find(in.begin(), in.end(), video.clip.dataset) == in.end();
                                }),
                 videos.end());
  if (videos.empty()) throw InputError("no video of the manifest takes part in protocol " + protocol.name);
  // Methods that both spot and recognize are told of classes where there are some.
  const bool spotter_names = method.make_recognizer && has_named_expression(videos, protocol);
  const auto make_spotter = [&] { return method.make_spotter(spotter_settings, spotter_names ? labels : LabelSet()); };
  MeasureOptions measure;
  measure.face = config.face;
  measure.apex = apex_policy_from_string(config.apex_policy);
  measure.label = [&](const ManifestClip& row) { return protocol.class_of(row); };
  if (recognizer) measure.expressions = recognizer->frames;
  TrainingVideos prepared =
      prepare_training_videos(videos, request.batch, request.common, *make_spotter(), measure, request.skip_failed);

  SpottingPlan plan;
  plan.spotter = method.name;
  plan.spotter_config = spotter_settings.to_json();
  if (recognizer) {
    plan.recognizer = recognizer->name;
    plan.recognizer_config = recognizer_settings.to_json();
  }
  plan.names = recognizer || spotter_names;
  plan.protocol = protocol.name;
  plan.classes = protocol.classes;
  plan.held_out = protocol.held_out;
  plan.data = data_hash(prepared, config);
  plan.software = tool_version() + " " + git_description();
  plan.seeds = request.seeds;
  SpottingMaterial material;
  material.videos = prepared.samples();
  const auto cache = request.cache.open();
  const auto store = memory_motion_store(cache);
  for (auto& video : prepared.measured) {
    plan.videos.push_back({video.sample.id, video.sample.dataset, video.sample.subject, video.sample.fps,
                           video.duration_s, video.events});
    for (auto& sample : video.expressions) sample.motion_store = store;
    material.expressions.push_back(video.expressions);
  }
  if (recognizer)
    material.crops = [&](std::size_t video, const std::vector<Detection>& found) {
      return crops_of(prepared.measured[video], prepared.clips[video], found, recognizer->frames);
    };

  const SpottingDirectory run(request.directory, plan);
  FitOptions options;
  options.device = request.common.device;
  options.states = state_store(cache);
  std::function<std::unique_ptr<Recognizer>()> make_recognizer;
  if (recognizer) make_recognizer = [&] { return recognizer->make_recognizer(recognizer_settings, labels); };
  do_tasks(request, run, [&](const FoldTask& task) {
    return run_task(plan, task, material, make_spotter, make_recognizer, options);
  });
  throw_if_stopped();
  tell_of(cache.get());
  return conclude(run, !request.shard.empty() || !request.task.empty());
}

}  // namespace merkit::cli
