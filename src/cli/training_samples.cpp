#include "cli/training_samples.h"

#include "cli/batch.h"
#include "merkit/pipeline/analyze.h"
#include "merkit/pipeline/clip_problem.h"

namespace merkit::cli {
namespace {

struct PreparedSample {
  Sample sample;
  ClipProblem problem;
};

}  // namespace

TrainingSamples prepare_training_samples(const std::vector<ManifestClip>& clips, const BatchOptions& batch,
                                         const CommonOptions& common, const SampleOptions& options,
                                         const std::function<std::optional<int>(const ManifestClip&)>& label,
                                         bool skip_failed) {
  TrainingSamples result;
  const SharedFaceModel faces;
  const int code = run_batch<PreparedSample>(
      clips, batch, common,
      [&](const ManifestClip& clip, Progress&) {
        PreparedSample prepared;
        prepared.problem = problem_of([&] { prepared.sample = prepare_sample(clip, options, faces); });
        prepared.sample.label = label(clip);
        return prepared;
      },
      [&](const ManifestClip& clip, const PreparedSample& prepared) {
        if (prepared.problem.status != Status::ok) return;
        result.samples.push_back(prepared.sample);
        result.clips.push_back(clip);
      });
  throw_if_stopped();
  if (code != kAllDone && !skip_failed)
    throw InputError(std::to_string(clips.size() - result.samples.size()) + " of " + std::to_string(clips.size()) +
                         " clips cannot be used (see above), so nothing was trained",
                     "mend the manifest, or leave them out with --skip-failed");
  return result;
}

void add_truth_options(CLI::App& command, std::filesystem::path& truth, bool& videos) {
  command
      .add_option("--truth", truth,
                  "For spotters: what happens in the manifest's videos (CSV: video,onset,apex,offset,type,emotion); "
                  "without it the manifest's rows tell, several for one video")
      ->type_name("TABLE");
  command.add_flag("--videos", videos,
                   "For methods that both spot and recognize: the manifest is of long videos to look through");
}

bool is_over_videos(const Method& method, bool asked) {
  return method.make_spotter && (!method.make_recognizer || asked);
}

void check_no_video_options(const std::filesystem::path& truth, bool videos, const std::string& recognizer,
                            const std::string& method) {
  const std::string given = !truth.empty() ? "--truth" : !recognizer.empty() ? "--recognizer" : "--videos";
  if (!truth.empty() || videos || !recognizer.empty())
    throw ConfigError(given + " is for methods that spot, and " + method + " recognizes only", "merkit methods");
}

void add_pretrained_option(CLI::App& command, std::string& model) {
  command
      .add_option("--pretrained", model,
                  "For methods with a stage without labels: take it from this model of the same method, trained on "
                  "other people")
      ->type_name("NAME|FILE");
}

std::shared_ptr<const ModelFile> pretrained_model(const std::string& model, const std::string& method,
                                                  const std::filesystem::path& model_dir) {
  if (model.empty()) return nullptr;
  auto file = std::make_shared<const ModelFile>(ModelFile::read(find_model(model, model_dir)));
  if (file->info.method != method)
    throw ModelError(
        "model \"" + file->info.name + "\" is of method \"" + file->info.method + "\", not \"" + method + "\"",
        "--pretrained takes a model of the method that is trained");
  return file;
}

}  // namespace merkit::cli
