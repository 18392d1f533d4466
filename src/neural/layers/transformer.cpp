#include "neural/layers/transformer.h"

#include <cmath>

namespace merkit::neural {
namespace {

namespace nn = torch::nn;

torch::Tensor attention_of(const torch::Tensor& queries, const torch::Tensor& keys) {
  const double scale = 1 / std::sqrt(static_cast<double>(queries.size(-1)));
  return torch::softmax(queries.matmul(keys.transpose(-2, -1)) * scale, -1);
}

nn::LayerNorm norm_for(const TransformerOptions& options) {
  return nn::LayerNorm(nn::LayerNormOptions({options.width}).eps(options.norm_epsilon));
}

}  // namespace

DropPathImpl::DropPathImpl(double probability) { dropout_ = register_module("dropout", Dropout(probability)); }

torch::Tensor DropPathImpl::forward(const torch::Tensor& branch) {
  if (!is_training()) return branch;
  std::vector<std::int64_t> one_each(static_cast<std::size_t>(branch.dim()), 1);
  one_each.front() = branch.size(0);
  return branch * dropout_->forward(torch::ones(one_each, branch.options()));
}

SelfAttentionImpl::SelfAttentionImpl(const TransformerOptions& options)
    : heads_(options.heads), head_width_(options.width / options.heads) {
  const int inner = heads_ * head_width_;
  qkv_ = register_module("qkv", nn::Linear(nn::LinearOptions(options.width, 3 * inner).bias(options.qkv_bias)));
  out_ = register_module("out", nn::Linear(inner, options.width));
}

std::vector<torch::Tensor> SelfAttentionImpl::projected(const torch::Tensor& tokens) {
  // Taken apart at once: a gradient for one of three goes through zeros for the other two.
  return qkv_->forward(tokens)
      .view({tokens.size(0), tokens.size(1), 3, heads_, head_width_})
      .permute({2, 0, 3, 1, 4})
      .unbind(0);
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& tokens) {
  const auto qkv = projected(tokens);
  const torch::Tensor mixed = attention_of(qkv[0], qkv[1]).matmul(qkv[2]);  // [N, heads, tokens, head width]
  return out_->forward(mixed.transpose(1, 2).flatten(2));
}

torch::Tensor SelfAttentionImpl::weights(const torch::Tensor& tokens) {
  const auto qkv = projected(tokens);
  return attention_of(qkv[0], qkv[1]);
}

TransformerBlockImpl::TransformerBlockImpl(const TransformerOptions& options) {
  attention_norm_ = register_module("attention_norm", norm_for(options));
  attention_ = register_module("attention", SelfAttention(options));
  mlp_norm_ = register_module("mlp_norm", norm_for(options));
  hidden_ = register_module("hidden", nn::Linear(options.width, options.mlp_ratio * options.width));
  out_ = register_module("out", nn::Linear(options.mlp_ratio * options.width, options.width));
  dropout_ = register_module("dropout", Dropout(options.dropout));
  drop_path_ = register_module("drop_path", DropPath(options.drop_path));
}

torch::Tensor TransformerBlockImpl::forward(const torch::Tensor& tokens) {
  const auto branch = [&](const torch::Tensor& values) { return drop_path_->forward(dropout_->forward(values)); };
  const torch::Tensor attended = tokens + branch(attention_->forward(attention_norm_->forward(tokens)));
  const torch::Tensor hidden = torch::gelu(hidden_->forward(mlp_norm_->forward(attended)));
  return attended + branch(out_->forward(hidden));
}

torch::Tensor TransformerBlockImpl::attention_weights(const torch::Tensor& tokens) {
  return attention_->weights(attention_norm_->forward(tokens));
}

}  // namespace merkit::neural
