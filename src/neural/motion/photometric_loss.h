#pragma once

#include <torch/torch.h>

namespace merkit::neural {

/// How alike two pictures are, and how smooth a displacement is. Pictures are [N, C, H, W] with values in 0..1; all are
/// differentiable.

/// Structural similarity at each pixel, from the means and variances of windows of 7x7 with equal weights (population
/// variances; constants 0.01^2 and 0.03^2 for a range of 1): [N, C, H - 6, W - 6], 1 for equal pictures. Wang, Bovik,
/// Sheikh, Simoncelli, IEEE TIP 13(4), 2004, doi:10.1109/TIP.2003.819861.
torch::Tensor structural_similarity(const torch::Tensor& a, const torch::Tensor& b);

/// sqrt(difference^2 + epsilon^2) - epsilon at each value: absolute difference, but smooth at 0 (Charbonnier et al.,
/// ICIP 1994).
torch::Tensor charbonnier(const torch::Tensor& difference, double epsilon = 1e-3);

/// Mean absolute difference of the gradients to the right and downwards.
torch::Tensor gradient_difference(const torch::Tensor& a, const torch::Tensor& b);

/// Mean of |gradient of displacement| * exp(-edge_weight |gradient of picture|), where the picture's gradient is the
/// mean over its channels (Heise et al., ICCV 2013): a displacement may change where the picture does.
torch::Tensor edge_aware_roughness(const torch::Tensor& displacement, const torch::Tensor& picture, double edge_weight);

/// 0.85 (1 - SSIM) / 2 + 0.15 Charbonnier, means over all pixels, scalar.
torch::Tensor photometric_difference(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace merkit::neural
