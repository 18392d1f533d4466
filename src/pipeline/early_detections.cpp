#include "pipeline/early_detections.h"

#include <algorithm>

namespace merkit {
namespace {

constexpr double kSettled_s = 5;  // the resting state of a face is judged by as much to either side
constexpr double kShortestWait_s = 2, kWait = 0.02;

}  // namespace

std::vector<Detection> EarlyDetections::after(double time_s, SpottingSession& session) {
  if (time_s < next_look_s_) return {};
  next_look_s_ = time_s + std::max(kShortestWait_s, kWait * time_s);
  std::vector<Detection> told;
  for (Detection& detection : session.so_far().detections) {
    if (detection.offset_s + kSettled_s > time_s) break;
    if (detection.interval.onset <= told_until_) continue;
    told_until_ = detection.interval.offset;
    told.push_back(std::move(detection));
  }
  return told;
}

}  // namespace merkit
