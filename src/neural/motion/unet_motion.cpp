#include "neural/motion/unet_motion.h"

#include "neural/likeness.h"
#include "neural/warp.h"

namespace merkit::neural {
namespace {

constexpr int kFaceMaps = 9;
const std::vector<std::int64_t> kWindows = {5, 9, 17};

/// Displacements by constant brightness, difference = gradient * displacement to first order, each the least-squares
/// solution in the window around each pixel (Lucas, Kanade, IJCAI 1981), drawn towards rest where there is no gradient
/// to go by: one [N, 2, H, W] a window.
std::vector<torch::Tensor> differential(const torch::Tensor& onset, const torch::Tensor& apex, double greatest_px) {
  namespace functional = torch::nn::functional;
  constexpr double kFloor = 2e-5;  // squared gradient that noise has too
  const torch::Tensor grey = (onset + apex).mean(1, /*keepdim=*/true) / 2;
  const torch::Tensor difference = (apex - onset).mean(1, /*keepdim=*/true);
  const torch::Tensor wide = functional::pad(grey, functional::PadFuncOptions({1, 1, 1, 1}).mode(torch::kReplicate));
  const std::int64_t height = grey.size(2), width = grey.size(3);
  const auto shifted = [&](std::int64_t down, std::int64_t right) {
    return wide.narrow(2, down, height).narrow(3, right, width);
  };
  const torch::Tensor x = (shifted(1, 2) - shifted(1, 0)) / 2, y = (shifted(2, 1) - shifted(0, 1)) / 2;
  const torch::Tensor products = torch::cat({x * x, x * y, y * y, x * difference, y * difference}, 1);
  std::vector<torch::Tensor> result;
  for (const std::int64_t window : kWindows) {
    const torch::Tensor sums = torch::avg_pool2d(products, window, /*stride=*/1, /*padding=*/window / 2,
                                                 /*ceil_mode=*/false, /*count_include_pad=*/false);
    const auto sum = [&](std::int64_t i) { return sums.narrow(1, i, 1); };
    const torch::Tensor xx = sum(0) + kFloor, yy = sum(2) + kFloor, determinant = xx * yy - sum(1) * sum(1);
    result.push_back(torch::cat({yy * sum(3) - sum(1) * sum(4), xx * sum(4) - sum(1) * sum(3)}, 1)
                         .div(determinant)
                         .clamp(-greatest_px, greatest_px));
  }
  return result;
}

}  // namespace

UnetMotion::UnetMotion(const UnetMotionConfig& config) : config_(config) {
  const auto windows = static_cast<int>(config.gradients ? kWindows.size() : 0);
  unet_ = register_module("unet", Unet(kFaceMaps + 2 * windows, config.widths));
  const auto head = [&](int maps) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(config.widths.front(), maps, 3).padding(1));
  };
  head_ = register_module("head", head(2));
  if (windows > 0) trust_ = register_module("trust", head(windows + 1));
  // Learning begins close to rest: the displacements to be found are small beside the greatest ones.
  const torch::NoGradGuard no_grad;
  head_->weight.mul_(0.01);
  head_->bias.zero_();
}

torch::Tensor UnetMotion::displacement(const torch::Tensor& onset, const torch::Tensor& apex) {
  std::vector<torch::Tensor> read = {onset, apex, apex - onset};
  std::vector<torch::Tensor> guesses;
  if (config_.gradients) guesses = differential(onset, apex, config_.greatest_px);
  read.insert(read.end(), guesses.begin(), guesses.end());
  const torch::Tensor maps = unet_->forward(torch::cat(read, 1));
  torch::Tensor result = torch::tanh(head_->forward(maps)) * config_.greatest_px;
  if (guesses.empty()) return result;
  const torch::Tensor trust = torch::softmax(trust_->forward(maps), 1);  // the last one is trust in rest
  for (std::size_t i = 0; i < guesses.size(); ++i)
    result = result + trust.narrow(1, static_cast<std::int64_t>(i), 1) * guesses[i];
  return result;
}

MotionEstimate UnetMotion::estimate(const torch::Tensor& onset, const torch::Tensor& apex) {
  const torch::Tensor moved = displacement(onset, apex);
  return {moved, {}, warped(onset, moved)};
}

MotionLoss UnetMotion::loss(const torch::Tensor& onset, const torch::Tensor& apex, const at::Generator&) {
  constexpr double kEdgeWeight = 10;
  const torch::Tensor moved = displacement(onset, apex), made = warped(onset, moved);
  // The terms of the paper, each with its own weight; photometric_difference() has another for the Charbonnier term.
  const torch::Tensor unlike =
      charbonnier(apex - made).mean() + 0.85 * (1 - structural_similarity(apex, made).mean()) / 2;
  return {unlike + config_.smoothness * edge_aware_roughness(moved, onset, kEdgeWeight), moved};
}

}  // namespace merkit::neural
