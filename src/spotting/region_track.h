#pragma once

#include "spotting/region_displacement.h"

#include <string>
#include <vector>

namespace merkit::spotting {

/// Displacements of one run of frames, evenly spaced: row t, then region by region `channels` values.
struct RegionTrack {
  int frames = 0, regions = 0, channels = 0;
  std::vector<float> values;
  std::vector<float> weights;  ///< one a region
  const float* at(int t) const { return &values[static_cast<std::size_t>(t) * regions * channels]; }
  float* at(int t) { return &values[static_cast<std::size_t>(t) * regions * channels]; }
  int width() const { return regions * channels; }
};

/// A run of the face's regions or the eyes', at the points of its grid. `feature` is "magnitude" (u, v), "strain" or
/// "both".
RegionTrack track_of(const std::vector<FrameMotion>& frames, const FrameRun& run, const TimeGrid& grid,
                     const std::string& feature, bool eyes);

/// Regions that shake from frame to frame (badly textured or badly lit ones) count for less; within limits, so that a
/// region cannot become the whole face.
void weigh_by_noise(RegionTrack& track);

/// Gaussian smoothing over time.
RegionTrack smoothed(const RegionTrack& track, double sigma_frames);

/// The resting state at each point: medians over ten seconds, much longer than expressions last.
RegionTrack rest_of(const RegionTrack& track, double rate);

/// x(t) less the straight line from x(left) to x(right).
std::vector<float> departure(const RegionTrack& track, int t, int left, int right);

/// Weighted length of one region's part of `a`, or of a - b where b is not null.
float norm(const RegionTrack& track, const float* a, const float* b, int region);

/// Mean of the strongest regions' norms.
double combined(const RegionTrack& track, const std::vector<float>& difference, int strongest);

/// Reorders `values`, which must not be empty.
float median_of(std::vector<float>& values);

}  // namespace merkit::spotting
