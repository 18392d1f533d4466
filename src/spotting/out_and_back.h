#pragma once

#include "spotting/movements.h"
#include "spotting/region_displacement.h"

#include <memory>
#include <string>
#include <vector>

namespace merkit::spotting {

struct OutAndBackConfig {
  std::string feature = "magnitude";  ///< "magnitude" (displacement), "strain" or "both"
  int strongest = 3;                  ///< regions that count: the mean of this many strongest
  double smoothing_s = 0.025;         ///< standard deviation of the smoothing over time
  double shortest_s = 0.1, longest_s = 4;
  double micro_limit_s = 0.5;
  double drift_px_per_s = 0.3;  ///< what head motion may leave behind, for every second beyond `micro_limit_s`
  double boundary = 0.25;       ///< share of the peak at which rise and fall are timed
};

/// The strength at a point of time t is the best, over rise times a and fall times b, of
///
///     |x(t) - baseline| - |x(t + b) - x(t - a)|
///
/// with x the regions' displacements and the baseline drawn straight from x(t - a) to x(t + b): how far the face has
/// gone, less by how far it failed to come back and by what drift may have done over a long time; in pixels of a crop
/// 140 wide. Steps, drift and the gap between two expressions do not score. Nothing is compared across a gap or a
/// change of segment, and time is that of the stamps.
std::unique_ptr<MovementCurve> out_and_back(const std::vector<FrameMotion>& frames, const OutAndBackConfig& config);

}  // namespace merkit::spotting
