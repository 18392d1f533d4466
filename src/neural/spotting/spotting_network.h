#pragma once

#include "neural/inputs/motion_input.h"
#include "neural/spotting/region_motion.h"

namespace merkit::neural {

/// A network that reads the maps of region_motion.h: [N, 3, 42, 42].
class RegionNetwork : public MotionNetwork {
 public:
  explicit RegionNetwork(const RegionMotionConfig& input);

  /// From onset to apex.
  Tensors encode(const Sample& sample) const override;
  std::string input_kind() const override { return kRegionMotionKind; }

 private:
  RegionMotionConfig region_input_;
};

/// One that scores how likely a frame is to belong to an expression: forward() gives [N, 1], trained towards 1 within
/// expressions (class 1 of the training data) and 0 elsewhere (class 0), by the mean squared error.
class SpottingNetwork : public RegionNetwork {
 public:
  using RegionNetwork::RegionNetwork;

  Loss loss(const Tensors& batch, const torch::Tensor& labels, const torch::Tensor& class_weights) override;

  /// Of several networks that score together the first, of one itself.
  virtual const SpottingNetwork& first() const { return *this; }

 protected:
  /// What is added to the loss whatever is shown; undefined for nothing.
  virtual torch::Tensor penalty() const { return {}; }
};

}  // namespace merkit::neural
