#include "neural/layers/half_face_transformer.h"

#include <vector>

namespace merkit::neural {
namespace {

namespace nn = torch::nn;
namespace functional = torch::nn::functional;

constexpr std::int64_t kClassTokens = 3;  // of the face, of its left half, of its right half

}  // namespace

HalfFaceTransformerImpl::HalfFaceTransformerImpl(const HalfFaceOptions& options)
    : rows_(options.size / options.patch), columns_(options.size / 2 / options.patch) {
  const int width = options.block.width;
  embedding_ = register_module(
      "embedding", nn::Conv2d(nn::Conv2dOptions(options.channels, width, options.patch).stride(options.patch)));
  position_ = register_parameter("position", torch::randn({patches(), width}) * 0.02);
  global_class_ = register_parameter("global_class", torch::randn({1, width}) * 0.02);
  half_class_ = register_parameter("half_class", torch::randn({1, width}) * 0.02);
  if (options.sides_differ) half_ = register_parameter("half", torch::randn({2, width}) * 0.02);
  dropout_ = register_module("dropout", Dropout(options.block.dropout));
  TransformerOptions block = options.block;
  for (int i = 0; i < options.depth; ++i) {
    block.drop_path = options.depth > 1 ? options.block.drop_path * i / (options.depth - 1) : 0;
    blocks_->push_back(TransformerBlock(block));
  }
  register_module("blocks", blocks_);
  norm_ = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({width}).eps(options.block.norm_epsilon)));
}

torch::Tensor HalfFaceTransformerImpl::tokens_of_half(const torch::Tensor& maps, int half) {
  const torch::Tensor patches = embedding_->forward(maps.narrow(3, 0, maps.size(3) / 2)).flatten(2).transpose(1, 2);
  // The class token of a half begins with what its patches have in common: without that, nothing would tell the two
  // apart where sides do not differ.
  const torch::Tensor first = patches.mean(1, /*keepdim=*/true) + half_class_;
  const torch::Tensor tokens = torch::cat({first, patches + position_}, 1);  // [N, 1 + patches, width]
  return half_.defined() ? tokens + half_[half] : tokens;
}

torch::Tensor HalfFaceTransformerImpl::tokens_before(const torch::Tensor& maps, const torch::Tensor& mirrored,
                                                     std::size_t left_out) {
  const torch::Tensor left = tokens_of_half(maps, 0), right = tokens_of_half(mirrored, 1);
  torch::Tensor tokens = torch::cat({global_class_.expand({maps.size(0), 1, -1}), left.narrow(1, 0, 1),
                                     right.narrow(1, 0, 1), left.slice(1, 1), right.slice(1, 1)},
                                    1);
  tokens = dropout_->forward(tokens);
  for (std::size_t i = 0; i + left_out < blocks_->size(); ++i)
    tokens = blocks_[i]->as<TransformerBlock>()->forward(tokens);
  return tokens;
}

HalfFaces HalfFaceTransformerImpl::forward(const torch::Tensor& maps, const torch::Tensor& mirrored) {
  const auto parts =
      norm_->forward(tokens_before(maps, mirrored, 0)).split_with_sizes({1, 1, 1, patches(), patches()}, 1);
  return {parts[0].squeeze(1), parts[1].squeeze(1), parts[2].squeeze(1), parts[3], parts[4]};
}

torch::Tensor HalfFaceTransformerImpl::attention_weights(const torch::Tensor& maps, const torch::Tensor& mirrored) {
  const torch::Tensor weights =
      blocks_[blocks_->size() - 1]->as<TransformerBlock>()->attention_weights(tokens_before(maps, mirrored, 1));
  const torch::Tensor left =
      kClassTokens +
      torch::arange(patches(), torch::TensorOptions(torch::kInt64).device(weights.device())).view({rows_, columns_});
  const torch::Tensor in_picture = torch::cat({left, left.flip({1}) + patches()}, 1).flatten();
  const torch::Tensor shown = torch::cat({torch::zeros({1}, in_picture.options()), in_picture});
  return weights.index_select(2, shown).index_select(3, shown);
}

torch::Tensor symmetric_contrast(const torch::Tensor& left, const torch::Tensor& right, double temperature) {
  const auto unit = [](const torch::Tensor& rows) {
    return functional::normalize(rows, functional::NormalizeFuncOptions().dim(2));
  };
  const torch::Tensor alike = unit(left).matmul(unit(right).transpose(1, 2)) / temperature;  // [N, patches, patches]
  const torch::Tensor found = torch::log_softmax(alike, 2) + torch::log_softmax(alike, 1);
  return -found.diagonal(0, 1, 2).mean() / 2;
}

}  // namespace merkit::neural
