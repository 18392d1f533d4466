#pragma once

#include "merkit/learning/spotter.h"
#include "spotting/time_grid.h"

#include <string>
#include <vector>

namespace merkit::spotting {

/// A movement away from rest and back, as a peak of a curve tells of it; indices of frames.
struct Movement {
  int onset = 0, apex = 0, offset = 0;
  int peak = 0;         ///< of the curve
  double strength = 0;  ///< of the curve there
  double eyes = 0;      ///< how the eyes moved at that time, in the same unit as `face`
  double face = 0;      ///< how the face moved
  double length_s = 0;  ///< of the whole movement
};

/// What the classical spotters have measured of a clip: a curve and all its peaks. What is learned is which of them
/// are expressions.
struct MovementCurve final : MeasuredClip {
  std::vector<FrameStamp> frames;
  std::vector<double> strength;     ///< one a frame; 0 where there is no face
  std::vector<Movement> movements;  ///< one a peak
};

struct SelectionConfig {
  double shortest_s = 0.1, longest_s = 4;
  double micro_limit_s = 0.5;  ///< micro-expressions are at most this long
  double threshold = 0.01;     ///< share p of T = median + p (max - median)
  double floor = 0.08;         ///< T is never below this
  double macro_floor = 0.4;    ///< macro-expressions are strong: what is slow and weaker is head motion
  double rest_s = 0.25;        ///< neighbours with less than this between them form a train
  int train = 4;               ///< trains with this many short members are speech or chewing
  double blink_ratio = 0.2;    ///< a movement of the face below this share of the eyes' own is a blink
};

/// What every spotter with such a curve lets be set; `unit` is that of the curve and part of the settings' names.
template <class Visitor>
void selection_fields(Visitor&& visit, SelectionConfig& c, const std::string& unit, const std::string& of_unit) {
  const auto positive = [](double x) { return x > 0 ? nullptr : "must be positive"; };
  const auto not_negative = [](double x) { return x >= 0 ? nullptr : "must not be negative"; };
  visit("shortest_s", c.shortest_s, "shorter expressions are not reported, seconds", positive);
  visit("longest_s", c.longest_s, "longer expressions are not reported, seconds",
        [](double x) { return x > 0 && x <= 60 ? nullptr : "must be in (0, 60]"; });
  visit("micro_limit_s", c.micro_limit_s, "expressions up to this long are micro, others macro, seconds", positive);
  visit("threshold", c.threshold, "p of the threshold median + p (max - median)",
        [](double x) { return x >= 0 && x < 1 ? nullptr : "must be in [0, 1)"; });
  visit(("floor" + unit).c_str(), c.floor, ("the threshold is never lower, " + of_unit).c_str(), positive);
  visit(("macro_floor" + unit).c_str(), c.macro_floor,
        ("macro-expressions must be at least this strong, " + of_unit).c_str(), not_negative);
  visit("rest_s", c.rest_s, "less rest than this between two movements makes them a train, seconds", not_negative);
  visit("train", c.train, "trains of this many short movements are speech or chewing",
        [](int n) { return n >= 2 ? nullptr : "must be at least 2"; });
  visit("blink_ratio", c.blink_ratio, "face motion below this share of the eyes' motion is a blink", not_negative);
}

/// The strongest movements above the threshold that share no frame, without blinks, trains and what is too short, too
/// long or too weak. The threshold is that of Moilanen et al. (ICPR 2014) with the median for the mean, because one
/// macro-expression lifts a mean above every micro-expression of the clip. A detection's confidence is 1 - T /
/// strength.
SpottingResult select_movements(const MovementCurve& curve, const SelectionConfig& config);

/// A movement timed in points of a run's grid, timed in frames.
Movement on_frames(Movement movement, const TimeGrid& grid, const FrameRun& run);

/// Points from `peak` to where `course` falls to `level` in steps of `step` (-1 or 1), between points by straight
/// lines. To the end where it does not.
double crossing(const std::vector<double>& course, int peak, int step, double level);

/// A raised cosine that is at `share` of its height after some time from its top has come down after this times that.
double raised_cosine_stretch(double share);

/// Throws ClipError: too_short for fewer than `needed` frames, no_face where none has one.
void check_frames(int frames, int with_face, int needed, const std::string& method);
void check_frames(const std::vector<FrameStamp>& frames, int needed, const std::string& method);

/// Fewest frames that can hold a movement of the shortest length.
int shortest_clip(double shortest_s, double fps);

}  // namespace merkit::spotting
