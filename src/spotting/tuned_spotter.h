#pragma once

#include "merkit/core/settings.h"
#include "merkit/learning/spotter.h"

#include <string>
#include <vector>

namespace merkit::spotting {

/// Kind of input of every spotter's models.
inline constexpr const char* kClipKind = "faces_of_a_clip";

/// A spotter without weights: what it learns are settings of its own, those of some candidates with which it finds most
/// in the training clips (F1 at IoU 0.5, micro and macro matched apart, counts pooled). Works as configured without
/// having learned.
class TunedSpotter : public Spotter {
 public:
  void fit(const SpottingSampleSet& training, const FitOptions& options, FitObserver& observer) final;
  void save(const std::filesystem::path& file) const final;
  void load(const ModelFile& model) final;

 protected:
  /// `config` is laid over the defaults by `resolve`. The constructor of a method calls decide_by(config()).
  TunedSpotter(std::string method, Settings (*resolve)(const Settings&), const Settings& config);

  /// The complete settings as given, before anything was learned.
  const Settings& config() const { return config_; }

  /// From now on decides by these settings, which are complete. Must not change what is measured.
  virtual void decide_by(const Settings& settings) = 0;

  /// What to choose from, as complete settings; the first of the best is taken.
  virtual std::vector<Settings> candidates(const SpottingSampleSet& training) const = 0;

 private:
  std::string method_;
  Settings (*resolve_)(const Settings&);
  Settings config_, learned_;
  ModelInfo info_;
  std::vector<int> counts_;  ///< true positives, false positives, false negatives in training; empty: not fitted
};

/// Throws InputError for a set without a clip or without an expression.
void check_training(const SpottingSampleSet& training, const std::string& method);

/// "dataset/subject" of everyone, each once, in order.
std::vector<std::string> subjects_of(const SpottingSampleSet& training);

/// True positives, false positives and false negatives of detections in one clip, micro and macro matched apart.
struct SpottingCounts {
  int right = 0, wrong = 0, missed = 0;
  double f1() const;
};
void add_counts(SpottingCounts& to, const std::vector<TrueExpression>& truth, const std::vector<Detection>& found);

}  // namespace merkit::spotting
