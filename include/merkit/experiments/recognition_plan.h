#pragma once

#include "merkit/experiments/run_directory.h"
#include "merkit/learning/recognizer.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace merkit {

/// One clip of a run: who, what, and nothing of its pixels.
struct PlannedClip {
  std::string id, dataset, subject;
  int label = 0;
};

struct RecognitionTaskResult;

/// One model to be trained, on everything but what one group of a run shows.
struct FoldTask {
  int fold = 0;  ///< position of the group, from 0
  std::uint64_t seed = 1;
  std::string group;         ///< "dataset/subject", or the data set
  std::string name() const;  ///< "fold007-seed1": its file's stem
};

/// A leave-one-subject-out run, fixed before it begins: which clips, which are held out together, which seeds. Its
/// fingerprint is that of everything that decides the result, so that parts of different runs are never mixed.
struct RecognitionPlan {
  std::string method, config;  ///< name, and effective settings as JSON
  std::string protocol;        ///< name
  std::vector<std::string> classes;
  std::string held_out = "subject";  ///< "subject" or "dataset"
  /// Which epoch's weights are scored: "last"; "inner", the best one for some of the training subjects, who then teach
  /// nothing; or "test-oracle", the best one for the very subject that is held out, to reproduce figures so published.
  std::string epoch_selection = "last";
  /// How many stages of training without labels there are, each done without all people that are held out in the folds
  /// that share it: folds i, i + n, i + 2n, ... do. 0: each fold has its own, done with all but the held-out ones.
  int pretraining_groups = 0;
  std::string pretrained;  ///< SHA-256 of the model that brings the stage without labels; empty: it is learned
  std::string data;        ///< hash of the manifest and of how clips are prepared
  std::string software;    ///< version and git description of the program
  std::vector<std::uint64_t> seeds;
  std::vector<PlannedClip> clips;  ///< in the order of the manifest

  using Task = FoldTask;
  using Result = RecognitionTaskResult;

  /// The groups, in order of their first clip.
  std::vector<std::string> groups() const;
  std::string group_of(const PlannedClip& clip) const;
  /// People ("dataset/subject") from whom the stage without labels of a task must not learn; empty where each fold has
  /// its own.
  std::vector<std::string> not_for_pretraining(const Task& task) const;
  /// Every fold with every seed: all folds of the first seed come first.
  std::vector<Task> tasks() const;

  /// Throws InputError when nothing can be held out: fewer than two groups, or a fold without two classes to learn.
  void check() const;

  std::string to_json() const;
  /// Throws InputError naming `origin` when the text is no plan.
  static RecognitionPlan from_json(const std::string& text, const std::string& origin);
  /// Held-out samples have a say in what is scored, so the figures are too good.
  bool is_leaky() const { return epoch_selection == "test-oracle"; }

  /// 32 hexadecimal digits.
  std::string fingerprint() const;
};

/// What RecognitionPlan::epoch_selection may say.
const std::vector<std::string>& epoch_selections();

/// What one task found.
struct RecognitionTaskResult {
  struct Epoch {
    double loss = 0, accuracy = 0;
  };
  std::vector<std::size_t> clips;  ///< held-out ones, as positions in the plan
  std::vector<Prediction> predictions;
  std::vector<Epoch> epochs;
  int chosen_epoch = 0;  ///< of which the predictions are, from 1; 0 for the last one
  double seconds = 0;    ///< of training and recognition; the only figure that differs between equal runs
};

/// Trains on all samples but the task's and recognizes those. `samples` are the plan's clips, in its order, with
/// labels. The held-out samples are not in what `make`'s recognizer is given to learn from. Throws InputError when the
/// plan's way to choose an epoch needs more people than there are.
RecognitionTaskResult run_task(const RecognitionPlan& plan, const RecognitionPlan::Task& task, const SampleSet& samples,
                               const std::function<std::unique_ptr<Recognizer>()>& make, const FitOptions& options);

using RecognitionDirectory = RunDirectory<RecognitionPlan>;
extern template class RunDirectory<RecognitionPlan>;

}  // namespace merkit
