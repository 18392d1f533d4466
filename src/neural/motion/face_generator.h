#pragma once

#include <torch/torch.h>

namespace merkit::neural {

/// Makes the apex of the onset: features of the onset at a quarter of its size are moved, hidden where the onset has
/// nothing to show, refined by residual blocks, and become a picture again.
class FaceGeneratorImpl final : public torch::nn::Module {
 public:
  /// `width`: channels at full size, twice and four times as many at half and a quarter of it. `kernel`: of the
  /// first and the last convolution.
  FaceGeneratorImpl(int width, int kernel, int residual_blocks);

  /// `onset` and the result are [N, 3, H, W]; `displacement` is [N, 2, H, W] as in MotionEstimate; `occlusion` is
  /// [N, 1, h, w] or undefined.
  torch::Tensor forward(const torch::Tensor& onset, const torch::Tensor& displacement, const torch::Tensor& occlusion);

 private:
  torch::nn::Sequential first_{nullptr};
  torch::nn::ModuleList down_, residual_, up_;
  torch::nn::Conv2d last_{nullptr};
};
TORCH_MODULE(FaceGenerator);

}  // namespace merkit::neural
