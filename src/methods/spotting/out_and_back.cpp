#include "methods/spotting/out_and_back.h"

#include "methods/spotting/region_track.h"

#include <algorithm>
#include <cmath>

namespace merkit::spotting {

namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kScaleStep = 1.3;   // ratio of neighbouring rise and fall times
constexpr double kLongestRatio = 4;  // of rise to fall or the other way round
constexpr double kRestWindow_s = 5;  // to either side, for the resting state
constexpr double kLongestStep_s = 0.1;
constexpr double kTrainMember_s = 0.6;  // longer movements are no syllables
constexpr double kEnoughForRest_s = 3;  // with less than this there is no telling rest from expression

/// One run of frames under one reference pose, and what has been found out about it.
class Run {
 public:
  Run(const std::vector<FrameMotion>& frames, int begin, int end, double fps, const OutAndBackConfig& config)
      : begin_(begin), fps_(fps), config_(config) {
    face_ = track_of(frames, begin, end, config.feature, false);
    weigh_by_noise(face_);
    face_ = smoothed(face_, config.smoothing_s * fps);
    eyes_ = smoothed(track_of(frames, begin, end, "magnitude", true), config.smoothing_s * fps);
    distance_ = distances_from_rest();
    for (double s = config.shortest_s / 2; s < 0.65 * config.longest_s; s *= kScaleStep) {
      const int scale = std::max(1, static_cast<int>(std::lround(s * fps)));
      if (scales_.empty() || scale > scales_.back()) scales_.push_back(scale);
    }
  }

  int begin() const { return begin_; }
  int frames() const { return face_.frames; }

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

  /// Follows the movement along its own direction from the peak down to `boundary` on both sides, and on to where a
  /// raised cosine through that point and the apex begins.
  Excursion refined(int t, const Best& best) const {
    const int left = t - best.a, right = t + best.b;
    std::vector<double> course(right - left + 1);
    const std::vector<float> direction = departure(face_, t, left, right);
    for (int k = left; k <= right; ++k) course[k - left] = dot(departure(face_, k, left, right), direction);
    const int peak = static_cast<int>(std::max_element(course.begin(), course.end()) - course.begin());
    const double level = config_.boundary * course[peak];
    const double stretch = 1 / (1 - std::acos(1 - 2 * config_.boundary) / kPi);
    const double rise = crossing(course, peak, -1, level), fall = crossing(course, peak, +1, level);
    Excursion result;
    result.apex = left + peak;
    result.onset = std::max(0, static_cast<int>(std::lround(result.apex - stretch * rise)));
    result.offset = std::min(frames() - 1, static_cast<int>(std::lround(result.apex + stretch * fall)));
    result.strength_px = best.strength;
    return result;
  }

  bool is_blink(int t, const Best& best) const {
    const double eyes = combined(eyes_, departure(eyes_, t, t - best.a, t + best.b), 1);
    const double face = combined(face_, departure(face_, t, t - best.a, t + best.b), config_.strongest);
    return face < config_.blink_ratio * eyes;
  }

 private:
  double strength(int t, int a, int b) const {
    const int left = t - a, right = t + b;
    if (left < 0 || right >= frames() || a > kLongestRatio * b || b > kLongestRatio * a) return 0;
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
    return result - config_.drift_px_per_s * std::max(0.0, (a + b) / fps_ - config_.micro_limit_s);
  }

  double dot(const std::vector<float>& a, const std::vector<float>& b) const {
    double sum = 0;
    for (int c = 0; c < face_.width(); ++c) {
      const float weight = face_.weights[c / face_.channels];
      sum += weight * weight * a[c] * b[c];
    }
    return sum;
  }

  /// Frames from `peak` to where `course` falls to `level`, between frames by straight lines.
  static double crossing(const std::vector<double>& course, int peak, int step, double level) {
    for (int k = peak + step; k >= 0 && k < static_cast<int>(course.size()); k += step) {
      if (course[k] > level) continue;
      const double above = course[k - step] - level, below = level - course[k];
      return std::abs(k - step - peak) + (above + below > 0 ? above / (above + below) : 0);
    }
    return step < 0 ? peak : static_cast<double>(course.size()) - 1 - peak;
  }

  /// Distance of each frame from the resting state, the median over a window much longer than most expressions. Without
  /// it the rest between two expressions would look like an expression itself. Empty for short runs.
  std::vector<double> distances_from_rest() const {
    if (frames() < kEnoughForRest_s * fps_) return {};
    const int half = static_cast<int>(kRestWindow_s * fps_), step = std::max(1, static_cast<int>(fps_ / 2));
    std::vector<double> result(frames());
    std::vector<float> rest(face_.width()), window, difference(face_.width());
    for (int t = 0; t < frames(); ++t) {
      if (t % step == 0)
        for (int c = 0; c < face_.width(); ++c) {
          window.clear();
          for (int k = std::max(0, t - half); k < std::min(frames(), t + half); k += std::max(1, step / 8))
            window.push_back(face_.at(k)[c]);
          rest[c] = median_of(window);
        }
      for (int c = 0; c < face_.width(); ++c) difference[c] = face_.at(t)[c] - rest[c];
      result[t] = combined(face_, difference, config_.strongest);
    }
    return result;
  }

