#include "neural/motion/unet_motion.h"

#include "neural/motion/photometric_loss.h"
#include "neural/motion/warp.h"

namespace merkit::neural {

torch::Tensor reconstruction_loss(const torch::Tensor& onset, const torch::Tensor& apex,
                                  const torch::Tensor& displacement, double smoothness) {
  constexpr double kEdgeWeight = 10;
  const torch::Tensor made = warped(onset, displacement);
  // The terms of the paper, each with its own weight; photometric_difference() has another for the Charbonnier term.
  return charbonnier(apex - made).mean() + 0.85 * (1 - structural_similarity(apex, made).mean()) / 2 +
         smoothness * edge_aware_roughness(displacement, onset, kEdgeWeight);
}

UnetMotion::UnetMotion(const UnetMotionConfig& config) : config_(config) {
  constexpr int kFaceMaps = 9;
  unet_ = register_module("unet", Unet(kFaceMaps, config.widths));
  head_ = register_module(
      "head", torch::nn::Conv2d(torch::nn::Conv2dOptions(config.widths.front(), 2, /*kernel_size=*/3).padding(1)));
  // Learning begins close to rest: the displacements to be found are small beside the greatest ones.
  const torch::NoGradGuard no_grad;
  head_->weight.mul_(0.01);
  head_->bias.zero_();
}

torch::Tensor UnetMotion::displacement(const torch::Tensor& onset, const torch::Tensor& apex) {
  return torch::tanh(head_->forward(unet_->forward(torch::cat({onset, apex, apex - onset}, 1)))) * config_.greatest_px;
}

MotionLoss UnetMotion::loss(const torch::Tensor& onset, const torch::Tensor& apex, const at::Generator&) {
  const torch::Tensor moved = displacement(onset, apex);
  return {reconstruction_loss(onset, apex, moved, config_.smoothness), moved};
}

}  // namespace merkit::neural
