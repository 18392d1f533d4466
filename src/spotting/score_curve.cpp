#include "spotting/score_curve.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace merkit::spotting {
namespace {

constexpr double kRounding_s = 1e-6;

/// Frames of one run.
struct Window {
  std::size_t first, last;
};

/// Frames of the same run between two times, `at` among them.
Window between(const std::vector<ScoredFrame>& frames, std::size_t at, double from_s, double to_s) {
  Window window{at, at};
  while (window.first > 0 && frames[window.first - 1].run == frames[at].run &&
         frames[window.first - 1].time_s >= from_s - kRounding_s)
    --window.first;
  while (window.last + 1 < frames.size() && frames[window.last + 1].run == frames[at].run &&
         frames[window.last + 1].time_s <= to_s + kRounding_s)
    ++window.last;
  return window;
}

/// Within `half_s` of frame `at`.
Window window_of(const std::vector<ScoredFrame>& frames, std::size_t at, double half_s) {
  return between(frames, at, frames[at].time_s - half_s, frames[at].time_s + half_s);
}

/// Scores less `contrast` times the mean of what is positive around: outside the expected duration, within contrast_s.
std::vector<double> contrasted(const std::vector<ScoredFrame>& frames, ExpressionType type, double half_s,
                               const ScoreCurveConfig& config) {
  std::vector<double> values(frames.size(), 0.0), sums(frames.size() + 1, 0.0);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    values[i] = frames[i].run < 0 ? 0 : frames[i].score(type);
    sums[i + 1] = sums[i] + std::max(0.0, values[i]);
  }
  if (type == ExpressionType::macro || config.contrast == 0) return values;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].run < 0) continue;
    const Window own = window_of(frames, i, 2 * half_s), wide = window_of(frames, i, 2 * half_s + config.contrast_s);
    const std::size_t count = (own.first - wide.first) + (wide.last - own.last);
    if (count == 0) continue;
    const double around = sums[own.first] - sums[wide.first] + sums[wide.last + 1] - sums[own.last + 1];
    values[i] -= config.contrast * around / static_cast<double>(count);
  }
  return values;
}

std::vector<double> smoothed(const std::vector<ScoredFrame>& frames, const std::vector<double>& values, double half_s) {
  std::vector<double> curve(frames.size(), 0.0);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].run < 0) continue;
    const Window window = window_of(frames, i, half_s);
    double sum = 0;
    for (std::size_t k = window.first; k <= window.last; ++k) sum += values[k];
    curve[i] = sum / static_cast<double>(window.last - window.first + 1);
  }
  return curve;
}

double threshold_of(const std::vector<ScoredFrame>& frames, const std::vector<double>& curve, double p,
                    const ScoreCurveConfig& config) {
  if (config.threshold == "absolute") return p;
  double sum = 0, largest = 0;
  int count = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].run < 0) continue;
    largest = count == 0 ? curve[i] : std::max(largest, curve[i]);
    sum += curve[i];
    ++count;
  }
  const double mean = count > 0 ? sum / count : 0;
  return mean + p * (largest - mean);
}

/// As long as `curve` stays above a share of its height near `peak`, stretched.
Window extent_of(const std::vector<ScoredFrame>& frames, const std::vector<double>& curve, std::size_t peak,
                 double half_s, const ScoreCurveConfig& config) {
  constexpr double kShortest = 0.4, kLongest = 1.5;  // of the expected duration
  const auto begin = curve.begin();
  const Window near = window_of(frames, peak, half_s / 2), reach = window_of(frames, peak, kLongest * half_s);
  const double least = config.extent * *std::max_element(begin + static_cast<std::ptrdiff_t>(near.first),
                                                         begin + static_cast<std::ptrdiff_t>(near.last) + 1);
  Window up{peak, peak};
  while (up.first > reach.first && curve[up.first - 1] > least) --up.first;
  while (up.last < reach.last && curve[up.last + 1] > least) ++up.last;
  const auto falls_s = [&](std::size_t inside, std::size_t outside) {
    if (outside >= curve.size() || frames[outside].run != frames[peak].run || curve[outside] > least ||
        curve[inside] <= least)  // the height is that of a place near the peak
      return frames[inside].time_s;
    const double share = (curve[inside] - least) / (curve[inside] - curve[outside]);
    return frames[inside].time_s + share * (frames[outside].time_s - frames[inside].time_s);
  };
  const double from_s = falls_s(up.first, up.first - 1), to_s = falls_s(up.last, up.last + 1);
  const double length_s = std::clamp((to_s - from_s) * config.stretch, 2 * half_s * kShortest, 2 * half_s * kLongest);
  const double peak_s = frames[peak].time_s;
  const double middle_s = std::clamp((from_s + to_s) / 2, peak_s - length_s / 2, peak_s + length_s / 2);
  return between(frames, peak, middle_s - length_s / 2, middle_s + length_s / 2);
}

