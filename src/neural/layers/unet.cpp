#include "neural/layers/unet.h"

#include <numeric>

namespace merkit::neural {
namespace {

namespace nn = torch::nn;

void add_convolution(nn::Sequential& layers, int from, int to, int stride) {
  layers->push_back(nn::Conv2d(nn::Conv2dOptions(from, to, 3).stride(stride).padding(1)));
  layers->push_back(nn::GroupNorm(nn::GroupNormOptions(std::gcd(8, to), to)));
  layers->push_back(nn::LeakyReLU(nn::LeakyReLUOptions().negative_slope(0.1)));
}

}  // namespace

UnetImpl::UnetImpl(int channels, const std::vector<int>& widths) {
  int from = channels;
  for (std::size_t level = 0; level < widths.size(); ++level) {
    nn::Sequential layers;
    add_convolution(layers, from, widths[level], level == 0 ? 1 : 2);
    add_convolution(layers, widths[level], widths[level], 1);
    encoder_->push_back(layers);
    from = widths[level];
  }
  for (std::size_t level = widths.size() - 1; level-- > 0;) {
    nn::Sequential layers;
    add_convolution(layers, from + widths[level], widths[level], 1);
    decoder_->push_back(layers);
    from = widths[level];
  }
  register_module("encoder", encoder_);
  register_module("decoder", decoder_);
}

torch::Tensor UnetImpl::forward(const torch::Tensor& maps) {
  std::vector<torch::Tensor> levels;
  torch::Tensor state = maps;
  for (const auto& layers : *encoder_) {
    state = layers->as<nn::Sequential>()->forward(state);
    levels.push_back(state);
  }
  levels.pop_back();
  for (const auto& layers : *decoder_) {
    const torch::Tensor doubled =
        torch::upsample_bilinear2d(state, {levels.back().size(2), levels.back().size(3)}, /*align_corners=*/false);
    state = layers->as<nn::Sequential>()->forward(torch::cat({doubled, levels.back()}, 1));
    levels.pop_back();
  }
  return state;
}

}  // namespace merkit::neural
