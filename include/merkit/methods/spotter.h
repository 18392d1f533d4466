#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/core/prediction.h"

#include <memory>
#include <string>
#include <vector>

namespace merkit {

/// The curve a spotter looks at, for plots and --save-signal; the vectors run in parallel, one entry a frame.
struct SpottingSignal {
  std::vector<int> frames;
  std::vector<double> times_s;
  std::vector<double> values;
  double threshold = 0;
};

struct SpottingResult {
  std::vector<Detection> detections;  ///< in order of onset, not overlapping
  SpottingSignal signal;
};

/// One pass over one clip: aligned faces are pushed in order as they are decoded, and nothing but per-frame figures is
/// kept, so memory stays flat.
class SpottingSession {
 public:
  virtual ~SpottingSession() = default;
  virtual void push(const AlignedFace& face) = 0;
  virtual SpottingResult finish() = 0;
};

/// Finds expressions in a clip. All its durations are seconds; the frame rate is given with the clip.
class Spotter {
 public:
  virtual ~Spotter() = default;
  /// `fps` > 0. Safe to call from many threads; a session belongs to one.
  virtual std::unique_ptr<SpottingSession> start(double fps) const = 0;
};

}  // namespace merkit
