#include "cli/batch.h"
#include "cli/cache.h"
#include "cli/commands.h"
#include "cli/provenance.h"
#include "merkit/methods/catalog.h"
#include "merkit/pipeline/recognize_clips.h"
#include "merkit/report/provenance.h"
#include "merkit/report/record_writer.h"
#include "merkit/report/records.h"

#include <future>
#include <map>
#include <optional>
#include <set>

namespace merkit::cli {
namespace {

struct RecognizeRequest {
  CommonOptions common;
  BatchOptions batch;
  OutputOptions output;
  IntervalOptions interval;
  CacheOption cache;
  std::string model;
  std::optional<int> fold;
  bool logits = false, allow_seen_subjects = false;
};

/// A model says nothing about new people when it is scored on those it learned from.
void refuse_seen_subjects(const ModelInfo& model, const std::vector<ManifestClip>& clips, const LabelSet& labels) {
  const std::set<std::string> trained_on(model.subjects.begin(), model.subjects.end());
  std::set<std::string> seen;
  for (const auto& clip : clips)
    if (label_of(clip, labels) && trained_on.count(clip.dataset + "/" + clip.subject))
      seen.insert(clip.dataset + "/" + clip.subject);
  if (seen.empty()) return;
  throw ModelError("model " + model.name + " was trained on " + std::to_string(seen.size()) +
                       " of the subjects it would be scored on, " + *seen.begin() + " among them",
                   "its scores would say nothing about new people; --allow-seen-subjects goes on all the same and "
                   "stamps the result");
}

int recognize(const RecognizeRequest& request) {
  start_logging(request.common);
  EffectiveSettings settings(request.common);
  PipelineConfig& config = settings.pipeline;
  if (!request.model.empty()) config.model = request.model;
  auto clips = request.batch.collect();
  request.interval.apply(config, clips);
  const auto cache = request.cache.open();
  const ModelFile model = ModelFile::read(find_model(config.model, request.common.model_dir));
  const SampleOptions sample_options{config.face, apex_policy_from_string(config.apex_policy), cache,
                                     frames_needed(model.info)};
  // The model knows its classes; how a data set spells them is the label set's business.
  const LabelSet labels(model.info.labels), vocabulary = find_labels(config.labels);
  const LabelSet truth(labels.classes(), vocabulary.classes() == labels.classes()
                                             ? vocabulary.mapping()
                                             : std::map<std::string, std::string>{});
  if (!request.allow_seen_subjects) refuse_seen_subjects(model.info, clips, truth);
  const std::set<std::string> trained_on(model.info.subjects.begin(), model.info.subjects.end());
  Provenance provenance = provenance_of(request.common, settings);
  provenance.model = model.info.name + " sha256:" + model.sha256;
  provenance.allow_seen_subjects = request.allow_seen_subjects;

  // LibTorch takes a third of a second to load: clips are read meanwhile.
  std::string device;
  const FutureRecognizer recognizer = std::async(std::launch::async, [&]() -> std::shared_ptr<const Recognizer> {
                                        std::shared_ptr<Recognizer> loaded = load_recognizer(model);
                                        device = loaded->use_device(request.common.device);
                                        return loaded;
                                      }).share();

  Output output(request.output.file);
  std::optional<RecordWriter> writer;
  const auto records = [&]() -> RecordWriter& {
    if (!writer) {
      recognizer.get();
      provenance.device = device;
      writer.emplace(
          output.stream(),
          RecordOptions{record_format_from_string(request.output.format), "prediction", request.logits, false},
          provenance, labels);
    }
    return *writer;
  };
  const auto record_of = [&](const ManifestClip& clip, const RecognizedClip& recognized) {
    PredictionRecord record;
    record.clip_id = clip.clip_id;
    record.dataset = clip.dataset;
    record.subject = clip.subject;
    record.source = clip.source;
    record.fps = clip.fps;
    record.model = model.info.name;
    record.seen_subject = trained_on.count(clip.dataset + "/" + clip.subject) > 0;
    record.fold = request.fold;
    record.seed = config.seed;
    if (const auto label = label_of(clip, truth)) record.label_true = truth.name(*label);
    record.problem = recognized.problem;
    record.prediction = recognized.prediction;
    if (recognized.prediction) {
      record.has_interval = clip.features.empty() || clip.onset;
      record.interval = recognized.interval;
    } else {
      record.has_interval = clip.onset && clip.offset;
      record.interval = {clip.onset.value_or(0), clip.apex, clip.offset.value_or(0)};
    }
    return record;
  };
  const SharedFaceModel faces;
  Progress progress(request.common, clips.size(), "clips");
  FailureLog failures(request.batch);
  recognize_clips(clips, {sample_options, request.common.job_count()}, faces, recognizer,
                  [&](std::size_t i, const RecognizedClip& recognized) {
                    records().write(record_of(clips[i], recognized));
                    progress.advance();
                    return failures.note(clips[i], recognized.problem);
                  });
  tell_of(cache.get());
  records().finish(stop_signal() != 0);
  output.commit();
  return failures.finish();
}

}  // namespace

void add_recognize(Commands& commands) {
  auto request = std::make_shared<RecognizeRequest>();
  CLI::App& command = commands.add("recognize", "Name the emotion of clips whose interval is known");
  add_batch_options(command, request->batch);
  add_output_options(command, request->output);
  add_compute_options(command, request->common);
  command.add_option("--model", request->model, "Model, by name or file (default: ststnet-composite)")
      ->envname("MERKIT_MODEL")
      ->type_name("NAME|FILE");
  add_interval_options(command, request->interval);
  add_cache_option(command, request->cache);
  command.add_flag("--logits", request->logits, "Include the values before the softmax");
  command.add_option("--fold", request->fold, "Fold number to note in the records")->type_name("N");
  command.add_flag("--allow-seen-subjects", request->allow_seen_subjects,
                   "Score a model on people it was trained on; stamped into the result");
  add_common_options(command, request->common);
  command.footer(
      "Example: merkit recognize clip.mp4 --onset 12 --apex 30 --offset 47\n"
      "         merkit recognize --manifest casme2.csv --format csv -o predictions.csv");
  request->common.command = without_cache_option(commands.arguments());
  commands.set_action(command, [request] { return recognize(*request); });
}

}  // namespace merkit::cli
