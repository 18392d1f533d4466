#include "neural/layers/hourglass.h"

namespace merkit::neural {
namespace {

namespace nn = torch::nn;

}  // namespace

nn::Sequential normed_convolution(int from, int to) {
  // Batch normalisation subtracts the mean, and with it whatever bias there would be.
  return nn::Sequential(same_size_convolution(from, to, 3, /*bias=*/false), nn::BatchNorm2d(to), nn::ReLU());
}

nn::Conv2d same_size_convolution(int from, int to, int kernel, bool bias) {
  return nn::Conv2d(nn::Conv2dOptions(from, to, kernel).padding(kernel / 2).bias(bias));
}

HourglassImpl::HourglassImpl(int channels, const std::vector<int>& widths) : out_channels_(widths.front() + channels) {
  int from = channels;
  for (const int width : widths) {
    down_->push_back(normed_convolution(from, width));
    from = width;
  }
  for (std::size_t level = widths.size(); level-- > 0;) {
    const int to = widths[level > 0 ? level - 1 : 0];
    up_->push_back(normed_convolution(from, to));
    from = 2 * to;  // joined with the level down of the same size
  }
  register_module("down", down_);
  register_module("up", up_);
}

torch::Tensor HourglassImpl::forward(const torch::Tensor& maps) {
  std::vector<torch::Tensor> levels = {maps};
  for (const auto& layers : *down_)
    levels.push_back(torch::avg_pool2d(layers->as<nn::Sequential>()->forward(levels.back()), 2));
  torch::Tensor state = levels.back();
  levels.pop_back();
  for (const auto& layers : *up_) {
    const torch::Tensor& joined = levels.back();
    state = layers->as<nn::Sequential>()->forward(torch::upsample_nearest2d(state, {joined.size(2), joined.size(3)}));
    state = torch::cat({state, joined}, 1);
    levels.pop_back();
  }
  return state;
}

}  // namespace merkit::neural
