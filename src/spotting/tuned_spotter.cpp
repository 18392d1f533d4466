#include "spotting/tuned_spotter.h"

#include "learning/stored_model.h"
#include "merkit/core/error.h"
#include "merkit/core/interval_matching.h"
#include "merkit/core/stop.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace merkit::spotting {
namespace {

/// Of the training, kept with the model: true positives, false positives, false negatives.
std::vector<ModelTensor> layout() { return {{"training_counts", "I64", {3}, {}}}; }

std::string input_description() { return std::string("{\"kind\":\"") + kClipKind + "\"}"; }

}  // namespace

double SpottingCounts::f1() const {
  const double all = 2 * right + wrong + missed;
  return all > 0 ? 2 * right / all : 0;
}

void add_counts(SpottingCounts& to, const std::vector<TrueExpression>& truth, const std::vector<Detection>& found) {
  for (const ExpressionType type : {ExpressionType::micro, ExpressionType::macro}) {
    std::vector<Interval> there, predicted;
    std::vector<double> scores;
    for (const auto& expression : truth)
      if (expression.type == type) there.push_back(expression.interval);
    for (const auto& detection : found)
      if (detection.type == type) {
        predicted.push_back(detection.interval);
        scores.push_back(detection.confidence);
      }
    const int right = static_cast<int>(matched_intervals(there, predicted, scores).size());
    to.right += right;
    to.wrong += static_cast<int>(predicted.size()) - right;
    to.missed += static_cast<int>(there.size()) - right;
  }
}

void check_training(const SpottingSampleSet& training, const std::string& method) {
  if (training.empty()) throw InputError(method + " was given no clip to learn from");
  const bool any = std::any_of(training.begin(), training.end(), [](const auto& s) { return !s.expressions.empty(); });
  if (!any) throw InputError(method + " was given " + std::to_string(training.size()) + " clips without an expression");
}

std::vector<std::string> subjects_of(const SpottingSampleSet& training) {
  std::set<std::string> subjects;
  for (const auto& sample : training) subjects.insert(sample.subject_key());
  return {subjects.begin(), subjects.end()};
}

TunedSpotter::TunedSpotter(std::string method, Settings (*resolve)(const Settings&), const Settings& config)
    : method_(std::move(method)), resolve_(resolve), config_(resolve(config)), learned_(config_) {}

void TunedSpotter::fit(const SpottingSampleSet& training, const FitOptions& options, FitObserver& observer) {
  check_training(training, method_);
  use_device(options.device);
  const std::vector<Settings> choice = candidates(training);
  SpottingCounts best;
  double best_f1 = -1;
  for (std::size_t i = 0; i < choice.size(); ++i) {
    throw_if_stopped();
    decide_by(choice[i]);
    SpottingCounts counts;
    for (const auto& sample : training) add_counts(counts, sample.expressions, spot(*sample.measured).detections);
    if (counts.f1() > best_f1) {
      best_f1 = counts.f1();
      best = counts;
      learned_ = choice[i];
    }
    observer.on_epoch(static_cast<int>(i) + 1, static_cast<int>(choice.size()), 1 - counts.f1(), best_f1);
  }
  decide_by(learned_);
  counts_ = {best.right, best.wrong, best.missed};
  info_ = {};
  info_.subjects = subjects_of(training);
  info_.provenance = options.provenance;
  info_.licence = options.licence;
}

void TunedSpotter::save(const std::filesystem::path& file) const {
  if (counts_.empty()) throw ModelError(method_ + " has neither been fitted nor loaded, so there is nothing to save");
  ModelFile model;
  model.info = info_;
  model.info.method = method_;
  model.info.config = learned_.to_json();
  model.info.input = input_description();
  model.tensors = layout();
  const std::vector<std::int64_t> values(counts_.begin(), counts_.end());
  model.tensors[0].bytes.resize(values.size() * sizeof(std::int64_t));
  std::memcpy(model.tensors[0].bytes.data(), values.data(), model.tensors[0].bytes.size());
  model.write(file);
}

void TunedSpotter::load(const ModelFile& model) {
  if (model.info.method != method_)
    throw ModelError("model \"" + model.info.name + "\" is of the method " + model.info.method + ", not " + method_);
  check_layout(layout(), model.tensors, model.info.name);
  std::int64_t values[3];
  if (model.tensors[0].bytes.size() != sizeof values) throw_incomplete(model.tensors[0].name, model.info.name);
  std::memcpy(values, model.tensors[0].bytes.data(), sizeof values);
  try {
    const Settings settings = resolve_(Settings::parse(model.info.config, model.info.name + " (config)"));
    decide_by(settings);
    learned_ = settings;
  } catch (const ConfigError& error) {
    throw ModelError("model \"" + model.info.name + "\" cannot be used: " + error.what(), error.hint());
  }
  counts_.assign(values, values + 3);
  info_ = model.info;
}

}  // namespace merkit::spotting
