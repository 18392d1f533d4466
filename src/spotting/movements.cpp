#include "spotting/movements.h"

#include "merkit/core/error.h"

#include <algorithm>
#include <cmath>

namespace merkit::spotting {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kTrainMember_s = 0.6;  // longer movements are no syllables

double threshold_of(std::vector<double> curve, const SelectionConfig& config) {
  if (curve.empty()) return config.floor;
  const double largest = *std::max_element(curve.begin(), curve.end());
  const auto middle = curve.begin() + static_cast<std::ptrdiff_t>(curve.size() / 2);
  std::nth_element(curve.begin(), middle, curve.end());
  return std::max(config.floor, *middle + config.threshold * (largest - *middle));
}

/// Takes frames that belong to stronger movements off one of `frames`; false if little is left.
bool fits_beside(const std::vector<Movement>& stronger, Movement& movement) {
  const int whole = movement.offset - movement.onset + 1;
  for (const auto& other : stronger) {
    if (other.apex < movement.apex && other.offset >= movement.onset)
      movement.onset = std::min(movement.apex, other.offset + 1);
    if (other.apex > movement.apex && other.onset <= movement.offset)
      movement.offset = std::max(movement.apex, other.onset - 1);
  }
  const bool cut_short = movement.onset == movement.apex || movement.offset == movement.apex;
  return !cut_short && 2 * (movement.offset - movement.onset + 1) >= whole;
}

/// Speech and chewing are trains of short movements with no rest between them; an expression stands alone.
void remove_trains(const std::vector<FrameStamp>& frames, std::vector<Movement>& movements,
                   const SelectionConfig& config) {
  const auto is_short = [&](const Movement& m) { return m.length_s <= kTrainMember_s; };
  std::vector<Movement> kept;
  for (std::size_t begin = 0; begin < movements.size();) {
    std::size_t end = begin + 1;
    while (end < movements.size() &&
           frames[movements[end].onset].time_s - frames[movements[end - 1].offset].time_s <= config.rest_s)
      ++end;
    const auto members = std::count_if(movements.begin() + static_cast<std::ptrdiff_t>(begin),
                                       movements.begin() + static_cast<std::ptrdiff_t>(end), is_short);
    for (std::size_t i = begin; i < end; ++i)
      if (members < config.train || !is_short(movements[i])) kept.push_back(movements[i]);
    begin = end;
  }
  movements = kept;
}

Detection detection_of(const std::vector<FrameStamp>& frames, const Movement& movement, double threshold,
                       const SelectionConfig& config) {
  const auto &onset = frames[movement.onset], &apex = frames[movement.apex], &offset = frames[movement.offset];
  Detection detection;
  detection.interval = {onset.number, apex.number, offset.number};
  detection.onset_s = onset.time_s;
  detection.apex_s = apex.time_s;
  detection.offset_s = offset.time_s;
  detection.type = movement.length_s <= config.micro_limit_s ? ExpressionType::micro : ExpressionType::macro;
  detection.confidence = std::clamp(1 - threshold / movement.strength, 0.0, 1.0);
  return detection;
}

}  // namespace

SpottingResult select_movements(const MovementCurve& curve, const SelectionConfig& config) {
  const auto& frames = curve.frames;
  SpottingResult result;
  result.signal.threshold = threshold_of(curve.strength, config);
  result.signal.values = curve.strength;
  for (const auto& frame : frames) {
    result.signal.frames.push_back(frame.number);
    result.signal.times_s.push_back(frame.time_s);
  }

  std::vector<Movement> peaks;
  for (const auto& movement : curve.movements)
    if (movement.strength > result.signal.threshold) peaks.push_back(movement);
  std::stable_sort(peaks.begin(), peaks.end(),
                   [](const Movement& a, const Movement& b) { return a.strength > b.strength; });

  // The strongest first; what lies inside one already found is part of it. A blink found takes its place, too.
  std::vector<Movement> taken, found;
  for (Movement movement : peaks) {
    const auto covers = [&](const Movement& m) { return m.onset <= movement.peak && movement.peak <= m.offset; };
    if (std::any_of(taken.begin(), taken.end(), covers)) continue;
    const double whole_s = frames[movement.offset].time_s - frames[movement.onset].time_s;
    if (!fits_beside(taken, movement)) continue;
    movement.length_s -= whole_s - (frames[movement.offset].time_s - frames[movement.onset].time_s);
    taken.push_back(movement);
    if (movement.length_s < config.shortest_s || movement.length_s > config.longest_s) continue;
    if (movement.face < config.blink_ratio * movement.eyes) continue;
    if (movement.length_s > config.micro_limit_s && movement.strength < config.macro_floor) continue;
    found.push_back(movement);
  }
  std::sort(found.begin(), found.end(), [](const Movement& a, const Movement& b) { return a.onset < b.onset; });
  remove_trains(frames, found, config);
  for (const auto& movement : found)
    result.detections.push_back(detection_of(frames, movement, result.signal.threshold, config));
  return result;
}

Movement on_frames(Movement movement, const TimeGrid& grid, const FrameRun& run) {
  for (int* point : {&movement.onset, &movement.apex, &movement.offset, &movement.peak})
    *point = run.begin + grid.nearest(*point);
  return movement;
}

double crossing(const std::vector<double>& course, int peak, int step, double level) {
  for (int k = peak + step; k >= 0 && k < static_cast<int>(course.size()); k += step) {
    if (course[k] > level) continue;
    const double above = course[k - step] - level, below = level - course[k];
    return std::abs(k - step - peak) + (above + below > 0 ? above / (above + below) : 0);
  }
  return step < 0 ? peak : static_cast<double>(course.size()) - 1 - peak;
}

double raised_cosine_stretch(double share) { return 1 / (1 - std::acos(1 - 2 * share) / kPi); }

void check_frames(int frames, int with_face, int needed, const std::string& method) {
  if (frames < needed)
    throw ClipError(Status::too_short,
                    method + " needs at least " + std::to_string(needed) + " frames at this frame rate, got " +
                        std::to_string(frames),
                    "give a longer clip, or the right --fps");
  if (with_face == 0) throw ClipError(Status::no_face, "no face in any of " + std::to_string(frames) + " frames");
}

void check_frames(const std::vector<FrameStamp>& frames, int needed, const std::string& method) {
  const auto with_face =
      std::count_if(frames.begin(), frames.end(), [](const FrameStamp& frame) { return frame.valid; });
  check_frames(static_cast<int>(frames.size()), static_cast<int>(with_face), needed, method);
}

int shortest_clip(double shortest_s, double fps) {
  return 2 * std::max(1, static_cast<int>(std::lround(shortest_s / 2 * fps))) + 1;
}

}  // namespace merkit::spotting
