#pragma once

#include "methods/spotting/region_displacement.h"

#include <string>
#include <vector>

namespace merkit::spotting {

struct OutAndBackConfig {
  std::string feature = "magnitude";  ///< "magnitude" (displacement), "strain" or "both"
  int strongest = 3;                  ///< regions that count: the mean of this many strongest
  double smoothing_s = 0.025;         ///< standard deviation of the smoothing over time
  double shortest_s = 0.1, longest_s = 4;
  double micro_limit_s = 0.5;   ///< micro-expressions are at most this long
  double drift_px_per_s = 0.3;  ///< what head motion may leave behind, for every second beyond `micro_limit_s`
  double threshold = 0.01;      ///< share p of T = median + p (max - median)
  double floor_px = 0.08;       ///< T is never below this
  double macro_floor_px = 0.4;  ///< macro-expressions are strong: what is slow and weaker is head motion
  double boundary = 0.25;       ///< share of the peak at which rise and fall are timed
  double rest_s = 0.25;         ///< neighbours with less than this between them form a train
  int train = 4;                ///< trains with this many short members are speech or chewing
  double blink_ratio = 0.2;     ///< a peak weaker than this share of the eyes' own motion is a blink
};

/// One movement away from the resting state and back to it; indices of frames.
struct Excursion {
  int onset = 0, apex = 0, offset = 0;
  double strength_px = 0;
};

struct ExcursionCurve {
  std::vector<double> strength_px;  ///< one a frame; 0 where there is no face
  double threshold_px = 0;
  std::vector<Excursion> excursions;  ///< in order of onset, not overlapping
};

/// Fewest frames that can hold an excursion.
int shortest_clip(const OutAndBackConfig& config, double fps);

/// The strength at frame t is the best, over rise times a and fall times b, of
///
///     |x(t) - baseline| - |x(t + b) - x(t - a)|
///
/// with x the regions' displacements and the baseline drawn straight from x(t - a) to x(t + b): how far the face has
/// gone, less by how far it failed to come back and by what drift may have done over a long time. Steps, drift and the
/// gap between two expressions do not score. Nothing is compared across a gap or a change of segment.
ExcursionCurve find_excursions(const std::vector<FrameMotion>& frames, double fps, const OutAndBackConfig& config);

}  // namespace merkit::spotting