  int begin_;
  double fps_;
  const OutAndBackConfig& config_;
  RegionTrack face_, eyes_;
  std::vector<double> distance_;
  std::vector<int> scales_;
};

bool continues(const FrameMotion& before, const FrameMotion& after, double fps) {
  const double longest_step_s = std::max(kLongestStep_s, 1.5 / fps);  // a few frames missing do no harm
  return after.valid && after.segment == before.segment && after.time_s - before.time_s <= longest_step_s;
}

std::vector<Run> runs_of(const std::vector<FrameMotion>& frames, double fps, const OutAndBackConfig& config) {
  std::vector<Run> runs;
  const int count = static_cast<int>(frames.size());
  for (int begin = 0; begin < count;) {
    int end = begin + 1;
    while (end < count && frames[begin].valid && continues(frames[end - 1], frames[end], fps)) ++end;
    if (frames[begin].valid) runs.emplace_back(frames, begin, end, fps, config);
    begin = end;
  }
  return runs;
}

/// T = m + p (max - m), never below the floor: the rule of Moilanen et al. (ICPR 2014) with the median for m, because
/// one macro-expression lifts a mean above every micro-expression of the clip.
double threshold_of(std::vector<double> curve, const OutAndBackConfig& config) {
  if (curve.empty()) return config.floor_px;
  const double largest = *std::max_element(curve.begin(), curve.end());
  const auto middle = curve.begin() + static_cast<std::ptrdiff_t>(curve.size() / 2);
  std::nth_element(curve.begin(), middle, curve.end());
  return std::max(config.floor_px, *middle + config.threshold * (largest - *middle));
}

/// Speech and chewing are trains of short excursions with no rest between them; an expression stands alone.
void remove_trains(std::vector<Excursion>& excursions, double fps, const OutAndBackConfig& config) {
  const auto is_short = [&](const Excursion& e) { return e.offset - e.onset + 1 <= kTrainMember_s * fps; };
  std::vector<Excursion> kept;
  for (std::size_t begin = 0; begin < excursions.size();) {
    std::size_t end = begin + 1;
    while (end < excursions.size() && excursions[end].onset - excursions[end - 1].offset <= config.rest_s * fps) ++end;
    const auto members = std::count_if(excursions.begin() + static_cast<std::ptrdiff_t>(begin),
                                       excursions.begin() + static_cast<std::ptrdiff_t>(end), is_short);
    for (std::size_t i = begin; i < end; ++i)
      if (members < config.train || !is_short(excursions[i])) kept.push_back(excursions[i]);
    begin = end;
  }
  excursions = kept;
}

}  // namespace

int shortest_clip(const OutAndBackConfig& config, double fps) {
  return 2 * std::max(1, static_cast<int>(std::lround(config.shortest_s / 2 * fps))) + 1;
}

ExcursionCurve find_excursions(const std::vector<FrameMotion>& frames, double fps, const OutAndBackConfig& config) {
  ExcursionCurve result;
  result.strength_px.assign(frames.size(), 0.0);
  const auto runs = runs_of(frames, fps, config);
  for (const auto& run : runs)
    for (int t = 0; t < run.frames(); ++t) result.strength_px[run.begin() + t] = run.best(t).strength;
  result.threshold_px = threshold_of(result.strength_px, config);

  struct Peak {
    const Run* run;
    int t;
    double strength;
  };
  std::vector<Peak> peaks;
  for (const auto& run : runs)
    for (int t = 1; t + 1 < run.frames(); ++t) {
      const double* s = &result.strength_px[run.begin() + t];
      if (s[0] > result.threshold_px && s[0] >= s[-1] && s[0] > s[1]) peaks.push_back({&run, t, s[0]});
    }
  std::stable_sort(peaks.begin(), peaks.end(), [](const Peak& a, const Peak& b) { return a.strength > b.strength; });

  // The strongest first; what lies inside one already found is part of it. A blink found takes its place, too.
  std::vector<Excursion> taken;
  for (const auto& peak : peaks) {
    const int frame = peak.run->begin() + peak.t;
    const auto covers = [&](const Excursion& e) { return e.onset <= frame && frame <= e.offset; };
    if (std::any_of(taken.begin(), taken.end(), covers)) continue;
    const auto best = peak.run->best(peak.t, 0.9);
    Excursion found = peak.run->refined(peak.t, best);
    found.onset += peak.run->begin();
    found.apex += peak.run->begin();
    found.offset += peak.run->begin();
    const int whole = found.offset - found.onset + 1;
    for (const auto& other : taken) {  // neighbours share no frame
      if (other.apex < found.apex && other.offset >= found.onset) found.onset = std::min(found.apex, other.offset + 1);
      if (other.apex > found.apex && other.onset <= found.offset) found.offset = std::max(found.apex, other.onset - 1);
    }
    const bool cut_short = found.onset == found.apex || found.offset == found.apex;
    if (cut_short || 2 * (found.offset - found.onset + 1) < whole) continue;  // mostly a part of a stronger one
    taken.push_back(found);
    const double length_s = (found.offset - found.onset + 1) / fps;
    if (length_s < config.shortest_s || length_s > config.longest_s || peak.run->is_blink(peak.t, best)) continue;
    if (length_s > config.micro_limit_s && found.strength_px < config.macro_floor_px) continue;
    result.excursions.push_back(found);
  }
  std::sort(result.excursions.begin(), result.excursions.end(),
            [](const Excursion& a, const Excursion& b) { return a.onset < b.onset; });
  remove_trains(result.excursions, fps, config);
  return result;
}

}  // namespace merkit::spotting
