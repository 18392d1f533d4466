#include "neural/layers/token_fusion.h"

#include "neural/layers/linear_fusion.h"
#include "neural/layers/transformer.h"

namespace merkit::neural {

TokenFusionImpl::TokenFusionImpl(const TokenFusionOptions& options) : ordinary_(options.ordinary) {
  position_ = register_parameter("position", torch::randn({options.tokens, options.width}) * 0.02);
  TransformerOptions sizes;
  sizes.width = options.width;
  sizes.mlp_ratio = options.mlp_ratio;
  for (int i = 0; i < options.layers; ++i) {
    if (ordinary_)
      blocks_->push_back(TransformerBlock(sizes));
    else
      blocks_->push_back(
          LinearFusionBlock(LinearFusionOptions{options.tokens, options.width, options.mlp_ratio, options.dropout}));
  }
  register_module("blocks", blocks_);
}

torch::Tensor TokenFusionImpl::passed(const torch::Tensor& tokens, std::size_t blocks) {
  torch::Tensor state = tokens + position_;
  for (std::size_t i = 0; i < blocks; ++i)
    state = ordinary_ ? blocks_[i]->as<TransformerBlock>()->forward(state)
                      : blocks_[i]->as<LinearFusionBlock>()->forward(state);
  return state;
}

torch::Tensor TokenFusionImpl::forward(const torch::Tensor& tokens) { return passed(tokens, blocks_->size()); }

torch::Tensor TokenFusionImpl::attention_weights(const torch::Tensor& tokens) {
  const std::size_t last = blocks_->size() - 1;
  const torch::Tensor state = passed(tokens, last);
  return ordinary_ ? blocks_[last]->as<TransformerBlock>()->attention_weights(state).mean(1)
                   : blocks_[last]->as<LinearFusionBlock>()->attention_weights(state);
}

}  // namespace merkit::neural
