#include "spotting/time_grid.h"

#include <algorithm>
#include <cmath>

namespace merkit::spotting {
namespace {

constexpr double kLongestStep_s = 0.1;  ///< a few frames missing do no harm
constexpr double kLongestStep = 1.5;    ///< of the usual one, where that is longer
constexpr double kJitter = 0.15;        ///< of a step; containers round times to milliseconds
constexpr double kLeastStep_s = 1e-4;

/// Time between frames with a face that follow each other: the mean of those steps that are no longer than usual, which
/// is exact where containers round each; 0 where there are none.
double usual_step(const std::vector<FrameStamp>& frames, int begin, int end) {
  std::vector<double> steps;
  for (int t = begin + 1; t < end; ++t)
    if (frames[t - 1].valid && frames[t].valid && frames[t].time_s - frames[t - 1].time_s > kLeastStep_s)
      steps.push_back(frames[t].time_s - frames[t - 1].time_s);
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  const double longest = kLongestStep * *middle;
  double sum = 0;
  int count = 0;
  for (const double step : steps)
    if (step <= longest) {
      sum += step;
      ++count;
    }
  return sum / count;
}

}  // namespace

std::vector<FrameRun> runs_of(const std::vector<FrameStamp>& frames) {
  const int count = static_cast<int>(frames.size());
  const double longest_s = std::max(kLongestStep_s, kLongestStep * usual_step(frames, 0, count));
  std::vector<FrameRun> runs;
  for (int t = 0; t < count; ++t) {
    if (!frames[t].valid) continue;
    const bool continues = t > 0 && frames[t - 1].valid && frames[t].segment == frames[t - 1].segment &&
                           frames[t].time_s - frames[t - 1].time_s <= longest_s;
    if (!continues) runs.push_back({t, t});
    runs.back().end = t + 1;
  }
  return runs;
}

TimeGrid::TimeGrid(const std::vector<FrameStamp>& frames, const FrameRun& run) {
  const int count = run.end - run.begin;
  const double begin_s = frames[run.begin].time_s;
  const double step_s = usual_step(frames, run.begin, run.end);
  if (step_s > 0) rate_ = 1 / step_s;
  // A step that is a little off would add up over a long clip.
  const double whole = (frames[run.end - 1].time_s - begin_s) * rate_;
  points_ = static_cast<int>(std::lround(whole)) + 1;
  if (points_ > 1) rate_ *= (points_ - 1) / whole;
  even_ = points_ == count;
  for (int i = 0; i < count; ++i) {
    positions_.push_back(std::min((frames[run.begin + i].time_s - begin_s) * rate_, points_ - 1.0));
    even_ = even_ && std::abs(positions_[i] - i) <= kJitter;
  }
}

int TimeGrid::nearest(double point) const {
  const int last = static_cast<int>(positions_.size()) - 1;
  if (even_) return std::clamp(static_cast<int>(std::lround(point)), 0, last);
  const auto after = std::lower_bound(positions_.begin(), positions_.end(), point);
  const int i = static_cast<int>(after - positions_.begin());
  if (i == 0 || i > last) return std::min(i, last);
  return point - positions_[i - 1] < positions_[i] - point ? i - 1 : i;
}

std::vector<float> TimeGrid::on_grid(const std::vector<float>& at_frames, int width) const {
  if (even_) return at_frames;
  std::vector<float> result(static_cast<std::size_t>(points_) * width);
  int i = 0;
  const int last = static_cast<int>(positions_.size()) - 1;
  for (int p = 0; p < points_; ++p) {
    while (i < last && positions_[i + 1] < p) ++i;
    const int next = std::min(i + 1, last);
    const double step = positions_[next] - positions_[i];
    const auto share = static_cast<float>(step > 0 ? std::clamp((p - positions_[i]) / step, 0.0, 1.0) : 0);
    for (int c = 0; c < width; ++c)
      result[static_cast<std::size_t>(p) * width + c] =
          (1 - share) * at_frames[static_cast<std::size_t>(i) * width + c] +
          share * at_frames[static_cast<std::size_t>(next) * width + c];
  }
  return result;
}

std::vector<double> TimeGrid::at_frames(const std::vector<double>& on_grid) const {
  if (even_) return on_grid;
  std::vector<double> result;
  for (const double position : positions_) {
    const int before = static_cast<int>(position), after = std::min(before + 1, points_ - 1);
    const double share = position - before;
    result.push_back((1 - share) * on_grid[before] + share * on_grid[after]);
  }
  return result;
}

}  // namespace merkit::spotting
