#include "spotting/region_votes.h"

#include "spotting/region_track.h"

#include <algorithm>
#include <cmath>

namespace merkit::spotting {
namespace {

/// Standard deviation of a Gaussian that halves the power of 1 Hz: sqrt(ln 2) / (2 pi) seconds.
constexpr double kHalfPower_s = 0.1325;

/// One patch's rise and fall, in points.
struct Vote {
  int region = 0, apex = 0;
  double onset = 0, offset = 0;
  double height = 0;
};

double overlap(const Vote& a, const Vote& b) {
  const double both = std::min(a.offset, b.offset) - std::max(a.onset, b.onset);
  const double either = std::max(a.offset, b.offset) - std::min(a.onset, b.onset);
  return both > 0 ? both / either : 0;
}

class Patches {
 public:
  Patches(const std::vector<FrameMotion>& frames, const FrameRun& run, const TimeGrid& grid,
          const RegionVotesConfig& config)
      : rate_(grid.rate()), config_(config) {
    const double smoothing = kHalfPower_s / config.cut_off_hz * rate_;
    face_ = track_of(frames, run, grid, "magnitude", false);
    weigh_by_noise(face_);
    face_ = smoothed(face_, smoothing);
    eyes_ = smoothed(track_of(frames, run, grid, "magnitude", true), smoothing);
    const RegionTrack rest = rest_of(face_, rate_);
    for (std::size_t i = 0; i < face_.values.size(); ++i) face_.values[i] -= rest.values[i];
  }

  std::vector<double> curve() const {
    std::vector<double> result(face_.frames);
    for (int t = 0; t < face_.frames; ++t)
      result[t] = combined(face_, {face_.at(t), face_.at(t) + face_.width()}, config_.strongest);
    return result;
  }

  /// Of all patches, those that moved most first.
  std::vector<Vote> votes() const {
    std::vector<Vote> result;
    for (int r = 0; r < face_.regions; ++r) {
      std::vector<double> distance(face_.frames);
      for (int t = 0; t < face_.frames; ++t) distance[t] = norm(face_, face_.at(t), nullptr, r);
      for (int t = 1; t + 1 < face_.frames; ++t)
        if (distance[t] >= distance[t - 1] && distance[t] > distance[t + 1] && distance[t] > config_.least_px)
          if (const Vote vote = vote_of(r, t); vote.height > config_.least_px) result.push_back(vote);
    }
    std::stable_sort(result.begin(), result.end(), [](const Vote& a, const Vote& b) { return a.height > b.height; });
    return result;
  }

  /// In points.
  Movement movement(const std::vector<Vote>& votes) const {
    double total = 0, onset = 0, offset = 0, strongest = 0;
    for (std::size_t i = 0; i < votes.size(); ++i) {
      total += votes[i].height;
      onset += votes[i].height * votes[i].onset;
      offset += votes[i].height * votes[i].offset;
      if (static_cast<int>(i) < config_.strongest) strongest += votes[i].height;
    }
    Movement result;
    result.apex = votes.front().apex;
    result.peak = result.apex;
    result.onset = std::clamp(static_cast<int>(std::lround(onset / total)), 0, result.apex);
    result.offset = std::clamp(static_cast<int>(std::lround(offset / total)), result.apex, face_.frames - 1);
    result.length_s = (result.offset - result.onset + 1) / rate_;
    result.strength = strongest / config_.strongest;
    result.eyes = combined(eyes_, departure(eyes_, result.apex, result.onset, result.offset), 1);
    result.face = result.strength;
    return result;
  }

 private:
  /// Along the direction in which the patch has gone at its peak, from there down to where it turns back upwards.
  Vote vote_of(int region, int peak) const {
    const float* out = face_.at(peak) + region * face_.channels;
    const float length = std::hypot(out[0], out[1]);
    const int reach = static_cast<int>(config_.longest_s * rate_);
    const int first = std::max(0, peak - reach), last = std::min(face_.frames - 1, peak + reach);
    std::vector<double> course(last - first + 1);
    for (int t = first; t <= last; ++t) {
      const float* x = face_.at(t) + region * face_.channels;
      course[t - first] = face_.weights[region] * (x[0] * out[0] + x[1] * out[1]) / length;
    }
    const int top = peak - first;
    double lowest[2];
    for (const int side : {0, 1}) {
      lowest[side] = course[top];
      const int step = side == 0 ? -1 : 1;
      for (int k = top + step; k >= 0 && k < static_cast<int>(course.size()) && course[k] <= course[top]; k += step)
        lowest[side] = std::min(lowest[side], course[k]);
    }
    Vote vote;
    vote.region = region;
    vote.apex = peak;
    const double base = std::max({lowest[0], lowest[1], 0.0});
    vote.height = course[top] - base;
    const double level = base + config_.boundary * vote.height, stretch = raised_cosine_stretch(config_.boundary);
    vote.onset = peak - stretch * crossing(course, top, -1, level);
    vote.offset = peak + stretch * crossing(course, top, +1, level);
    return vote;
  }

  double rate_;
  const RegionVotesConfig& config_;
  RegionTrack face_, eyes_;  ///< the face's from its resting state
};

/// The strongest vote left and one of each other patch that agrees with it, again and again.
std::vector<std::vector<Vote>> ballots(std::vector<Vote> votes, double agreement) {
  std::vector<std::vector<Vote>> result;
  while (!votes.empty()) {
    std::vector<Vote> together = {votes.front()}, left;
    for (std::size_t i = 1; i < votes.size(); ++i) {
      const bool is_new = std::none_of(together.begin(), together.end(),
                                       [&](const Vote& other) { return other.region == votes[i].region; });
      if (is_new && overlap(votes.front(), votes[i]) >= agreement)
        together.push_back(votes[i]);
      else
        left.push_back(votes[i]);
    }
    result.push_back(together);
    votes = left;
  }
  return result;
}

}  // namespace

std::unique_ptr<MovementCurve> region_votes(const std::vector<FrameMotion>& frames, const RegionVotesConfig& config) {
  auto result = std::make_unique<MovementCurve>();
  result->frames.assign(frames.begin(), frames.end());
  result->strength.assign(frames.size(), 0.0);
  for (const FrameRun& run : runs_of(result->frames)) {
    const TimeGrid grid(result->frames, run);
    const Patches patches(frames, run, grid, config);
    const auto at_frames = grid.at_frames(patches.curve());
    std::copy(at_frames.begin(), at_frames.end(), result->strength.begin() + run.begin);
    for (const auto& together : ballots(patches.votes(), config.agreement))
      result->movements.push_back(on_frames(patches.movement(together), grid, run));
  }
  return result;
}

}  // namespace merkit::spotting
