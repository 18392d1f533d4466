#pragma once

#include "spotting/movements.h"

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <vector>

namespace merkit::spotting {

/// What a frame has that the frames a lag before and after it have not.
struct LagDifference {
  float both = 0;    ///< from what the two have in common
  float before = 0;  ///< from the earlier one
  float after = 0;   ///< from the later one
  float eyes = 0;    ///< `both` of the eyes
  static constexpr int kValues = 4;
};

/// Ratio of neighbouring lags.
constexpr double kLagStep = 1.4;

/// Half durations of movements, from the shortest to the longest, in seconds.
std::vector<double> lags_of(double shortest_s, double longest_s);

struct LagPeaksConfig {
  double smoothing_s = 0.025;  ///< standard deviation of the smoothing over time
  double boundary = 0.25;      ///< share of rise and fall at which they are timed
  bool squared = false;        ///< differences grow with the square of the movement
  double least_noise = 0;      ///< a curve's noise is taken to be no less
};

/// One frame's differences, one a lag; zeros where the clip does not reach that far.
using LagDifferences = std::vector<LagDifference>;

/// For every lag, differences less the mean of those a lag before and after (Moilanen et al., ICPR 2014), in units of
/// the clip's own noise at that lag; the curve is the best of all lags. A movement's rise and fall are as long as the
/// lags at which the frame before and after differ from its peak by nearly all they ever do.
std::unique_ptr<MovementCurve> lag_peaks(const std::vector<FrameStamp>& frames,
                                         const std::vector<LagDifferences>& differences,
                                         const std::vector<double>& lags_s, const LagPeaksConfig& config);

/// Looks at frames as they come and compares each with those a lag before and after, holding no more than two lags'
/// worth of them. `Look` has
///
///     using Seen = ...;                          // what is kept of a frame
///     Seen look(const AlignedFace&);
///     LagDifference compare(const Seen& before, const Seen& now, const Seen& after);
template <class Look>
class LagSession final : public MeasuringSession {
 public:
  LagSession(Look look, std::string method, int needed, double fps, std::vector<double> lags_s,
             const LagPeaksConfig& config)
      : look_(std::move(look)),
        method_(std::move(method)),
        needed_(needed),
        longest_step_s_(std::max(0.1, 1.5 / fps)),
        lags_s_(std::move(lags_s)),
        config_(config) {}

  void push(const AlignedFace& face) override {
    const FrameStamp stamp{face.number, face.time_s, face.success && !face.image.empty(), face.segment};
    if (!held_.empty() && !continues(stamp)) compare_held(true);
    frames_.push_back(stamp);
    differences_.emplace_back(lags_s_.size());
    if (!stamp.valid) return;
    held_.push_back({static_cast<int>(frames_.size()) - 1, stamp.time_s, look_.look(face)});
    compare_held(false);
  }

  std::unique_ptr<MeasuredClip> so_far() override { return lag_peaks(frames_, differences_, lags_s_, config_); }

  std::unique_ptr<MeasuredClip> finish() override {
    compare_held(true);
    check_frames(frames_, needed_, method_);
    return so_far();
  }

 private:
  struct Held {
    int frame;
    double time_s;
    typename Look::Seen seen;
  };

  bool continues(const FrameStamp& stamp) const {
    return stamp.valid && stamp.segment == frames_.back().segment &&
           stamp.time_s - held_.back().time_s <= longest_step_s_;
  }

  /// The frame nearest to a time, on the far side of `centre`; null where no frame is that far.
  const Held* nearest(double time_s, std::size_t centre) const {
    if (time_s < held_.front().time_s || time_s > held_.back().time_s) return nullptr;
    const auto after = std::lower_bound(held_.begin(), held_.end(), time_s,
                                        [](const Held& held, double time) { return held.time_s < time; });
    auto found = after;
    if (after != held_.begin() && time_s - (after - 1)->time_s < after->time_s - time_s) --found;
    if (found == held_.begin() + static_cast<std::ptrdiff_t>(centre)) found += time_s < held_[centre].time_s ? -1 : 1;
    return &*found;
  }

  /// All frames that lie two lags back from the newest, or all there are where none will follow.
  void compare_held(bool all) {
    const double reach_s = lags_s_.back();
    for (; next_ < held_.size() && (all || held_.back().time_s - held_[next_].time_s >= reach_s); ++next_) {
      const Held& now = held_[next_];
      for (std::size_t i = 0; i < lags_s_.size(); ++i) {
        const Held *before = nearest(now.time_s - lags_s_[i], next_), *after = nearest(now.time_s + lags_s_[i], next_);
        if (before && after) differences_[now.frame][i] = look_.compare(before->seen, now.seen, after->seen);
      }
    }
    if (all) {
      held_.clear();
      next_ = 0;
    }
    while (next_ < held_.size() && held_[next_].time_s - held_.front().time_s > reach_s) {
      held_.pop_front();
      --next_;
    }
  }

  Look look_;
  std::string method_;
  int needed_;
  double longest_step_s_;
  std::vector<double> lags_s_;
  LagPeaksConfig config_;
  std::vector<FrameStamp> frames_;
  std::vector<LagDifferences> differences_;
  std::deque<Held> held_;  ///< of one run
  std::size_t next_ = 0;   ///< of these, the first that has not been compared
};

}  // namespace merkit::spotting
