#pragma once

#include "neural/network.h"

#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

/// Sizes of a transformer block. Heads are width / heads wide, rounded down.
struct TransformerOptions {
  int width = 64;
  int heads = 4;
  int mlp_ratio = 4;           ///< width of the hidden layer of the MLP, in widths of the block
  bool qkv_bias = true;        ///< whether queries, keys and values have a bias
  double dropout = 0;          ///< chance that training leaves out a value of what attention or the MLP gives
  double drop_path = 0;        ///< chance that training leaves a branch out, for each sample by itself
  double norm_epsilon = 1e-6;  ///< added to the variance
};

/// Leaves a whole branch out of a sample, at random, and makes up for it in the others (stochastic depth; Huang et al.,
/// ECCV 2016).
class DropPathImpl final : public torch::nn::Module {
 public:
  explicit DropPathImpl(double probability);
  /// [N, ...] -> the same.
  torch::Tensor forward(const torch::Tensor& branch);

 private:
  Dropout dropout_{nullptr};
};
TORCH_MODULE(DropPath);

/// Scaled dot-product attention of many heads among the tokens of a sample: [N, tokens, width] -> the same.
class SelfAttentionImpl final : public torch::nn::Module {
 public:
  explicit SelfAttentionImpl(const TransformerOptions& options);
  torch::Tensor forward(const torch::Tensor& tokens);

  /// What forward() weighs the values with: [N, heads, tokens, tokens], each row sums to 1.
  torch::Tensor weights(const torch::Tensor& tokens);

 private:
  /// Queries, keys, values, each [N, heads, tokens, head width].
  std::vector<torch::Tensor> projected(const torch::Tensor& tokens);

  int heads_, head_width_;
  torch::nn::Linear qkv_{nullptr}, out_{nullptr};
};
TORCH_MODULE(SelfAttention);

/// Attention, then a two-layer MLP with GELU, each normalised before and added to what came in (Vision Transformer;
/// Dosovitskiy et al., ICLR 2021): [N, tokens, width] -> the same.
class TransformerBlockImpl final : public torch::nn::Module {
 public:
  explicit TransformerBlockImpl(const TransformerOptions& options);
  torch::Tensor forward(const torch::Tensor& tokens);

  /// The attention weights that forward() uses for `tokens`; see SelfAttentionImpl::weights().
  torch::Tensor attention_weights(const torch::Tensor& tokens);

 private:
  torch::nn::LayerNorm attention_norm_{nullptr}, mlp_norm_{nullptr};
  SelfAttention attention_{nullptr};
  torch::nn::Linear hidden_{nullptr}, out_{nullptr};
  Dropout dropout_{nullptr};
  DropPath drop_path_{nullptr};
};
TORCH_MODULE(TransformerBlock);

}  // namespace merkit::neural
