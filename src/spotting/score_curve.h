#pragma once

#include "merkit/learning/spotter.h"

#include <string>
#include <vector>

namespace merkit::spotting {

/// Scores of one frame, as a network gave them.
struct ScoredFrame {
  int number = 0;
  double time_s = 0;
  int run = -1;  ///< frames in one pose and without a gap; -1: there is no face
  float micro = 0, macro = 0;

  float score(ExpressionType type) const { return type == ExpressionType::micro ? micro : macro; }
};

/// How the scores of one type of expression become intervals.
struct PeakRule {
  double half_s = 0.15;    ///< half of the expected duration, k'; 0: none is looked for
  double threshold = 0.5;  ///< p
};

/// What is learned for both.
struct SpottingRules {
  PeakRule micro, macro;
};

struct ScoreCurveConfig {
  std::string threshold = "absolute";
  double smoothing = 0.5;
  double extent = 0.25, stretch = 1.5;
  double contrast = 2, contrast_s = 1;
};

template <class Visitor>
void fields(Visitor&& visit, ScoreCurveConfig& c) {
  visit("threshold", c.threshold,
        "how the learned p becomes a threshold: absolute (p itself) or relative (mean + p (max - mean) of the clip)",
        [](const std::string& name) {
          return name == "absolute" || name == "relative" ? nullptr : "must be absolute or relative";
        });
  visit("smoothing", c.smoothing, "width of the moving average over the scores, in expected durations",
        [](double x) { return x >= 0 && x <= 4 ? nullptr : "must be in [0, 4]"; });
  visit("extent", c.extent,
        "an interval reaches to where the score, smoothed half as much, falls to this share of its peak, stretched; "
        "0: it has the expected duration whatever the scores",
        [](double x) { return x >= 0 && x < 1 ? nullptr : "must be in [0, 1)"; });
  visit("stretch", c.stretch,
        "times the part above that share is as long: scores are learned on the middle of expressions",
        [](double x) { return x >= 0.5 && x <= 4 ? nullptr : "must be in [0.5, 4]"; });
  visit("contrast", c.contrast,
        "how many times the mean score around a frame is taken off its own score for micro-expressions, which stand "
        "alone where speech does not",
        [](double x) { return x >= 0 && x <= 10 ? nullptr : "must be in [0, 10]"; });
  visit("contrast_s", c.contrast_s, "what is around: so far to either side, beyond the expected duration, seconds",
        [](double x) { return x > 0 && x <= 10 ? nullptr : "must be in (0, 10]"; });
}

/// Expressions of one type in the scores: peaks of the smoothed curve (micro: of contrasts, see ScoreCurveConfig) above
/// the threshold, the highest first and at least k' apart, each with k' to either side or, by default, as long as the
/// score stays up, within 0.4 to 1.5 times the expected duration.
struct FoundPeaks {
  std::vector<double> curve;  ///< smoothed scores, one a frame; 0 without a face
  double threshold = 0;
  std::vector<Detection> detections;  ///< in order of onset
};
FoundPeaks find_peaks(const std::vector<ScoredFrame>& frames, ExpressionType type, const PeakRule& rule,
                      const ScoreCurveConfig& config);

/// Both types together: what overlaps a more confident one is left out.
SpottingResult decide(const std::vector<ScoredFrame>& frames, const SpottingRules& rules,
                      const ScoreCurveConfig& config);

/// Whether a frame is shown as an example: 1 in the middle `core` of an expression of `type`, -1 (not shown) in the
/// rest of it, 0 elsewhere. With a core of 0 as published: 1 where the window of k' frames around the frame meets an
/// expression, 0 elsewhere. Frames without a face are -1.
std::vector<int> pseudo_labels(const std::vector<ScoredFrame>& frames, const std::vector<TrueExpression>& expressions,
                               ExpressionType type, double core, int window_frames);

}  // namespace merkit::spotting
