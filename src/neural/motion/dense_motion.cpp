#include "neural/motion/dense_motion.h"

#include "neural/motion/warp.h"

namespace merkit::neural {

DenseMotionNetImpl::DenseMotionNetImpl(int points, const std::vector<int>& widths, int kernel, bool occlusion) {
  hourglass_ = register_module("hourglass", Hourglass(4 * (points + 1), widths));
  masks_ = register_module("masks", same_size_convolution(hourglass_->out_channels(), points + 1, kernel));
  if (occlusion)
    occlusion_ = register_module("occlusion", same_size_convolution(hourglass_->out_channels(), 1, kernel));
}

DenseMotion DenseMotionNetImpl::forward(const torch::Tensor& onset, const KeyPoints& onset_points,
                                        const KeyPoints& apex_points) {
  const std::int64_t count = onset.size(0), height = onset.size(2), width = onset.size(3);
  const std::int64_t motions = apex_points.places.size(1) + 1;
  const torch::Tensor to_pixels =
      torch::tensor({static_cast<double>(width - 1) / 2, static_cast<double>(height - 1) / 2}, onset.options());
  const torch::Tensor moving = motion_of_points(onset_points, apex_points, height, width) * to_pixels.view({2, 1, 1});
  const torch::Tensor rest = torch::zeros({count, 1, 2, height, width}, onset.options());
  const torch::Tensor sparse = torch::cat({rest, moving}, 1);  // [N, K + 1, 2, h, w]

  const torch::Tensor heat =
      heat_around(apex_points.places, height, width) - heat_around(onset_points.places, height, width);
  const torch::Tensor repeated = onset.unsqueeze(1).expand({-1, motions, -1, -1, -1}).reshape({-1, 3, height, width});
  const torch::Tensor candidates = warped(repeated, sparse.view({-1, 2, height, width}));
  const torch::Tensor features =
      hourglass_->forward(torch::cat({torch::zeros({count, 1, height, width}, onset.options()), heat,
                                      candidates.view({count, 3 * motions, height, width})},
                                     1));
  DenseMotion result;
  result.masks = torch::softmax(masks_->forward(features), 1);
  result.displacement = (result.masks.unsqueeze(2) * sparse).sum(1);
  if (occlusion_) result.occlusion = torch::sigmoid(occlusion_->forward(features));
  return result;
}

}  // namespace merkit::neural
