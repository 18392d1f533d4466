#include "report/html/run_summary.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

namespace merkit::html {
namespace {

using Json = nlohmann::ordered_json;
using Epochs = std::vector<RecognitionTaskResult::Epoch>;

std::vector<CurvePoint> curve(const std::vector<Epochs>& tasks, double RecognitionTaskResult::Epoch::*figure) {
  std::vector<CurvePoint> points;
  for (std::size_t e = 0;; ++e) {
    CurvePoint point;
    int reached = 0;
    for (const Epochs& epochs : tasks) {
      if (epochs.size() <= e) continue;
      const double value = epochs[e].*figure;
      point.low = reached ? std::min(point.low, value) : value;
      point.high = reached ? std::max(point.high, value) : value;
      point.mean += value;
      ++reached;
    }
    if (reached == 0) return points;
    point.epoch = static_cast<int>(e) + 1;
    point.mean /= reached;
    points.push_back(point);
  }
}

SeedTimes times_of(std::uint64_t seed, std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  SeedTimes times;
  times.seed = seed;
  times.tasks = static_cast<int>(seconds.size());
  for (const double s : seconds) times.total += s;
  times.shortest = seconds.front();
  times.longest = seconds.back();
  const std::size_t middle = seconds.size() / 2;
  times.median = seconds.size() % 2 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
  return times;
}

std::vector<ClipScore> worst_first(const RecognitionPlan& plan,
                                   const std::map<std::size_t, std::vector<Prediction>>& said) {
  std::vector<ClipScore> clips;
  for (const auto& [clip, predictions] : said) {
    ClipScore score{clip, std::vector<double>(plan.classes.size(), 0), std::vector<int>(plan.classes.size(), 0), 0};
    for (const Prediction& prediction : predictions) {
      ++score.times_said[prediction.label];
      for (std::size_t c = 0; c < plan.classes.size(); ++c)
        score.scores[c] += prediction.scores[c] / static_cast<double>(predictions.size());
    }
    score.true_score = score.scores[plan.clips[clip].label];
    clips.push_back(std::move(score));
  }
  std::stable_sort(clips.begin(), clips.end(),
                   [](const auto& a, const auto& b) { return a.true_score < b.true_score; });
  return clips;
}

void read_evaluation(const std::filesystem::path& file, RunSummary& summary) try {
  const Json document = Json::parse(read_file(file));
  if (document.at("confusion").get<ConfusionMatrix>() != summary.scores.metrics.confusion)
    throw InputError(file.string() + " is not of the results in tasks/: its confusion matrix is another",
                     "run merkit loso again on this directory, which writes it anew");
  summary.leaky = summary.leaky || document.at("protocol").at("leaky").get<bool>();
  document.at("command").get_to(summary.command);
  for (const auto& [name, version] : document.at("tool").items())
    summary.tool.emplace_back(name, version.get<std::string>());
} catch (const Json::exception& error) {
  throw InputError(file.string() + " is no evaluation of merkit loso: " + error.what(),
                   "run merkit loso again on this directory, which writes it anew");
}

}  // namespace

std::string RunSummary::some_missing() const {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < missing.size() && i < kShown; ++i) text += (i ? ", " : "") + missing[i];
  return missing.size() > kShown ? text + ", ..." : text;
}

RunSummary summarize(const RecognitionDirectory& run, bool partial) {
  RunSummary summary;
  summary.plan = run.plan();
  const auto absolute = std::filesystem::absolute(run.path()).lexically_normal();
  summary.name = (absolute.has_filename() ? absolute : absolute.parent_path()).filename().string();
  summary.fingerprint = summary.plan.fingerprint();
  const RecognitionPlan& plan = summary.plan;
  summary.leaky = plan.is_leaky();

  for (const auto& task : run.missing()) summary.missing.push_back(task.name());
  const auto all = plan.tasks();
  summary.tasks_done = static_cast<int>(all.size() - summary.missing.size());
  const std::string place = run.path().string();
  if (summary.tasks_done == 0)
    throw InputError(place + ": none of the " + std::to_string(all.size()) + " tasks is done",
                     "run merkit loso on this directory first");
  if (!summary.missing.empty() && !partial)
    throw InputError(place + " is unfinished: " + std::to_string(summary.missing.size()) + " of " +
                         std::to_string(all.size()) + " tasks are still to be done: " + summary.some_missing(),
                     "run merkit loso again on this directory, or show what there is with --partial");

  std::map<std::uint64_t, std::vector<Outcome>> outcomes;
  std::map<std::uint64_t, std::vector<double>> seconds;
  std::map<std::string, std::vector<double>> seconds_of_group;
  std::map<std::size_t, std::vector<Prediction>> said;
  std::vector<Epochs> epochs;
  for (const auto& task : all) {
    if (std::find(summary.missing.begin(), summary.missing.end(), task.name()) != summary.missing.end()) continue;
    const RecognitionTaskResult result = run.read(task);
    for (std::size_t i = 0; i < result.clips.size(); ++i) {
      const PlannedClip& clip = plan.clips[result.clips[i]];
      outcomes[task.seed].push_back(
          {clip.id, clip.dataset, clip.dataset + "/" + clip.subject, clip.label, result.predictions[i].label});
      said[result.clips[i]].push_back(result.predictions[i]);
    }
    seconds[task.seed].push_back(result.seconds);
    seconds_of_group[task.group].push_back(result.seconds);
    epochs.push_back(result.epochs);
    if (result.chosen_epoch > 0) summary.chosen_epochs.push_back(result.chosen_epoch);
  }
  summary.scores = score_recognition(outcomes, LabelSet(plan.classes));
  summary.loss = curve(epochs, &RecognitionTaskResult::Epoch::loss);
  summary.accuracy = curve(epochs, &RecognitionTaskResult::Epoch::accuracy);
  summary.fewest_epochs =
      static_cast<int>(std::min_element(epochs.begin(), epochs.end(), [](const auto& a, const auto& b) {
                         return a.size() < b.size();
                       })->size());
  for (const auto& [seed, of_seed] : seconds) summary.times.push_back(times_of(seed, of_seed));
  for (const auto& [group, of_group] : seconds_of_group) {
    double sum = 0;
    for (const double s : of_group) sum += s;
    summary.seconds_of_group[group] = sum / static_cast<double>(of_group.size());
  }
  std::sort(summary.chosen_epochs.begin(), summary.chosen_epochs.end());
  summary.clips = worst_first(plan, said);

  const auto evaluation = run.path() / "evaluation.json";
  if (summary.missing.empty()) {
    if (std::filesystem::exists(evaluation))
      read_evaluation(evaluation, summary);
    else if (!partial)
      throw InputError(
          place + " has all its tasks but no evaluation.json",
          "run merkit loso again on this directory, which writes it, or show what there is with --partial");
  }
  return summary;
}

}  // namespace merkit::html
