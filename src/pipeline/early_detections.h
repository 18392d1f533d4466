#pragma once

#include "merkit/learning/spotter.h"

#include <vector>

namespace merkit {

/// Tells, while a clip is read, which of what has been found can be told already: what ended long enough ago that its
/// surroundings, by which it is judged, have been seen. Each is told once, in order, without overlap; what the whole
/// clip shows may still differ.
class EarlyDetections {
 public:
  /// What there is to tell once the frame at `time_s` has been pushed. Looks every two seconds of the clip, and in long
  /// clips after each fiftieth, so that looking stays a small part of the work.
  std::vector<Detection> after(double time_s, SpottingSession& session);

 private:
  double next_look_s_ = 0;
  int told_until_ = -1;  ///< frame number
};

}  // namespace merkit
