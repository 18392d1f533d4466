// merkit train for spotters: fits on long videos in which the expressions are known.
#include "cli/frames/training_videos.h"
#include "cli/train_request.h"
#include "merkit/pipeline/prepare_samples.h"
#include "merkit/pipeline/state_store.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace merkit::cli {

int train_spotter(const TrainRequest& request) {
  EffectiveSettings settings(request.common, request.method);
  PipelineConfig& config = settings.pipeline;
  if (!request.labels.empty()) config.labels = request.labels;
  if (request.seed) config.seed = *request.seed;
  if (!request.pretrained.empty())
    throw ConfigError("--pretrained is for recognizers, and " + request.method + " is trained to spot");
  const Method& method = find_method(request.method);
  // Classes are for methods that name what they find; others are told nothing of emotions.
  const LabelSet labels = method.make_recognizer ? find_labels(config.labels) : LabelSet();
  const auto spotter = method.make_spotter(method.resolve_config(settings.method(method.name)), labels);
  AtomicFile probe(request.model);  // better to hear of a missing directory now than after the training

  std::vector<AnnotatedVideo> videos = annotated_videos(request.batch, request.truth);
  videos.erase(std::remove_if(videos.begin(), videos.end(),
                              [&](const AnnotatedVideo& video) { return request.leaves_out(video.clip); }),
               videos.end());
  if (videos.empty()) throw InputError("no video of the manifest is left to learn from");
  MeasureOptions measure;
  measure.face = config.face;
  measure.label = [&](const ManifestClip& row) { return label_of(row, labels); };
  const SpottingSampleSet samples =
      prepare_training_videos(videos, request.batch, request.common, *spotter, measure, request.skip_failed).samples();
  std::set<std::string> subjects;
  std::size_t expressions = 0;
  for (const auto& sample : samples) {
    subjects.insert(sample.subject_key());
    expressions += sample.expressions.size();
  }
  const std::string taught_by =
      fmt::format("{} expressions in {} videos of {} subjects", expressions, samples.size(), subjects.size());
  spdlog::info("training {} on {}", method.name, taught_by);

  const auto cache = request.cache.open();
  FitOptions options = fit_options(request, config.seed, taught_by);
  options.states = state_store(cache);
  EpochProgress progress(request.common);
  spotter->fit(samples, options, progress);
  spotter->save(request.model);
  spdlog::info("wrote {}", request.model.string());
  return kAllDone;
}

}  // namespace merkit::cli
