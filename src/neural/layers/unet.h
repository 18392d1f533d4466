#pragma once

#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

/// Encoder and decoder with connections between levels of equal size (U-Net; Ronneberger, Fischer, Brox, MICCAI 2015).
/// Each level of the encoder has two convolutions of 3x3, the first of which halves the maps (not in the first level);
/// each level of the decoder doubles them, joins those of the encoder, and has one. After each convolution: group
/// normalisation of up to 8 groups, and a leaky ReLU of slope 0.1.
class UnetImpl final : public torch::nn::Module {
 public:
  /// `widths`: channels of each level, two levels at least.
  UnetImpl(int channels, const std::vector<int>& widths);

  /// [N, channels, H, W] -> [N, widths[0], H, W]; H and W must be multiples of 2^(levels - 1).
  torch::Tensor forward(const torch::Tensor& maps);

 private:
  torch::nn::ModuleList encoder_, decoder_;
};
TORCH_MODULE(Unet);

}  // namespace merkit::neural
