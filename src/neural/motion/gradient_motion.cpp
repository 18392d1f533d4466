#include "neural/motion/gradient_motion.h"

#include "neural/motion/photometric_loss.h"
#include "neural/motion/warp.h"
#include "neural/motion/window_mean.h"

#include <cmath>

namespace merkit::neural {
namespace {

constexpr int kWindowMaps = 6, kFaceMaps = 4;
constexpr double kFirstNoise = 5e-5;

torch::Tensor brightness(const torch::Tensor& faces) { return faces.mean(1, /*keepdim=*/true); }

/// Products of brightness's gradients x, y and change t: [N, 6, H, W] of xx, xy, yy, xt, yt, tt.
torch::Tensor products_of(const torch::Tensor& onset, const torch::Tensor& apex) {
  namespace functional = torch::nn::functional;
  const torch::Tensor grey = (onset + apex) / 2, change = apex - onset;
  const torch::Tensor wide = functional::pad(grey, functional::PadFuncOptions({1, 1, 1, 1}).mode(torch::kReplicate));
  const std::int64_t height = grey.size(2), width = grey.size(3);
  const auto shifted = [&](std::int64_t down, std::int64_t right) {
    return wide.narrow(2, down, height).narrow(3, right, width);
  };
  const torch::Tensor x = (shifted(1, 2) - shifted(1, 0)) / 2, y = (shifted(2, 1) - shifted(0, 1)) / 2;
  return torch::cat({x * x, x * y, y * y, x * change, y * change, change * change}, 1);
}

}  // namespace

GradientMotion::GradientMotion(const GradientMotionConfig& config) : config_(config) {
  const auto windows = static_cast<int>(config.windows.size());
  unet_ = register_module("unet", Unet(kWindowMaps * windows + kFaceMaps, config.widths));
  const auto head = [&](int maps) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(config.widths.front(), maps, 3).padding(1));
  };
  head_ = register_module("head", head(2));
  trust_ = register_module("trust", head(windows + 1));
  noise_ = register_parameter("noise", torch::full({windows}, std::log(kFirstNoise)));
  // Learning begins close to what the gradients say.
  const torch::NoGradGuard no_grad;
  head_->weight.mul_(0.01);
  head_->bias.zero_();
}

torch::Tensor GradientMotion::refinement(const torch::Tensor& onset, const torch::Tensor& apex,
                                         const torch::Tensor& so_far) {
  const int cell = config_.cell;
  const torch::Tensor products = torch::avg_pool2d(products_of(onset, apex), cell);
  std::vector<torch::Tensor> guesses;
  std::vector<torch::Tensor> read = {torch::avg_pool2d(torch::cat({onset, apex}, 1), cell), so_far};
  for (std::size_t i = 0; i < config_.windows.size(); ++i) {
    const auto sum = mean_around(products, config_.windows[i]).split(1, 1);
    const torch::Tensor noise = noise_[static_cast<std::int64_t>(i)].exp();
    const torch::Tensor xx = sum[0] + noise, xy = sum[1], yy = sum[2] + noise, determinant = xx * yy - xy * xy;
    const torch::Tensor u = (yy * sum[3] - xy * sum[4]) / determinant, v = (xx * sum[4] - xy * sum[3]) / determinant;
    guesses.push_back(torch::cat({u, v}, 1).clamp(-config_.greatest_px, config_.greatest_px));
    const torch::Tensor explained = (u * sum[3] + v * sum[4]) / (sum[5] + 1e-7);
    read.insert(read.end(), {guesses.back(), noise / xx, noise / yy, xy / torch::sqrt(xx * yy), explained});
  }
  const torch::Tensor maps = unet_->forward(torch::cat(read, 1));
  torch::Tensor result = torch::tanh(head_->forward(maps)) * config_.greatest_px;
  const auto trust = torch::softmax(trust_->forward(maps), 1).split(1, 1);  // the last one is trust in rest
  for (std::size_t i = 0; i < guesses.size(); ++i) result = result + trust[i] * guesses[i];
  return result;
}

torch::Tensor GradientMotion::displacement(const torch::Tensor& onset, const torch::Tensor& apex) {
  return found(brightness(onset), brightness(apex));
}

torch::Tensor GradientMotion::found(const torch::Tensor& onset, const torch::Tensor& apex) {
  const std::int64_t height = onset.size(2), width = onset.size(3);
  const auto at_full_size = [&](const torch::Tensor& maps) {
    return torch::upsample_bilinear2d(maps, {height, width}, /*align_corners=*/false);
  };
  torch::Tensor cells = torch::zeros({onset.size(0), 2, height / config_.cell, width / config_.cell}, onset.options());
  cells = refinement(onset, apex, cells);
  for (int pass = 1; pass < config_.passes; ++pass)
    cells = cells + refinement(warped(onset, at_full_size(cells)), apex, cells);
  return at_full_size(cells);
}

MotionLoss GradientMotion::loss(const torch::Tensor& onset, const torch::Tensor& apex, const at::Generator&) {
  const torch::Tensor from = brightness(onset), to = brightness(apex), moved = found(from, to);
  return {reconstruction_loss(from, to, moved, config_.smoothness), moved};
}

}  // namespace merkit::neural
