#pragma once

#include "merkit/evaluation/evaluation.h"
#include "merkit/experiments/recognition_plan.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace merkit::html {

/// A figure of one epoch over all tasks that came so far.
struct CurvePoint {
  int epoch = 1;
  double mean = 0, low = 0, high = 0;
};

/// Seconds that the tasks of one seed took.
struct SeedTimes {
  std::uint64_t seed = 1;
  int tasks = 0;
  double total = 0, shortest = 0, median = 0, longest = 0;
};

/// How one clip was classified, over the seeds.
struct ClipScore {
  std::size_t clip = 0;         ///< position in the plan
  std::vector<double> scores;   ///< of each class, means over the seeds
  std::vector<int> times_said;  ///< how many seeds said each class
  double true_score = 0;        ///< of the true class
};

/// Everything a page says of one run.
struct RunSummary {
  std::string name;  ///< of the directory
  RecognitionPlan plan;
  std::string fingerprint;
  Evaluation::Recognition scores;
  std::vector<std::string> missing;  ///< names of the tasks not done
  int tasks_done = 0;

  /// The first few of `missing`, for people.
  std::string some_missing() const;

  bool leaky = false;                                     ///< the plan or evaluation.json says so
  std::vector<std::pair<std::string, std::string>> tool;  ///< libraries and their versions
  std::vector<std::string> command;                       ///< from evaluation.json, as is `tool`

  std::vector<CurvePoint> loss, accuracy;  ///< of training, by epoch; empty when the method has no epochs
  int fewest_epochs = 0;
  std::vector<int> chosen_epochs;  ///< ascending, of the tasks that did not simply take the last one
  std::vector<SeedTimes> times;
  std::map<std::string, double> seconds_of_group;  ///< mean over the seeds
  std::vector<ClipScore> clips;                    ///< the one whose true class got least first
};

/// Reads a run. Throws InputError when no task is done, or some are not and `partial` is false, or evaluation.json is
/// not of these tasks.
RunSummary summarize(const RecognitionDirectory& run, bool partial);

}  // namespace merkit::html
