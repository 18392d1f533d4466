#pragma once

#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

/// A convolution of 3x3, batch normalisation and ReLU: [N, from, H, W] -> [N, to, H, W].
torch::nn::Sequential normed_convolution(int from, int to);

/// A convolution of kernel x kernel (odd) that keeps the size: [N, from, H, W] -> [N, to, H, W].
torch::nn::Conv2d same_size_convolution(int from, int to, int kernel, bool bias = true);

/// Down and up again with connections between levels of equal size, as in networks that learn motion from key points
/// (Siarohin et al., NeurIPS 2019, arXiv:2003.00196). Each level down is a convolution of 3x3, batch normalisation,
/// ReLU and averages of 2x2; each level up doubles the maps and has the same without averages. The input is joined to
/// the result.
class HourglassImpl final : public torch::nn::Module {
 public:
  /// `widths`: channels of each level down, one level at least.
  HourglassImpl(int channels, const std::vector<int>& widths);

  /// [N, channels, H, W] -> [N, out_channels(), H, W]; H and W must be multiples of 2^levels, and more than that where
  /// batches of one sample are to be learned from.
  torch::Tensor forward(const torch::Tensor& maps);

  /// widths[0] + channels.
  int out_channels() const { return out_channels_; }

 private:
  int out_channels_;
  torch::nn::ModuleList down_, up_;
};
TORCH_MODULE(Hourglass);

}  // namespace merkit::neural
