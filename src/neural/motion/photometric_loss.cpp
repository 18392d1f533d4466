#include "neural/motion/photometric_loss.h"

#include "neural/motion/window_mean.h"

namespace merkit::neural {
namespace {

constexpr std::int64_t kWindow = 7;

torch::Tensor local_mean(const torch::Tensor& maps) { return mean_of_whole_windows(maps, kWindow); }

torch::Tensor to_the_right(const torch::Tensor& maps) {
  return maps.narrow(3, 1, maps.size(3) - 1) - maps.narrow(3, 0, maps.size(3) - 1);
}

torch::Tensor downwards(const torch::Tensor& maps) {
  return maps.narrow(2, 1, maps.size(2) - 1) - maps.narrow(2, 0, maps.size(2) - 1);
}

}  // namespace

torch::Tensor structural_similarity(const torch::Tensor& a, const torch::Tensor& b) {
  constexpr double kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;
  const torch::Tensor mean_a = local_mean(a), mean_b = local_mean(b);
  const torch::Tensor variances = local_mean(a * a + b * b) - mean_a * mean_a - mean_b * mean_b;
  const torch::Tensor covariance = local_mean(a * b) - mean_a * mean_b;
  return (2 * mean_a * mean_b + kC1) * (2 * covariance + kC2) /
         ((mean_a * mean_a + mean_b * mean_b + kC1) * (variances + kC2));
}

torch::Tensor charbonnier(const torch::Tensor& difference, double epsilon) {
  return torch::sqrt(difference * difference + epsilon * epsilon) - epsilon;
}

torch::Tensor gradient_difference(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor difference = a - b;
  return to_the_right(difference).abs().mean() + downwards(difference).abs().mean();
}

torch::Tensor edge_aware_roughness(const torch::Tensor& displacement, const torch::Tensor& picture,
                                   double edge_weight) {
  const auto weighted = [&](torch::Tensor (*gradient)(const torch::Tensor&)) {
    const torch::Tensor allowance = torch::exp(-edge_weight * gradient(picture).abs().mean(1, /*keepdim=*/true));
    return (gradient(displacement).abs() * allowance).mean();
  };
  return weighted(to_the_right) + weighted(downwards);
}

torch::Tensor photometric_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return 0.85 * (1 - structural_similarity(a, b).mean()) / 2 + 0.15 * charbonnier(a - b).mean();
}

}  // namespace merkit::neural
