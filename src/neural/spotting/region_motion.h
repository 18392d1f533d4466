#pragma once

#include "spotting/region_maps.h"

#include <array>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

/// What spotting networks read.
inline constexpr const char* kRegionMotionKind = "region_motion";

/// Micro- and macro-expressions are looked for apart, each by a time of its own.
constexpr int kTypes = 2;

/// What a network is shown for one frame, besides how displacement is measured.
struct RegionMotionConfig {
  spotting::RegionMapConfig maps;
  std::string motion = "departure";
  double micro_lag_s = 0.2, macro_lag_s = 0.8;
  std::string scaling = "fixed";
  double fixed_scale_px = 1;

  double lag_s(int type) const { return type == 0 ? micro_lag_s : macro_lag_s; }
};

template <class Visitor>
void fields(Visitor&& visit, RegionMotionConfig& c) {
  const auto positive = [](double x) { return x > 0 ? nullptr : "must be positive"; };
  const auto seconds = [](double x) { return x > 0 && x <= 4 ? nullptr : "must be in (0, 4]"; };
  fields(visit, c.maps);
  visit(
      "motion", c.motion,
      "lag (from half a lag before a frame to half a lag after it) or departure (of the frame from the mean of those a "
      "lag before and after it)",
      [](const std::string& name) {
        return name == "lag" || name == "departure" ? nullptr : "must be lag or departure";
      });
  visit("micro_lag_s", c.micro_lag_s, "lag for micro-expressions, seconds", seconds);
  visit("macro_lag_s", c.macro_lag_s, "lag for macro-expressions, seconds", seconds);
  visit("scaling", c.scaling, "minmax (each map to 0..255) or fixed (signed, by fixed_scale_px)",
        [](const std::string& name) {
          return name == "minmax" || name == "fixed" ? nullptr : "must be minmax or fixed";
        });
  visit("fixed_scale_px", c.fixed_scale_px,
        "displacement that becomes 1, in pixels of a crop 140 wide, for scaling = fixed; strain counts over 10 pixels",
        positive);
}

/// Displacement (CV_32FC2) as u, v and strain, [3, 42, 42], float.
torch::Tensor motion_maps(const cv::Mat2f& displacement, const spotting::MapLayout& layout,
                          const RegionMotionConfig& config);

/// The same of one frame against another of its run, and of an onset and an apex cut out of faces.
torch::Tensor motion_maps(const spotting::MapFrame& from, const spotting::MapFrame& to,
                          const RegionMotionConfig& config);

/// One frame with what is needed of those around it.
struct FrameInView {
  const spotting::MapFrame* frame = nullptr;
  int run = 0;  ///< runs of frames in one pose and without a gap, counted from 0; -1: there is no face
  std::array<const spotting::MapFrame*, kTypes> before{}, after{};  ///< null without a face

  /// What the network of `type` is shown: [3, 42, 42].
  torch::Tensor input(int type, const RegionMotionConfig& config) const;
};

/// Goes over the frames of a clip as they come and shows each with those around it, as soon as these are there. Holds
/// no more than these; at either end of a run its first or last frame stands for what is missing.
class MovingView {
 public:
  using Look = std::function<void(const FrameInView&)>;

  MovingView(const RegionMotionConfig& config, double fps, Look look);
  void push(const spotting::MapFrame& frame);
  void finish();

 private:
  void show_until(double time_s);
  const spotting::MapFrame& nearest(double time_s) const;

  std::array<double, kTypes> reach_s_;
  double longest_reach_s_ = 0, longest_step_s_;
  Look look_;
  std::deque<spotting::MapFrame> frames_;  ///< of the present run
  std::size_t next_ = 0;                   ///< the first that has not been shown
  int run_ = 0;
};

}  // namespace merkit::neural
