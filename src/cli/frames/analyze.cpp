// merkit run and merkit spot: the same pass over each clip, with and without naming what was found.
#include "merkit/pipeline/analyze.h"

#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/frames/chosen_spotter.h"
#include "cli/frames/illustrations.h"
#include "cli/frames/live_lines.h"
#include "cli/provenance.h"
#include "merkit/methods/catalog.h"
#include "merkit/report/frame_tables.h"
#include "merkit/report/provenance.h"
#include "merkit/report/record_writer.h"
#include "merkit/report/spotting_table.h"

namespace merkit::cli {
namespace {

struct AnalyzeRequest {
  CommonOptions common;
  BatchOptions batch;
  OutputOptions output;
  IllustrationOptions illustrations;
  std::string spotter, model, table;
  std::filesystem::path signals;
  std::optional<int> face;
  bool timing = false, live = false;
};

struct MethodNames {
  std::string spotter, model;
};

ClipRequest clip_request(const ManifestClip& clip, const MethodNames& names, Progress& progress) {
  ClipRequest result;
  result.clip_id = clip.clip_id;
  result.subject = clip.subject;
  result.source = clip.source;
  result.clip = clip.frames;
  result.options = {clip.fps, clip.pattern};
  result.problem = clip.problem;
  result.spotter = names.spotter;
  result.model = names.model;
  result.frames_done = &progress.frames();
  result.frames_expected = &progress.expected_frames();
  if (clip.frames.empty())
    result.problem = ClipError(Status::unsupported, "the row has a ready motion image and no frames to look through",
                               "use merkit recognize");
  return result;
}

void check_live(const AnalyzeRequest& request) {
  if (request.output.format != "jsonl" || !request.table.empty())
    throw ConfigError("--live writes one line an interval", "add --format jsonl, and leave --table away");
  if (!request.output.file.empty())
    throw ConfigError("--live writes to stdout while clips are read; a file given with -o appears when all is done",
                      "leave -o away, and let the shell write the file: > " + request.output.file.string());
}

int analyze(const AnalyzeRequest& request, bool naming) {
  start_logging(request.common);
  if (request.live) check_live(request);
  const auto model_given = spotter_model(request.spotter, request.common.model_dir);
  EffectiveSettings settings(request.common, model_given ? model_given->info.method : request.spotter, /*spots=*/true);
  PipelineConfig& config = settings.pipeline;
  if (!request.spotter.empty()) config.spotter = request.spotter;
  if (!request.model.empty()) config.model = request.model;
  if (request.face) config.face.face = *request.face;
  const auto clips = request.batch.collect();

  const ChosenSpotter spotter = choose_spotter(config.spotter, settings, request.common);
  Provenance provenance = provenance_of(request.common, settings, {{spotter.method, spotter.settings}});
  provenance.model = spotter.model;
  std::shared_ptr<Recognizer> recognizer;
  FrameNeed frames = FrameNeed::onset_and_apex;
  MethodNames names{spotter.name, ""};
  LabelSet labels;
  if (naming) {
    const ModelFile model = ModelFile::read(find_model(config.model, request.common.model_dir));
    recognizer = load_recognizer(model);
    frames = frames_needed(model.info);
    provenance.device = recognizer->use_device(request.common.device);
    provenance.model =
        model.info.name + " sha256:" + model.sha256 + (spotter.model.empty() ? "" : ", spotter " + spotter.model);
    names.model = model.info.name;
    labels = recognizer->labels();
  }
  if (!request.signals.empty()) create_directories_or_throw(request.signals);

  const Illustrator illustrator(request.illustrations, clips.size(), labels);

  Output output(request.output.file);
  const bool as_table = !request.table.empty();
  RecordOptions options{record_format_from_string(request.output.format), naming ? "analysis" : "spotting", false,
                        request.timing};
  std::optional<RecordWriter> writer;
  if (!as_table) writer.emplace(output.stream(), options, provenance, labels);
  std::vector<ClipAnalysis> for_table;

  LiveLines lines(output.stream());
  const auto index_of = [&](const ManifestClip& clip) { return static_cast<std::size_t>(&clip - clips.data()); };
  const auto tell = [&](const ManifestClip& clip, const Detection& detection, double time_s) {
    lines.write(index_of(clip), early_interval_line({clip.clip_id, clip.source, detection, time_s}, options, labels));
  };

  const ClipAnalyzer analyzer(config.face, std::make_shared<SharedFaceModel>(), spotter.spotter, recognizer, frames);
  const int threads_a_clip = request.common.job_count() > static_cast<int>(clips.size()) ? 2 : 1;
  const int code = run_batch<ClipAnalysis>(
      clips, request.batch, request.common,
      [&](const ManifestClip& clip, Progress& progress) {
        ClipRequest job = clip_request(clip, names, progress);
        job.threads = threads_a_clip;
        if (request.live)
          job.on_early = [&](const Detection& detection, double time_s) { tell(clip, detection, time_s); };
        return illustrator.analyze(analyzer, std::move(job));
      },
      [&](const ManifestClip& clip, const ClipAnalysis& analysis) {
        if (writer) lines.finish(index_of(clip), [&] { writer->write(analysis); });
        if (!request.signals.empty() && !analysis.signal.frames.empty())
          write_file_atomically(request.signals / (analysis.clip_id + ".csv"), signal_csv(analysis.signal));
        if (!as_table) return;
        for_table.push_back(analysis);
        for_table.back().signal = {};
        for_table.back().followed = {};
      });
  if (as_table) output.stream() << spotting_table(spotting_table_from_string(request.table), for_table, labels);
  if (writer) writer->finish(stop_signal() != 0);
  output.commit();
  return code;
}

void add_analysis_options(CLI::App& command, AnalyzeRequest& request) {
  add_batch_options(command, request.batch);
  add_output_options(command, request.output);
  add_compute_options(command, request.common);
  command.add_option("--face", request.face, "Which face, counted from the largest (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command.add_option("--save-signal", request.signals, "Write each clip's spotting curve here, as CSV")
      ->type_name("DIR");
  add_illustration_options(command, request.illustrations);
  command.add_option("--table", request.table, "Write intervals as this table instead: megc22 or strs")
      ->check(CLI::IsMember(spotting_table_names()));
  command.add_flag("--live", request.live,
                   "With --format jsonl: a line for each interval while its clip is still being read");
  command.add_flag("--timing", request.timing, "Include seconds a stage (equal runs then differ in bytes)");
  add_common_options(command, request.common);
}

}  // namespace

void add_run(Commands& commands) {
  auto request = std::make_shared<AnalyzeRequest>();
  CLI::App& command =
      commands.add("run", "Find the micro-expressions of each clip and name them: align, spot, recognize");
  command.add_option("--spotter", request->spotter, "Spotting method, or a spotter's model (default: strain_peaks)")
      ->envname("MERKIT_SPOTTER")
      ->type_name("NAME|FILE");
  command.add_option("--model", request->model, "Model that names them, by name or file (default: ststnet-composite)")
      ->envname("MERKIT_MODEL")
      ->type_name("NAME|FILE");
  add_analysis_options(command, *request);
  command.footer("Example: merkit run interview.mp4 --pictures pictures -o result.json");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return analyze(*request, /*naming=*/true); });
}

void add_spot(Commands& commands) {
  auto request = std::make_shared<AnalyzeRequest>();
  CLI::App& command = commands.add("spot", "Find the intervals of each clip in which an expression comes and goes");
  command.add_option("--method", request->spotter, "Spotting method, or a spotter's model (default: strain_peaks)")
      ->envname("MERKIT_SPOTTER")
      ->type_name("NAME|FILE");
  add_analysis_options(command, *request);
  command.footer("Example: merkit spot interview.mp4 --save-signal curves --format csv");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return analyze(*request, /*naming=*/false); });
}

}  // namespace merkit::cli
