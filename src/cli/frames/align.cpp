#include "cli/batch.h"
#include "cli/commands.h"
#include "cli/provenance.h"
#include "merkit/media/clip_reader.h"
#include "merkit/pipeline/analyze.h"
#include "merkit/pipeline/clip_problem.h"
#include "merkit/report/frame_tables.h"
#include "merkit/report/record_writer.h"
#include "merkit/report/records.h"

#include <fmt/format.h>

namespace fs = std::filesystem;

namespace merkit::cli {
namespace {

struct AlignRequest {
  CommonOptions common;
  BatchOptions batch;
  fs::path directory;
  std::string format = "json";
  std::optional<int> face;
  bool no_crops = false;
};

FilesRecord align_clip(const ManifestClip& clip, const AlignRequest& request, const FaceConfig& config,
                       const SharedFaceModel& faces, Progress& progress) {
  FilesRecord record;
  record.clip_id = clip.clip_id;
  record.source = clip.source;
  record.problem = problem_of([&] {
    if (clip.problem) throw ClipError(*clip.problem);
    if (clip.frames.empty()) throw ClipError(Status::unsupported, "the row has a ready motion image and no frames");
    const auto reader = open_clip(clip.frames, {clip.fps, clip.pattern});
    FaceAligner aligner(faces.get(), config);
    const fs::path crops = request.directory / (clip.clip_id + "_aligned");
    if (!request.no_crops) create_directories_or_throw(crops);
    AtomicFile table(request.directory / (clip.clip_id + ".csv"));
    table.stream() << openface_header();
    while (const auto frame = reader->next()) {
      const AlignedFace face = aligner.align(*frame);
      ++record.frames;
      ++progress.frames();
      if (face.success) ++record.frames_with_face;
      if (face.success && !request.no_crops)
        write_png(crops / fmt::format("frame_det_{:02}_{:06}.png", config.face, face.number), face.image);
      table.stream() << openface_row(*frame, face, config.face);
    }
    if (record.frames_with_face == 0)
      throw ClipError(Status::no_face, "no face found in any of " + std::to_string(record.frames) + " frames",
                      "faces should be frontal, lit and at least 40 pixels wide");
    table.commit();
    record.files = {clip.clip_id + ".csv"};
    if (!request.no_crops) record.files.push_back(clip.clip_id + "_aligned");
  });
  return record;
}

int align(const AlignRequest& request) {
  start_logging(request.common);
  EffectiveSettings settings(request.common);
  FaceConfig& config = settings.pipeline.face;
  config.landmarks_every_frame = true;
  if (request.face) config.face = *request.face;
  const auto clips = request.batch.collect();
  create_directories_or_throw(request.directory);
  const SharedFaceModel faces;
  faces.get();  // a missing landmark model concerns every clip: say it once
  Output output({});
  RecordWriter writer(output.stream(), {record_format_from_string(request.format), "alignment", false, false},
                      provenance_of(request.common, settings), {});
  const int code = run_batch<FilesRecord>(
      clips, request.batch, request.common,
      [&](const ManifestClip& clip, Progress& progress) { return align_clip(clip, request, config, faces, progress); },
      [&](const ManifestClip&, const FilesRecord& record) { writer.write(record); });
  writer.finish(stop_signal() != 0);
  output.commit();
  return code;
}

}  // namespace

void add_align(Commands& commands) {
  auto request = std::make_shared<AlignRequest>();
  CLI::App& command = commands.add("align", "Write aligned face crops, and landmarks as OpenFace-style CSV");
  add_batch_options(command, request->batch);
  command.add_option("-o,--output", request->directory, "Directory for CLIP.csv and CLIP_aligned/")
      ->required()
      ->type_name("DIR");
  command.add_option("--format", request->format, "json, jsonl or csv: of the list of what was written")
      ->check(CLI::IsMember(record_format_names()));
  command.add_flag("--no-crops", request->no_crops, "Landmarks only");
  command.add_option("--face", request->face, "Which face, counted from the largest (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  add_compute_options(command, request->common);
  add_common_options(command, request->common);
  command.footer("Example: merkit align interview.mp4 -o aligned");
  request->common.command = commands.arguments();
  commands.set_action(command, [request] { return align(*request); });
}

}  // namespace merkit::cli
