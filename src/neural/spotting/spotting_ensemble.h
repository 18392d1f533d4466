#pragma once

#include "neural/spotting/spotting_network.h"

#include <memory>
#include <vector>

namespace merkit::neural {

/// Several spotting networks that learn from the same batches, differing in their first weights and in what dropout
/// leaves out; the score of a frame is the mean of theirs. See Ensemble, which does so for class scores.
class SpottingEnsemble final : public SpottingNetwork {
 public:
  /// At least one, all of one kind; `input` is what they read.
  SpottingEnsemble(const RegionMotionConfig& input, std::vector<std::shared_ptr<SpottingNetwork>> members);

  torch::Tensor forward(const Tensors& batch) override;
  /// Each member learns as it would alone; the figure is their mean.
  Loss loss(const Tensors& batch, const torch::Tensor& labels, const torch::Tensor& class_weights) override;
  const SpottingNetwork& first() const override { return *members_.front(); }

 private:
  std::vector<std::shared_ptr<SpottingNetwork>> members_;
};

}  // namespace merkit::neural
