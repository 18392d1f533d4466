#pragma once

#include "neural/network.h"

#include <torch/torch.h>

namespace merkit::neural {

/// Sizes of a linear-fusion block.
struct LinearFusionOptions {
  int tokens = 16;
  int width = 64;
  int mlp_ratio = 2;
  double dropout = 0;
};

/// A transformer block that mixes tokens before it attends: X' = X + P X with a learned P among positions, then
/// softmax(X' X'^T / sqrt(width)) (X W), so without projections for queries and keys; then a two-layer MLP. Each is
/// normalised before and added to what came in. A reading of the linear fusion before attention of FRL-DGT (Zhai et
/// al., CVPR 2023, arXiv:2304.04420). [N, tokens, width] -> the same.
class LinearFusionBlockImpl final : public torch::nn::Module {
 public:
  explicit LinearFusionBlockImpl(const LinearFusionOptions& options);
  torch::Tensor forward(const torch::Tensor& tokens);

  /// What forward() weighs the values with: [N, tokens, tokens], each row sums to 1.
  torch::Tensor attention_weights(const torch::Tensor& tokens);

 private:
  torch::Tensor weights_of(const torch::Tensor& normed) const;

  torch::Tensor mixing_;  ///< P, [tokens, tokens]
  torch::nn::LayerNorm attention_norm_{nullptr}, mlp_norm_{nullptr};
  torch::nn::Linear values_{nullptr}, hidden_{nullptr}, out_{nullptr};
  Dropout dropout_{nullptr};
};
TORCH_MODULE(LinearFusionBlock);

}  // namespace merkit::neural
