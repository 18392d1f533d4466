#include "cli/batch.h"
#include "cli/cache.h"
#include "cli/commands.h"
#include "cli/provenance.h"
#include "merkit/methods/catalog.h"
#include "merkit/pictures/explanation_pictures.h"
#include "merkit/pipeline/clip_problem.h"
#include "merkit/pipeline/prepare_samples.h"
#include "merkit/pipeline/stored_flow.h"
#include "merkit/report/provenance.h"
#include "merkit/report/record_writer.h"
#include "merkit/report/records.h"
#include "motion/sample_faces.h"

#include <fmt/format.h>

namespace fs = std::filesystem;

namespace merkit::cli {
namespace {

struct ExplainRequest {
  CommonOptions common;
  BatchOptions batch;
  fs::path directory;
  IntervalOptions interval;
  CacheOption cache;
  std::string model, format = "json";
};

/// What all clips of a run share.
struct Explainer {
  const ExplainRequest& request;
  SampleOptions samples;
  FlowConfig flow;
  std::shared_ptr<const Recognizer> recognizer;
  std::string model;
  Provenance provenance;
  SharedFaceModel faces = SharedFaceModel();

  ExplanationRecord explain(const ManifestClip& clip) const;
};

/// "clip: negative 0.82 (positive 0.10, surprise 0.08), by MODEL"; text drawn by OpenCV is ASCII.
std::string heading_of(const std::string& clip, const Prediction& prediction, const LabelSet& labels,
                       const std::string& model) {
  std::string others;
  for (int i = 0; i < labels.size(); ++i)
    if (i != prediction.label)
      others += fmt::format("{}{} {:.2f}", others.empty() ? "" : ", ", labels.name(i),
                            prediction.scores[static_cast<std::size_t>(i)]);
  return fmt::format("{}: {} {:.2f} ({}), by {}", clip, labels.name(prediction.label), prediction.confidence(), others,
                     model);
}

ExplanationRecord Explainer::explain(const ManifestClip& clip) const {
  ExplanationRecord record;
  record.clip_id = clip.clip_id;
  record.dataset = clip.dataset;
  record.subject = clip.subject;
  record.source = clip.source;
  record.model = model;
  record.problem = problem_of([&] {
    if (clip.frames.empty() && !clip.problem)
      throw ClipError(Status::unsupported, "the row has a ready motion image and no frames",
                      "pictures show faces: give frames instead");
    const Sample sample = prepare_sample(clip, samples, faces);
    record.interval = sample.interval;
    const auto& [onset, apex] = onset_and_apex_faces(sample);
    ExplainedClip explained{
        onset, apex, stored_flow(onset.image, apex.image, flow, samples.cache.get()), recognizer->explain(sample), {}};
    const Prediction& prediction = explained.explanation.prediction;
    explained.heading = heading_of(clip.clip_id, prediction, recognizer->labels(), model);
    const fs::path directory = request.directory / clip.clip_id;
    create_directories_or_throw(directory);
    record.pictures = write_pictures(explained, directory);
    record.prediction = prediction;
    record.pictures.files.push_back("explanation.json");
    write_file_atomically(directory / "explanation.json", explanation_json(record, provenance, recognizer->labels()));
  });
  return record;
}

int explain(const ExplainRequest& request) {
  start_logging(request.common);
  EffectiveSettings settings(request.common);
  PipelineConfig& config = settings.pipeline;
  if (!request.model.empty()) config.model = request.model;
  auto clips = request.batch.collect();
  request.interval.apply(config, clips);
  const ModelFile model = ModelFile::read(find_model(config.model, request.common.model_dir));
  const std::shared_ptr<Recognizer> recognizer = load_recognizer(model);
  Provenance provenance = provenance_of(request.common, settings);
  provenance.model = model.info.name + " sha256:" + model.sha256;
  provenance.device = recognizer->use_device(request.common.device);
  create_directories_or_throw(request.directory);
  const auto cache = request.cache.open();
  FlowConfig flow = config.flow;
  flow.method = to_string(FlowMethod::tvl1);
  const Explainer explainer{
      request,
      {config.face, apex_policy_from_string(config.apex_policy), cache, frames_needed(model.info)},
      flow,
      recognizer,
      model.info.name,
      provenance};
  Output output({});
  RecordWriter writer(output.stream(), {record_format_from_string(request.format), "explanation", false, false},
                      provenance, recognizer->labels());
  const int code = run_batch<ExplanationRecord>(
      clips, request.batch, request.common,
      [&](const ManifestClip& clip, Progress&) { return explainer.explain(clip); },
      [&](const ManifestClip&, const ExplanationRecord& record) { writer.write(record); });
  tell_of(cache.get());
  writer.finish(stop_signal() != 0);
  output.commit();
  return code;
}

}  // namespace

void add_explain(Commands& commands) {
  auto request = std::make_shared<ExplainRequest>();
  CLI::App& command =
      commands.add("explain", "Show why a model says what it says: motion, attention and Grad-CAM on the face");
  add_batch_options(command, request->batch);
  command
      .add_option("-o,--output", request->directory, "Directory for CLIP/overview.png, its parts, and explanation.json")
      ->required()
      ->type_name("DIR");
  command.add_option("--model", request->model, "Model, by name or file (default: ststnet-composite)")
      ->envname("MERKIT_MODEL")
      ->type_name("NAME|FILE");
  command.add_option("--format", request->format, "json, jsonl or csv: of what was said of each clip")
      ->check(CLI::IsMember(record_format_names()));
  add_interval_options(command, request->interval);
  add_cache_option(command, request->cache);
  add_compute_options(command, request->common);
  add_common_options(command, request->common);
  command.footer(
      "Example: merkit explain clip.mp4 --onset 12 --apex 30 --offset 47 -o why\n"
      "         merkit explain --manifest casme2.csv --model my.safetensors -o why");
  request->common.command = without_cache_option(commands.arguments());
  commands.set_action(command, [request] { return explain(*request); });
}

}  // namespace merkit::cli
