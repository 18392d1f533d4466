#include "spotting/lag_peaks.h"

#include "spotting/region_track.h"

#include <algorithm>
#include <cmath>

namespace merkit::spotting {
namespace {

constexpr double kToSigma = 1.4826;  // of the median of absolute values
constexpr double kNearlyAll = 0.9;   // of the greatest difference at any lag
constexpr double kLongestRatio = 2;  // of a rise or fall to the lag of the peak

enum Value { kBoth, kBefore, kAfter, kEyes };

float value_of(const LagDifference& difference, int value) {
  return value == kBoth     ? difference.both
         : value == kBefore ? difference.before
         : value == kAfter  ? difference.after
                            : difference.eyes;
}

/// One run at the points of its grid; column `lag` * kValues + value.
class Lags {
 public:
  Lags(const std::vector<LagDifferences>& differences, const FrameRun& run, const TimeGrid& grid,
       const std::vector<double>& lags_s, const std::vector<double>& usual, const LagPeaksConfig& config)
      : rate_(grid.rate()), lags_s_(lags_s), usual_(usual), config_(config) {
    RegionTrack track;
    track.frames = grid.points();
    track.regions = static_cast<int>(lags_s.size());
    track.channels = LagDifference::kValues;
    std::vector<float> values;
    for (int t = run.begin; t < run.end; ++t)
      for (const LagDifference& difference : differences[t])
        for (int v = 0; v < LagDifference::kValues; ++v) values.push_back(value_of(difference, v));
    track.values = grid.on_grid(values, track.width());
    track_ = smoothed(track, config.smoothing_s * rate_);
  }

  int points() const { return track_.frames; }

  /// Less the mean of the values a lag before and after; where the run does not reach these, less what is usual.
  double contrast(int t, std::size_t lag) const {
    const int k = std::max(1, static_cast<int>(std::lround(lags_s_[lag] * rate_)));
    if (t < k || t + k >= points()) return 0;
    const double usual = usual_[lag * LagDifference::kValues + kBoth];
    const double before = t >= 2 * k ? value(t - k, lag, kBoth) : usual;
    const double after = t + 2 * k < points() ? value(t + k, lag, kBoth) : usual;
    return value(t, lag, kBoth) - 0.5 * (before + after);
  }

  /// In points.
  Movement movement(int t, double strength) const {
    double greatest = 0;
    for (std::size_t lag = 0; lag < lags_s_.size(); ++lag) greatest = std::max(greatest, above_usual(t, lag, kBoth));
    std::size_t lag = 0;
    while (above_usual(t, lag, kBoth) < kNearlyAll * greatest) ++lag;
    Movement result;
    result.peak = result.apex = t;
    result.onset = std::max(0, t - static_cast<int>(std::lround(duration_s(t, lag, kBefore) * rate_)));
    result.offset = std::min(points() - 1, t + static_cast<int>(std::lround(duration_s(t, lag, kAfter) * rate_)));
    result.length_s = (result.offset - result.onset + 1) / rate_;
    result.strength = strength;
    result.face = above_usual(t, lag, kBoth);
    result.eyes = above_usual(t, lag, kEyes);
    return result;
  }

 private:
  double value(int t, std::size_t lag, int v) const { return track_.at(t)[lag * LagDifference::kValues + v]; }

  double above_usual(int t, std::size_t lag, int v) const {
    const double x = std::max(0.0, value(t, lag, v) - usual_[lag * LagDifference::kValues + v]);
    return config_.squared ? std::sqrt(x) : x;
  }

  /// Of the rise (kBefore) or fall (kAfter): to the lag at which all but `boundary` of the way is gone, and on as a
  /// raised cosine.
  double duration_s(int t, std::size_t lag, int v) const {
    double top = 0;
    std::size_t last = lag;
    while (last + 1 < lags_s_.size() && lags_s_[last + 1] <= kLongestRatio * lags_s_[lag]) ++last;
    for (std::size_t i = 0; i <= last; ++i) top = std::max(top, above_usual(t, i, v));
    const double level = (1 - config_.boundary) * top;
    double before = 0, before_s = 0;
    for (std::size_t i = 0; i <= last; ++i) {
      const double here = above_usual(t, i, v);
      if (here >= level && here > before)
        return raised_cosine_stretch(config_.boundary) *
               (before_s + (lags_s_[i] - before_s) * (level - before) / (here - before));
      before = here;
      before_s = lags_s_[i];
    }
    return lags_s_[lag];
  }

  double rate_;
  const std::vector<double>& lags_s_;
  const std::vector<double>& usual_;
  const LagPeaksConfig& config_;
  RegionTrack track_;
};

/// Median over the clip of every value at every lag, of frames that have it.
std::vector<double> usual_of(const std::vector<LagDifferences>& differences, std::size_t lags) {
  std::vector<double> result;
  std::vector<float> values;
  for (std::size_t lag = 0; lag < lags; ++lag)
    for (int v = 0; v < LagDifference::kValues; ++v) {
      values.clear();
      for (const auto& frame : differences)
        if (const float value = value_of(frame[lag], v); value != 0) values.push_back(value);
      result.push_back(values.empty() ? 0 : median_of(values));
    }
  return result;
}

}  // namespace

std::vector<double> lags_of(double shortest_s, double longest_s) {
  std::vector<double> result;
  for (double lag_s = shortest_s / 2; result.empty() || lag_s <= longest_s / 2; lag_s *= kLagStep)
    result.push_back(lag_s);
  return result;
}

std::unique_ptr<MovementCurve> lag_peaks(const std::vector<FrameStamp>& frames,
                                         const std::vector<LagDifferences>& differences,
                                         const std::vector<double>& lags_s, const LagPeaksConfig& config) {
  auto result = std::make_unique<MovementCurve>();
  result->frames = frames;
  result->strength.assign(frames.size(), 0.0);
  const auto usual = usual_of(differences, lags_s.size());
  const auto runs = runs_of(frames);
  std::vector<TimeGrid> grids;
  std::vector<Lags> all;
  for (const FrameRun& run : runs) {
    grids.emplace_back(frames, run);
    all.emplace_back(differences, run, grids.back(), lags_s, usual, config);
  }
  std::vector<double> noise;
  for (std::size_t lag = 0; lag < lags_s.size(); ++lag) {
    std::vector<float> sizes;
    for (const Lags& run : all)
      for (int t = 0; t < run.points(); ++t)
        if (const double x = run.contrast(t, lag); x != 0) sizes.push_back(static_cast<float>(std::abs(x)));
    // Noise grows with the lag; in a short clip few frames have a long one, and these may be alike by chance.
    noise.push_back(
        std::max(lag == 0 ? config.least_noise : noise.back(), sizes.empty() ? 0 : kToSigma * median_of(sizes)));
  }
  for (std::size_t r = 0; r < runs.size(); ++r) {
    std::vector<double> strength(all[r].points(), 0.0);
    for (int t = 0; t < all[r].points(); ++t)
      for (std::size_t lag = 0; lag < lags_s.size(); ++lag)
        if (noise[lag] > 0) strength[t] = std::max(strength[t], all[r].contrast(t, lag) / noise[lag]);
    const auto at_frames = grids[r].at_frames(strength);
    std::copy(at_frames.begin(), at_frames.end(), result->strength.begin() + runs[r].begin);
    for (int t = 1; t + 1 < all[r].points(); ++t)
      if (strength[t] > 0 && strength[t] >= strength[t - 1] && strength[t] > strength[t + 1])
        result->movements.push_back(on_frames(all[r].movement(t, strength[t]), grids[r], runs[r]));
  }
  return result;
}

}  // namespace merkit::spotting
