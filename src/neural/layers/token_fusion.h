#pragma once

#include "neural/network.h"

#include <torch/torch.h>

namespace merkit::neural {

/// Sizes of a TokenFusion.
struct TokenFusionOptions {
  int tokens = 16;
  int width = 64;
  int layers = 2;
  int mlp_ratio = 2;
  double dropout = 0;     ///< of linear-fusion blocks
  bool ordinary = false;  ///< transformer blocks with queries and keys in place of linear-fusion blocks
};

/// Blocks one after another, on tokens to which an embedding of their position is added: [N, tokens, width] -> the
/// same.
class TokenFusionImpl final : public torch::nn::Module {
 public:
  explicit TokenFusionImpl(const TokenFusionOptions& options);
  torch::Tensor forward(const torch::Tensor& tokens);

  /// What the last block weighs tokens with, the mean over heads: [N, tokens, tokens], each row sums to 1.
  torch::Tensor attention_weights(const torch::Tensor& tokens);

 private:
  torch::Tensor passed(const torch::Tensor& tokens, std::size_t blocks);

  bool ordinary_;
  torch::Tensor position_;
  torch::nn::ModuleList blocks_;
};
TORCH_MODULE(TokenFusion);

}  // namespace merkit::neural
