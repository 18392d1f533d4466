#include "cli/batch.h"
#include "cli/cache.h"
#include "cli/commands.h"
#include "cli/provenance.h"
#include "merkit/data/csv.h"
#include "merkit/media/clip_reader.h"
#include "merkit/motion/motion_image.h"
#include "merkit/pictures/motion_pictures.h"
#include "merkit/pipeline/analyze.h"
#include "merkit/pipeline/clip_problem.h"
#include "merkit/pipeline/prepare_samples.h"
#include "merkit/pipeline/stored_flow.h"
#include "merkit/report/record_writer.h"
#include "merkit/report/records.h"

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace fs = std::filesystem;

namespace merkit::cli {
namespace {

struct FlowRequest {
  CommonOptions common;
  BatchOptions batch;
  fs::path directory;
  IntervalOptions interval;
  CacheOption cache;
  std::string format = "json", flow;
  int size = 28;
};

FilesRecord flow_of_clip(const ManifestClip& clip, const FlowRequest& request, const PipelineConfig& config,
                         const SampleOptions& sample_options, const SharedFaceModel& faces) {
  FilesRecord record;
  record.clip_id = clip.clip_id;
  record.source = clip.source;
  record.problem = problem_of([&] {
    if (clip.frames.empty() && !clip.problem)
      throw ClipError(Status::unsupported, "the row has a ready motion image and no frames");
    const Sample sample = prepare_sample(clip, sample_options, faces);
    const cv::Mat &onset = sample.faces.front().image, &apex = sample.faces.back().image;
    const MotionField motion = stored_flow(onset, apex, config.flow, sample_options.cache.get());
    cv::Mat magnitude, picture;
    cv::magnitude(motion.u, motion.v, magnitude);
    record.mean_px = cv::mean(magnitude)[0];
    cv::minMaxLoc(magnitude, nullptr, &record.max_px);
    record.interval = sample.interval;
    record.frames = record.frames_with_face = 2;
    cv::cvtColor(motion_image_minmax(motion, request.size), picture,
                 cv::COLOR_RGB2BGR);  // files hold R = u, G = v, B = strain
    write_png(request.directory / (clip.clip_id + ".png"), picture);
    write_png(request.directory / (clip.clip_id + "_motion.png"), motion_picture(onset, apex, motion));
    record.files = {clip.clip_id + ".png", clip.clip_id + "_motion.png"};
  });
  return record;
}

int flow(const FlowRequest& request) {
  start_logging(request.common);
  EffectiveSettings settings(request.common);
  PipelineConfig& config = settings.pipeline;
  if (!request.flow.empty()) config.flow.method = request.flow;
  auto clips = request.batch.collect();
  request.interval.apply(config, clips);
  create_directories_or_throw(request.directory);
  Output output({});
  RecordWriter writer(output.stream(), {record_format_from_string(request.format), "flow", false, false},
                      provenance_of(request.common, settings), {});
  const SharedFaceModel faces;
  const auto cache = request.cache.open();
  const SampleOptions sample_options{config.face, apex_policy_from_string(config.apex_policy), cache};
  std::string manifest = "clip_id,dataset,subject,features,emotion\n";
  const int code = run_batch<FilesRecord>(
      clips, request.batch, request.common,
      [&](const ManifestClip& clip, Progress&) { return flow_of_clip(clip, request, config, sample_options, faces); },
      [&](const ManifestClip& clip, const FilesRecord& record) {
        writer.write(record);
        if (record.problem.status != Status::ok) return;
        manifest += csv_quoted(clip.clip_id) + "," + csv_quoted(clip.dataset) + "," +
                    csv_quoted(clip.subject.empty() ? clip.clip_id : clip.subject) + "," +
                    csv_quoted(clip.clip_id + ".png") + "," + csv_quoted(clip.emotion) + "\n";
      });
  tell_of(cache.get());
  write_file_atomically(request.directory / "manifest.csv", manifest);
  writer.finish(stop_signal() != 0);
  output.commit();
  return code;
}

}  // namespace

void add_flow(Commands& commands) {
  auto request = std::make_shared<FlowRequest>();
  CLI::App& command =
      commands.add("flow", "Write onset-to-apex motion images (u, v, strain), pictures of them, and a manifest");
  add_batch_options(command, request->batch);
  command.add_option("-o,--output", request->directory, "Directory for CLIP.png, CLIP_motion.png and manifest.csv")
      ->required()
      ->type_name("DIR");
  command.add_option("--format", request->format, "json, jsonl or csv: of the list of what was written")
      ->check(CLI::IsMember(record_format_names()));
  command.add_option("--flow", request->flow, "tvl1, dis or farneback")->check(CLI::IsMember(flow_method_names()));
  command.add_option("--size", request->size, "Side of the motion image in pixels")
      ->check(CLI::Range(8, 512))
      ->capture_default_str();
  add_interval_options(command, request->interval);
  add_cache_option(command, request->cache);
  add_compute_options(command, request->common);
  add_common_options(command, request->common);
  command.footer("Example: merkit flow clip.mp4 --onset 12 --apex 30 -o motion");
  request->common.command = without_cache_option(commands.arguments());
  commands.set_action(command, [request] { return flow(*request); });
}

}  // namespace merkit::cli
