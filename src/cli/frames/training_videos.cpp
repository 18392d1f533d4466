#include "cli/frames/training_videos.h"

#include "cli/batch.h"
#include "merkit/pipeline/clip_problem.h"

#include <map>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

namespace merkit::cli {
namespace {

struct PreparedVideo {
  MeasuredVideo measured;
  ClipProblem problem;
};

}  // namespace

SpottingSampleSet TrainingVideos::samples() const {
  SpottingSampleSet result;
  for (const auto& video : measured) result.push_back(video.sample);
  return result;
}

std::vector<AnnotatedVideo> annotated_videos(const BatchOptions& batch, const std::filesystem::path& truth) {
  std::vector<AnnotatedVideo> videos = videos_of(batch.collect());
  if (!truth.empty())
    if (const int elsewhere = take_truth(videos, truth))
      spdlog::info("{} rows of {} are of other videos", elsewhere, truth.string());
  int left_out = 0;
  std::map<std::string, int> kinds;
  for (const auto& video : videos) {
    left_out += video.left_out;
    for (const auto& event : video.events) ++kinds[event_kind(event)];
  }
  if (left_out)
    spdlog::warn("{} annotated expressions have no onset or offset (0 stands for none) and are left out", left_out);
  std::string text;
  for (const auto& [kind, count] : kinds) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, kind);
  spdlog::info("{} videos, annotated: {}", videos.size(), text.empty() ? "nothing" : text);
  return videos;
}

TrainingVideos prepare_training_videos(const std::vector<AnnotatedVideo>& videos, const BatchOptions& batch,
                                       const CommonOptions& common, const Spotter& spotter,
                                       const MeasureOptions& options, bool skip_failed) {
  TrainingVideos result;
  const auto faces = std::make_shared<const SharedFaceModel>();
  std::vector<ManifestClip> clips;
  std::map<std::string, const AnnotatedVideo*> by_id;
  for (const auto& video : videos) {
    clips.push_back(video.clip);
    by_id[video.clip.clip_id] = &video;
  }
  const int code = run_batch<PreparedVideo>(
      clips, batch, common,
      [&](const ManifestClip& clip, Progress& progress) {
        PreparedVideo prepared;
        prepared.problem = problem_of([&] {
          prepared.measured = measure_video(*by_id.at(clip.clip_id), spotter, options, *faces, &progress.frames());
        });
        return prepared;
      },
      [&](const ManifestClip& clip, const PreparedVideo& prepared) {
        if (prepared.problem.status != Status::ok) return;
        for (const auto& problem : prepared.measured.unusable)
          spdlog::warn("{}: an annotated micro-expression cannot be recognized: {}: {}", clip.source,
                       to_string(problem.status), problem.message);
        result.measured.push_back(prepared.measured);
        result.clips.push_back(clip);
      });
  throw_if_stopped();
  if (code != kAllDone && !skip_failed)
    throw InputError(fmt::format("{} of {} videos cannot be used (see above), so nothing was trained",
                                 videos.size() - result.clips.size(), videos.size()),
                     "mend the manifest, or leave them out with --skip-failed");
  return result;
}

}  // namespace merkit::cli
