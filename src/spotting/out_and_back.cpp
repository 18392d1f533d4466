#include "spotting/out_and_back.h"

#include "spotting/region_track.h"

#include <algorithm>
#include <cmath>

namespace merkit::spotting {

namespace {

constexpr double kScaleStep = 1.3;      // ratio of neighbouring rise and fall times
constexpr double kLongestRatio = 4;     // of rise to fall or the other way round
constexpr double kEnoughForRest_s = 3;  // with less than this there is no telling rest from expression

/// One run of frames under one reference pose, at the points of its grid, and what has been found out about it.
class Course {
 public:
  Course(const std::vector<FrameMotion>& frames, const FrameRun& run, const TimeGrid& grid,
         const OutAndBackConfig& config)
      : rate_(grid.rate()), config_(config) {
    face_ = track_of(frames, run, grid, config.feature, false);
    weigh_by_noise(face_);
    face_ = smoothed(face_, config.smoothing_s * rate_);
    eyes_ = smoothed(track_of(frames, run, grid, "magnitude", true), config.smoothing_s * rate_);
    distance_ = distances_from_rest();
    for (double s = config.shortest_s / 2; s < 0.65 * config.longest_s; s *= kScaleStep) {
      const int scale = std::max(1, static_cast<int>(std::lround(s * rate_)));
      if (scales_.empty() || scale > scales_.back()) scales_.push_back(scale);
    }
  }

  int points() const { return face_.frames; }

  struct Best {
    double strength = 0;
    int a = 0, b = 0;
  };

  /// `share` < 1 asks for the shortest rise and fall that reach this share of the best.
  Best best(int t, double share = 1) const {
    Best best;
    for (const int a : scales_)
      for (const int b : scales_)
        if (const double s = strength(t, a, b); s > best.strength) best = {s, a, b};
    if (share >= 1) return best;
    Best shortest = best;
    for (const int a : scales_)
      for (const int b : scales_)
        if (a + b < shortest.a + shortest.b && strength(t, a, b) >= share * best.strength)
          shortest = {best.strength, a, b};
    return shortest;
  }

  /// In points. Follows the movement along its own direction from the peak down to `boundary` on both sides, and on to
  /// where a raised cosine through that point and the apex begins.
  Movement movement(int t, double strength) const {
    const Best timing = best(t, 0.9);
    const int left = t - timing.a, right = t + timing.b;
    std::vector<double> course(right - left + 1);
    const std::vector<float> direction = departure(face_, t, left, right);
    for (int k = left; k <= right; ++k) course[k - left] = dot(departure(face_, k, left, right), direction);
    const int top = static_cast<int>(std::max_element(course.begin(), course.end()) - course.begin());
    const double level = config_.boundary * course[top], stretch = raised_cosine_stretch(config_.boundary);
    const double rise = crossing(course, top, -1, level), fall = crossing(course, top, +1, level);
    Movement result;
    result.peak = t;
    result.apex = left + top;
    result.onset = std::max(0, static_cast<int>(std::lround(result.apex - stretch * rise)));
    result.offset = std::min(points() - 1, static_cast<int>(std::lround(result.apex + stretch * fall)));
    result.length_s = (result.offset - result.onset + 1) / rate_;
    result.strength = strength;
    result.eyes = combined(eyes_, departure(eyes_, t, left, right), 1);
    result.face = combined(face_, direction, config_.strongest);
    return result;
  }

 private:
  double strength(int t, int a, int b) const {
    const int left = t - a, right = t + b;
    if (left < 0 || right >= points() || a > kLongestRatio * b || b > kLongestRatio * a) return 0;
    const auto gone = departure(face_, t, left, right);
    float norms[kFaceRegions], missed[kFaceRegions];
    int order[kFaceRegions];
    for (int r = 0; r < face_.regions; ++r) {
      order[r] = r;
      norms[r] = norm(face_, gone.data(), nullptr, r);
      missed[r] = norm(face_, face_.at(right), face_.at(left), r);
    }
    // The regions that went furthest are asked whether they came back; asking all would measure the others' noise.
    const int count = std::min(config_.strongest, face_.regions);
    std::partial_sort(order, order + count, order + face_.regions, [&](int i, int j) { return norms[i] > norms[j]; });
    double result = 0;
    for (int i = 0; i < count; ++i) result += (norms[order[i]] - missed[order[i]]) / count;
    if (!distance_.empty()) result = std::min(result, distance_[t] - std::max(distance_[left], distance_[right]));
    return result - config_.drift_px_per_s * std::max(0.0, (a + b) / rate_ - config_.micro_limit_s);
  }

  double dot(const std::vector<float>& a, const std::vector<float>& b) const {
    double sum = 0;
    for (int c = 0; c < face_.width(); ++c) {
      const float weight = face_.weights[c / face_.channels];
      sum += weight * weight * a[c] * b[c];
    }
    return sum;
  }

  /// Distance of each point from the resting state. Without it the rest between two expressions would look like an
  /// expression itself. Empty for short runs.
  std::vector<double> distances_from_rest() const {
    if (points() < kEnoughForRest_s * rate_) return {};
    const RegionTrack rest = rest_of(face_, rate_);
    std::vector<double> result(points());
    std::vector<float> difference(face_.width());
    for (int t = 0; t < points(); ++t) {
      for (int c = 0; c < face_.width(); ++c) difference[c] = face_.at(t)[c] - rest.at(t)[c];
      result[t] = combined(face_, difference, config_.strongest);
    }
    return result;
  }

  double rate_;
  const OutAndBackConfig& config_;
  RegionTrack face_, eyes_;
  std::vector<double> distance_;
  std::vector<int> scales_;
};

}  // namespace

std::unique_ptr<MovementCurve> out_and_back(const std::vector<FrameMotion>& frames, const OutAndBackConfig& config) {
  auto result = std::make_unique<MovementCurve>();
  result->frames.assign(frames.begin(), frames.end());
  result->strength.assign(frames.size(), 0.0);
  for (const FrameRun& run : runs_of(result->frames)) {
    const TimeGrid grid(result->frames, run);
    const Course course(frames, run, grid, config);
    std::vector<double> strength(course.points());
    for (int t = 0; t < course.points(); ++t) strength[t] = course.best(t).strength;
    const auto at_frames = grid.at_frames(strength);
    std::copy(at_frames.begin(), at_frames.end(), result->strength.begin() + run.begin);
    for (int t = 1; t + 1 < course.points(); ++t) {
      if (strength[t] <= 0 || strength[t] < strength[t - 1] || strength[t] <= strength[t + 1]) continue;
      result->movements.push_back(on_frames(course.movement(t, strength[t]), grid, run));
    }
  }
  return result;
}

}  // namespace merkit::spotting
