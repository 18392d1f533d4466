#include "neural/layers/linear_fusion.h"

#include <cmath>

namespace merkit::neural {

namespace nn = torch::nn;

LinearFusionBlockImpl::LinearFusionBlockImpl(const LinearFusionOptions& options) {
  const int hidden = options.mlp_ratio * options.width;
  mixing_ = register_parameter("mixing", torch::randn({options.tokens, options.tokens}) * 0.02);
  attention_norm_ = register_module("attention_norm", nn::LayerNorm(nn::LayerNormOptions({options.width})));
  mlp_norm_ = register_module("mlp_norm", nn::LayerNorm(nn::LayerNormOptions({options.width})));
  values_ = register_module("values", nn::Linear(options.width, options.width));
  hidden_ = register_module("hidden", nn::Linear(options.width, hidden));
  out_ = register_module("out", nn::Linear(hidden, options.width));
  dropout_ = register_module("dropout", Dropout(options.dropout));
}

torch::Tensor LinearFusionBlockImpl::weights_of(const torch::Tensor& normed) const {
  const torch::Tensor mixed = normed + torch::matmul(mixing_, normed);
  return torch::softmax(mixed.matmul(mixed.transpose(1, 2)) / std::sqrt(static_cast<double>(mixed.size(2))), -1);
}

torch::Tensor LinearFusionBlockImpl::forward(const torch::Tensor& tokens) {
  const torch::Tensor normed = attention_norm_->forward(tokens);
  const torch::Tensor attended = tokens + dropout_->forward(weights_of(normed).matmul(values_->forward(normed)));
  return attended + dropout_->forward(out_->forward(torch::gelu(hidden_->forward(mlp_norm_->forward(attended)))));
}

torch::Tensor LinearFusionBlockImpl::attention_weights(const torch::Tensor& tokens) {
  return weights_of(attention_norm_->forward(tokens));
}

}  // namespace merkit::neural
