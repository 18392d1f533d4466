#include "neural/layers/inception.h"

#include <string>
#include <vector>

namespace merkit::neural {

namespace nn = torch::nn;

InceptionBlock::InceptionBlock(int channels, int filters) {
  const auto conv = [](int from, int to, int size) {
    return nn::Conv2d(nn::Conv2dOptions(from, to, size).padding(size / 2));
  };
  branches_->push_back(nn::Sequential(conv(channels, filters, 1), nn::ReLU(), conv(filters, filters, 5), nn::ReLU()));
  branches_->push_back(nn::Sequential(conv(channels, filters, 1), nn::ReLU(), conv(filters, filters, 3), nn::ReLU()));
  branches_->push_back(nn::Sequential(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(1).padding(1)),
                                      conv(channels, filters, 1), nn::ReLU()));
  branches_->push_back(nn::Sequential(conv(channels, filters, 1)));
  register_module("branches", branches_);
}

torch::Tensor InceptionBlock::forward(const torch::Tensor& maps) {
  std::vector<torch::Tensor> parts;
  for (const auto& branch : *branches_) parts.push_back(branch->as<nn::Sequential>()->forward(maps));
  return torch::max_pool2d(torch::cat(parts, 1), 2);
}

InceptionStreamsImpl::InceptionStreamsImpl(int channels) {
  for (int i = 0; i < channels; ++i) {
    nn::ModuleList blocks;
    blocks->push_back(std::make_shared<InceptionBlock>(1, 6));
    blocks->push_back(std::make_shared<InceptionBlock>(24, 16));
    streams_.push_back(register_module(std::to_string(i), blocks));
  }
}

std::vector<torch::Tensor> InceptionStreamsImpl::forward(const torch::Tensor& maps) {
  std::vector<torch::Tensor> features;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    torch::Tensor stream = maps.narrow(1, static_cast<std::int64_t>(i), 1);
    for (const auto& block : *streams_[i]) stream = block->as<InceptionBlock>()->forward(stream);
    features.push_back(stream);  // [N, 64, H/4, W/4]
  }
  return features;
}

}  // namespace merkit::neural