Detection detection_at(const std::vector<ScoredFrame>& frames, std::size_t peak, const Window& window,
                       ExpressionType type, double score, double threshold) {
  const ScoredFrame &onset = frames[window.first], &offset = frames[window.last];
  Detection detection;
  detection.interval = {onset.number, frames[peak].number, offset.number};
  detection.onset_s = onset.time_s;
  detection.apex_s = frames[peak].time_s;
  detection.offset_s = offset.time_s;
  detection.type = type;
  detection.confidence = threshold > 0 ? std::clamp(1 - threshold / score, 0.0, 1.0) : std::clamp(score, 0.0, 1.0);
  return detection;
}

}  // namespace

FoundPeaks find_peaks(const std::vector<ScoredFrame>& frames, ExpressionType type, const PeakRule& rule,
                      const ScoreCurveConfig& config) {
  FoundPeaks result;
  if (rule.half_s == 0) {
    result.curve.assign(frames.size(), 0.0);
    return result;
  }
  const std::vector<double> scores = contrasted(frames, type, rule.half_s, config);
  result.curve = smoothed(frames, scores, config.smoothing * rule.half_s);
  result.threshold = threshold_of(frames, result.curve, rule.threshold, config);
  const std::vector<double>& curve = result.curve;
  std::vector<std::size_t> peaks;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].run < 0 || curve[i] <= result.threshold) continue;
    const bool rises = i == 0 || frames[i - 1].run != frames[i].run || curve[i] >= curve[i - 1];
    const bool falls = i + 1 == frames.size() || frames[i + 1].run != frames[i].run || curve[i] > curve[i + 1];
    if (rises && falls) peaks.push_back(i);
  }
  std::stable_sort(peaks.begin(), peaks.end(), [&](std::size_t a, std::size_t b) { return curve[a] > curve[b]; });
  std::vector<std::size_t> taken;
  for (const std::size_t peak : peaks) {
    const auto near = [&](std::size_t other) {
      return frames[other].run == frames[peak].run &&
             std::abs(frames[other].time_s - frames[peak].time_s) <= rule.half_s;
    };
    if (std::none_of(taken.begin(), taken.end(), near)) taken.push_back(peak);
  }
  std::sort(taken.begin(), taken.end());
  std::vector<double> fine;  // thresholds are tried by the dozen, and most leave no peak or need no extent
  if (config.extent > 0 && !taken.empty()) fine = smoothed(frames, scores, config.smoothing * rule.half_s / 2);
  for (const std::size_t peak : taken) {
    const Window window =
        config.extent > 0 ? extent_of(frames, fine, peak, rule.half_s, config) : window_of(frames, peak, rule.half_s);
    result.detections.push_back(detection_at(frames, peak, window, type, curve[peak], result.threshold));
  }
  return result;
}

SpottingResult decide(const std::vector<ScoredFrame>& frames, const SpottingRules& rules,
                      const ScoreCurveConfig& config) {
  FoundPeaks micro = find_peaks(frames, ExpressionType::micro, rules.micro, config);
  const FoundPeaks macro = find_peaks(frames, ExpressionType::macro, rules.macro, config);
  std::vector<Detection> all = micro.detections;
  all.insert(all.end(), macro.detections.begin(), macro.detections.end());
  std::stable_sort(all.begin(), all.end(),
                   [](const Detection& a, const Detection& b) { return a.confidence > b.confidence; });
  SpottingResult result;
  for (const Detection& detection : all) {
    const auto overlaps = [&](const Detection& other) { return iou(detection.interval, other.interval) > 0; };
    if (std::none_of(result.detections.begin(), result.detections.end(), overlaps))
      result.detections.push_back(detection);
  }
  std::sort(result.detections.begin(), result.detections.end(),
            [](const Detection& a, const Detection& b) { return a.interval.onset < b.interval.onset; });
  for (const ScoredFrame& frame : frames) {
    result.signal.frames.push_back(frame.number);
    result.signal.times_s.push_back(frame.time_s);
  }
  result.signal.values = std::move(micro.curve);
  result.signal.threshold = micro.threshold;
  return result;
}

std::vector<int> pseudo_labels(const std::vector<ScoredFrame>& frames, const std::vector<TrueExpression>& expressions,
                               ExpressionType type, double core, int window_frames) {
  std::vector<int> labels(frames.size(), 0);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const int number = frames[i].number;
    for (const TrueExpression& expression : expressions) {
      if (expression.type != type) continue;
      const Interval& truth = expression.interval;
      if (core == 0) {
        const int first = number - window_frames / 2;
        if (iou(truth, {first, std::nullopt, first + window_frames}) > 0) labels[i] = 1;
      } else if (number >= truth.onset && number <= truth.offset) {
        const double off_middle = std::abs(2.0 * number - truth.onset - truth.offset);
        labels[i] = off_middle <= core * truth.length() ? 1 : -1;
      }
    }
    if (frames[i].run < 0) labels[i] = -1;
  }
  return labels;
}

}  // namespace merkit::spotting
