#pragma once

#include "merkit/learning/recognizer.h"
#include "merkit/learning/spotter.h"
#include "neural/spotting/score_stream.h"
#include "neural/training/trainer.h"
#include "spotting/score_curve.h"

#include <functional>
#include <string>
#include <vector>

namespace merkit::neural {

/// How a network learns to spot, besides what it is shown and how it is trained.
struct SpottingConfig {
  double core = 0.5;
  int shown = 8;
  double negatives = 5;
  int inner_folds = 8;
  spotting::ScoreCurveConfig scores;
};

template <class Visitor>
void fields(Visitor&& visit, SpottingConfig& c) {
  visit("core", c.core,
        "middle share of an expression whose frames are examples of it, the rest of it being shown as nothing; 0: all "
        "frames around which half the expected duration meets it",
        [](double x) { return x >= 0 && x <= 1 ? nullptr : "must be in [0, 1]"; });
  visit("shown", c.shown, "frames shown of each expression, evenly spread over these; 0: all, as published",
        [](int n) { return n >= 0 ? nullptr : "must not be negative"; });
  visit("negatives", c.negatives, "frames without an expression for each one with it; 0: all there are",
        [](double x) { return x >= 0 ? nullptr : "must not be negative"; });
  visit("inner_folds", c.inner_folds,
        "groups of training subjects, or single ones where there are no more, that are left out in turn to choose the "
        "threshold; 1: it is chosen on what was trained on",
        [](int n) { return n >= 1 && n <= 20 ? nullptr : "must be in 1..20"; });
  visit("scores", c.scores, "how scores become intervals");
}

/// Frames to learn from: inputs [N, 3, 42, 42] and labels 1 and 0.
TrainingData spotting_examples(const SpottingSampleSet& samples, int type, double half_s,
                               const RegionMotionConfig& input, const SpottingConfig& config, std::uint64_t seed);

/// Half the mean duration of the expressions of `type`, in seconds: k'. 0 where there is none.
double expected_half_s(const SpottingSampleSet& samples, ExpressionType type);

/// Scores of one clip beside what is true of it.
struct ScoredClip {
  std::vector<spotting::ScoredFrame> frames;
  const std::vector<TrueExpression>* expressions = nullptr;
};

/// The thresholds with which most is found (F1 at IoU 0.5 of the type, counts pooled over clips; of several as good the
/// middle one): for macro-expressions first, then for micro-expressions beside these. The half durations are kept.
spotting::SpottingRules with_best_thresholds(const std::vector<ScoredClip>& clips, spotting::SpottingRules rules,
                                             const spotting::ScoreCurveConfig& config);

}  // namespace merkit::neural
