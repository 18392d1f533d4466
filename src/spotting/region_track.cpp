#include "spotting/region_track.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace merkit::spotting {
namespace {

constexpr double kRestWindow_s = 5;  // to either side
constexpr double kRestStep_s = 0.5;  // between these the resting state runs straight

}  // namespace

float median_of(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

RegionTrack smoothed(const RegionTrack& track, double sigma_frames) {
  if (sigma_frames < 0.3) return track;
  const int reach = static_cast<int>(std::ceil(3 * sigma_frames));
  RegionTrack result = track;
  for (int t = 0; t < track.frames; ++t) {
    float* out = result.at(t);
    std::fill(out, out + track.width(), 0.f);
    float total = 0;
    for (int k = std::max(0, t - reach); k <= std::min(track.frames - 1, t + reach); ++k) {
      const double z = (k - t) / sigma_frames;
      const auto weight = static_cast<float>(std::exp(-0.5 * z * z));
      total += weight;
      for (int c = 0; c < track.width(); ++c) out[c] += weight * track.at(k)[c];
    }
    for (int c = 0; c < track.width(); ++c) out[c] /= total;
  }
  return result;
}

void weigh_by_noise(RegionTrack& track) {
  std::vector<float> noise(track.regions, 0.f);
  for (int r = 0; r < track.regions; ++r) {
    std::vector<float> jumps;
    for (int t = 1; t + 1 < track.frames; ++t)
      for (int c = r * track.channels; c < (r + 1) * track.channels; ++c)
        jumps.push_back(std::abs(track.at(t - 1)[c] - 2 * track.at(t)[c] + track.at(t + 1)[c]));
    noise[r] = jumps.empty() ? 0.f : median_of(jumps);
  }
  auto copy = noise;
  const float usual = median_of(copy);
  track.weights.assign(track.regions, 1.f);
  if (usual <= 0) return;
  for (int r = 0; r < track.regions; ++r) track.weights[r] = std::clamp(usual / std::max(noise[r], 1e-6f), 0.5f, 1.f);
}

RegionTrack track_of(const std::vector<FrameMotion>& frames, const FrameRun& run, const TimeGrid& grid,
                     const std::string& feature, bool eyes) {
  RegionTrack track;
  track.frames = grid.points();
  track.regions = eyes ? kEyeRegions : kFaceRegions;
  track.channels = feature == "strain" ? 1 : feature == "both" ? 3 : 2;
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(run.end - run.begin) * track.width());
  for (int t = run.begin; t < run.end; ++t)
    for (const auto& region : eyes ? frames[t].eyes : frames[t].face) {
      if (feature != "strain") {
        values.push_back(region.u);
        values.push_back(region.v);
      }
      if (feature != "magnitude") values.push_back(region.strain);
    }
  track.values = grid.on_grid(values, track.width());
  track.weights.assign(track.regions, 1.f);
  return track;
}

RegionTrack rest_of(const RegionTrack& track, double rate) {
  const int half = std::max(1, static_cast<int>(kRestWindow_s * rate));
  const int step = std::max(1, static_cast<int>(kRestStep_s * rate)), stride = std::max(1, step / 8);
  RegionTrack rest = track;
  std::vector<float> window;
  for (int t = 0; t < track.frames; t += step)
    for (int c = 0; c < track.width(); ++c) {
      window.clear();
      for (int k = std::max(0, t - half); k < std::min(track.frames, t + half); k += stride)
        window.push_back(track.at(k)[c]);
      rest.at(t)[c] = median_of(window);
    }
  for (int t = 0; t < track.frames; ++t) {
    const int before = t / step * step, after = before + step < track.frames ? before + step : before;
    const float share = static_cast<float>(t - before) / static_cast<float>(step);
    if (t > before)
      for (int c = 0; c < track.width(); ++c)
        rest.at(t)[c] = (1 - share) * rest.at(before)[c] + share * rest.at(after)[c];
  }
  return rest;
}

std::vector<float> departure(const RegionTrack& track, int t, int left, int right) {
  const float share = right > left ? static_cast<float>(t - left) / static_cast<float>(right - left) : 0.f;
  std::vector<float> result(track.width());
  for (int c = 0; c < track.width(); ++c)
    result[c] = track.at(t)[c] - ((1 - share) * track.at(left)[c] + share * track.at(right)[c]);
  return result;
}

float norm(const RegionTrack& track, const float* a, const float* b, int region) {
  float sum = 0;
  for (int c = region * track.channels; c < (region + 1) * track.channels; ++c) {
    const float x = b ? a[c] - b[c] : a[c];
    sum += x * x;
  }
  return track.weights[region] * std::sqrt(sum);
}

double combined(const RegionTrack& track, const std::vector<float>& difference, int strongest) {
  float norms[kFaceRegions];
  for (int r = 0; r < track.regions; ++r) norms[r] = norm(track, difference.data(), nullptr, r);
  const int count = std::min(strongest, track.regions);
  std::partial_sort(norms, norms + count, norms + track.regions, std::greater<float>());
  double sum = 0;
  for (int r = 0; r < count; ++r) sum += norms[r];
  return sum / count;
}

}  // namespace merkit::spotting
