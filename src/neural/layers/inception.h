#pragma once

#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

/// Four paths side by side (1x1 then 5x5, 1x1 then 3x3, pooling then 1x1, 1x1), joined and halved by max pooling:
/// [N, channels, H, W] -> [N, 4 filters, H/2, W/2].
class InceptionBlock final : public torch::nn::Module {
 public:
  InceptionBlock(int channels, int filters);
  torch::Tensor forward(const torch::Tensor& maps);

 private:
  torch::nn::ModuleList branches_;
};

/// The trunk of Dual-Inception and of what builds on it: a stream of two blocks (6 and 16 filters) for each channel.
/// [N, channels, H, W] -> [N, 64, H/4, W/4] of each channel.
class InceptionStreamsImpl final : public torch::nn::Module {
 public:
  explicit InceptionStreamsImpl(int channels);
  std::vector<torch::Tensor> forward(const torch::Tensor& maps);

  /// Length of a row of what forward() gives, joined and flattened, for maps of `size` x `size`.
  static int features(int channels, int size) { return channels * 64 * (size / 2 / 2) * (size / 2 / 2); }

 private:
  std::vector<torch::nn::ModuleList> streams_;
};
TORCH_MODULE(InceptionStreams);

}  // namespace merkit::neural
