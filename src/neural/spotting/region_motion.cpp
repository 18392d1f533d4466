#include "neural/spotting/region_motion.h"

#include <algorithm>

#include <opencv2/core.hpp>

namespace merkit::neural {
namespace {

using spotting::kMapSide;
using spotting::MapFrame;

constexpr double kStrainLength_px = 10;
constexpr double kLongestStep_s = 0.1;  // a few frames missing do no harm

cv::Mat2f displacement_of(const MapFrame& frame) {
  cv::Mat2f values;
  frame.displacement.convertTo(values, CV_32F);
  return values;
}

torch::Tensor byte_range(const torch::Tensor& map) {
  const torch::Tensor least = map.min(), range = map.max() - least;
  return (map - least) * (255 / range.clamp_min(1e-6));
}

}  // namespace

torch::Tensor motion_maps(const cv::Mat2f& displacement, const spotting::MapLayout& layout,
                          const RegionMotionConfig& config) {
  cv::Mat1f planes[3];
  cv::Mat components[2];
  cv::split(displacement, components);
  planes[0] = components[0];
  planes[1] = components[1];
  planes[2] = spotting::map_strain(displacement, layout) * kStrainLength_px;
  const bool fixed = config.scaling == "fixed";
  std::vector<torch::Tensor> maps;
  for (const cv::Mat1f& plane : planes) {
    const torch::Tensor map = torch::from_blob(plane.data, {kMapSide, kMapSide});
    maps.push_back(fixed ? map / config.fixed_scale_px : byte_range(map));
  }
  return torch::stack(maps);
}

torch::Tensor motion_maps(const MapFrame& from, const MapFrame& to, const RegionMotionConfig& config) {
  return motion_maps(displacement_of(to) - displacement_of(from), *to.layout, config);
}

torch::Tensor FrameInView::input(int type, const RegionMotionConfig& config) const {
  if (config.motion == "lag") return motion_maps(*before[type], *after[type], config);
  const cv::Mat2f around = (displacement_of(*before[type]) + displacement_of(*after[type])) * 0.5;
  return motion_maps(displacement_of(*frame) - around, *frame->layout, config);
}

MovingView::MovingView(const RegionMotionConfig& config, double fps, Look look)
    : longest_step_s_(std::max(kLongestStep_s, 1.5 / fps)), look_(std::move(look)) {
  for (int type = 0; type < kTypes; ++type) {
    reach_s_[type] = config.motion == "lag" ? config.lag_s(type) / 2 : config.lag_s(type);
    longest_reach_s_ = std::max(longest_reach_s_, reach_s_[type]);
  }
}

const MapFrame& MovingView::nearest(double time_s) const {
  const auto after = std::lower_bound(frames_.begin(), frames_.end(), time_s,
                                      [](const MapFrame& frame, double time) { return frame.time_s < time; });
  if (after == frames_.begin()) return *after;
  const auto before = after - 1;
  return after == frames_.end() || time_s - before->time_s <= after->time_s - time_s ? *before : *after;
}

void MovingView::show_until(double time_s) {
  for (; next_ < frames_.size() && frames_[next_].time_s <= time_s; ++next_) {
    FrameInView view;
    view.frame = &frames_[next_];
    view.run = run_;
    for (int type = 0; type < kTypes; ++type) {
      view.before[type] = &nearest(view.frame->time_s - reach_s_[type]);
      view.after[type] = &nearest(view.frame->time_s + reach_s_[type]);
    }
    look_(view);
  }
}

void MovingView::push(const MapFrame& frame) {
  const bool goes_on = !frames_.empty() && frame.valid && frame.segment == frames_.back().segment &&
                       frame.time_s - frames_.back().time_s <= longest_step_s_;
  if (!goes_on) finish();
  if (!frame.valid) {
    FrameInView view;
    view.frame = &frame;
    view.run = -1;
    look_(view);
    return;
  }
  frames_.push_back(frame);
  show_until(frame.time_s - longest_reach_s_);
  while (next_ > 0 && frames_.size() > 1 &&
         frames_[1].time_s < frames_[std::min(next_, frames_.size() - 1)].time_s - longest_reach_s_) {
    frames_.pop_front();
    --next_;
  }
}

void MovingView::finish() {
  if (frames_.empty()) return;
  show_until(frames_.back().time_s);
  frames_.clear();
  next_ = 0;
  ++run_;
}

}  // namespace merkit::neural
