#pragma once

#include "merkit/core/video_event.h"
#include "merkit/experiments/recognition_plan.h"
#include "merkit/learning/spotter.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// One video of a run: who, what is known of it, and nothing of its pixels.
struct PlannedVideo {
  std::string id, dataset, subject;
  double fps = 0, duration_s = 0;
  std::vector<VideoEvent> events;  ///< none is an example, too
};

struct SpottingTaskResult;

/// A leave-one-subject-out run over long videos: a spotter is fitted on the videos of all others and looks for
/// expressions in those of the person held out. In a chain a recognizer, fitted on the annotated micro-expressions of
/// the same others, names what was found.
struct SpottingPlan {
  using Task = FoldTask;
  using Result = SpottingTaskResult;

  std::string spotter, spotter_config;        ///< name, and effective settings as JSON
  std::string recognizer, recognizer_config;  ///< the same; empty without a chain
  std::string protocol;                       ///< name
  std::vector<std::string> classes;
  std::string held_out = "subject";  ///< "subject" or "dataset"
  std::string data;                  ///< hash of how the videos are read
  std::string software;              ///< version and git description of the program
  std::vector<std::uint64_t> seeds;
  std::vector<PlannedVideo> videos;  ///< in the order of the manifest

  /// What is found is named: by the recognizer, or by a spotter that does both.
  bool names = false;

  /// The groups, in order of their first video.
  std::vector<std::string> groups() const;
  std::string group_of(const PlannedVideo& video) const;
  /// Every fold with every seed: all folds of the first seed come first.
  std::vector<FoldTask> tasks() const;

  /// Throws InputError when nothing can be held out: fewer than two groups, or a fold without an expression to learn
  /// from; in a chain also a fold without two classes of micro-expressions.
  void check() const;

  std::string to_json() const;
  /// Throws InputError naming `origin` when the text is no plan of this kind.
  static SpottingPlan from_json(const std::string& text, const std::string& origin);

  /// 32 hexadecimal digits of everything that decides the result.
  std::string fingerprint() const;
};

/// True if plan.json in the directory is that of a run over long videos; false for one over clips, and where there is
/// none.
bool holds_spotting_run(const std::filesystem::path& directory);

/// What one task found.
struct SpottingTaskResult {
  struct Video {
    std::size_t video = 0;  ///< held-out one, as position in the plan
    double threshold = 0;
    std::vector<Detection> detections;  ///< in order of onset
  };
  std::vector<Video> videos;
  std::vector<RecognitionTaskResult::Epoch> epochs;  ///< as the spotter told of its training
  double seconds = 0;  ///< of the whole task; the only figure that differs between equal runs
};

/// What the tasks of a run work on, in the order of the plan.
struct SpottingMaterial {
  SpottingSampleSet videos;
  std::vector<SampleSet> expressions;  ///< by video, its annotated micro-expressions with a class; empty: no chain
  /// Samples of what was found in a video, to be named; one for each detection, without faces where there are none.
  std::function<SampleSet(std::size_t video, const std::vector<Detection>& found)> crops;
};

/// Fits on all videos but the task's, and spots in those; in a chain names what was found. Neither `make_spotter`'s
/// spotter nor `make_recognizer`'s recognizer (null without a chain) is given anything of the held-out videos to learn
/// from, nor their truth later. A detection that cannot be named (no face at its onset, say) stays without a name.
SpottingTaskResult run_task(const SpottingPlan& plan, const FoldTask& task, const SpottingMaterial& material,
                            const std::function<std::unique_ptr<Spotter>()>& make_spotter,
                            const std::function<std::unique_ptr<Recognizer>()>& make_recognizer,
                            const FitOptions& options);

using SpottingDirectory = RunDirectory<SpottingPlan>;
extern template class RunDirectory<SpottingPlan>;

}  // namespace merkit
