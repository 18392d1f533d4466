#pragma once

#include "spotting/movements.h"
#include "spotting/region_displacement.h"

#include <memory>
#include <vector>

namespace merkit::spotting {

struct RegionVotesConfig {
  double cut_off_hz = 5;   ///< movements faster than this are noise
  double boundary = 0.25;  ///< share of a patch's rise and fall at which they are timed
  double agreement = 0.5;  ///< IoU from which two patches tell of the same movement
  int strongest = 3;       ///< patches whose mean is a movement's strength
  double least_px = 0.04;  ///< what a patch must rise and fall by to vote
  double longest_s = 4;
};

/// Each patch by itself tells when it rose from its resting state and fell back; movements of several patches at the
/// same time are one movement, timed by all of them, each as far as it moved.
///
/// The curve is the mean distance of the strongest patches from rest, in pixels of a crop 140 wide; a movement's
/// strength is the mean of their rises, where the smaller of rise and fall counts.
std::unique_ptr<MovementCurve> region_votes(const std::vector<FrameMotion>& frames, const RegionVotesConfig& config);

}  // namespace merkit::spotting
