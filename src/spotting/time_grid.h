#pragma once

#include <vector>

namespace merkit::spotting {

/// When a frame was taken, and whether there was a face.
struct FrameStamp {
  int number = 0;
  double time_s = 0;
  bool valid = false;  ///< there was a face
  int segment = 0;
};

/// Frames begin..end-1: all with a face, of one segment, with no gap that could hide a movement.
struct FrameRun {
  int begin = 0, end = 0;
};

/// In order; every frame with a face is in one.
std::vector<FrameRun> runs_of(const std::vector<FrameStamp>& frames);

/// Evenly spaced points of time over a run, as close together as its frames usually are, so that what is measured at
/// frames that are missing, repeated or late can be looked at as if they were not. At a constant frame rate the points
/// are the frames.
class TimeGrid {
 public:
  TimeGrid(const std::vector<FrameStamp>& frames, const FrameRun& run);

  int points() const { return points_; }
  double rate() const { return rate_; }  ///< points a second
  bool is_even() const { return even_; }

  /// Where frame begin + i lies, in points.
  double position(int i) const { return even_ ? i : positions_[i]; }
  /// i of the frame nearest to a point.
  int nearest(double point) const;

  /// Rows of `width` values, one a frame, to rows one a point, by straight lines between frames.
  std::vector<float> on_grid(const std::vector<float>& at_frames, int width) const;
  /// The other way.
  std::vector<double> at_frames(const std::vector<double>& on_grid) const;

 private:
  std::vector<double> positions_;
  double rate_ = 1;
  int points_ = 0;
  bool even_ = true;
};

}  // namespace merkit::spotting
