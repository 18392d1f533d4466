#pragma once

#include "merkit/learning/spotter.h"
#include "neural/spotting/spotting_network.h"
#include "spotting/score_curve.h"

#include <array>
#include <memory>
#include <vector>

namespace merkit::neural {

/// Displacement maps of a clip.
struct MeasuredMaps final : MeasuredClip {
  double fps = 0;
  std::vector<spotting::MapFrame> frames;
};

/// One for micro- and one for macro-expressions; null for one that is not looked for.
using SpottingNetworks = std::array<std::shared_ptr<SpottingNetwork>, kTypes>;

/// Scores frames as they come, a few at a time, and keeps the scores alone.
class ScoreStream {
 public:
  ScoreStream(const RegionMotionConfig& input, double fps, SpottingNetworks networks, torch::Device device);
  void push(const spotting::MapFrame& frame) { view_.push(frame); }
  /// Of the batches that are full: with others, scores would differ by their rounding.
  std::vector<spotting::ScoredFrame> so_far() const;
  std::vector<spotting::ScoredFrame> finish();

 private:
  void look(const FrameInView& view);
  void score_waiting();

  RegionMotionConfig input_;
  SpottingNetworks networks_;
  torch::Device device_;
  MovingView view_;
  std::vector<spotting::ScoredFrame> scored_;
  std::vector<std::size_t> waiting_;  ///< frames whose inputs are below
  std::array<Tensors, kTypes> inputs_;
};

/// All frames of a clip.
std::vector<spotting::ScoredFrame> scored_frames(const MeasuredMaps& clip, const RegionMotionConfig& input,
                                                 const SpottingNetworks& networks, torch::Device device);

}  // namespace merkit::neural
