#include "neural/motion/gradient_motion.h"

#include "neural/motion/warp.h"

#include <cmath>

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

/// Waves in two directions, moved by (u, v) pixels: what the picture shows at z is at z - (u, v) in the one at rest.
torch::Tensor waves(double u, double v, std::int64_t size = 64) {
  const torch::Tensor at = pixel_grid(size, size, torch::kFloat32);
  const torch::Tensor x = at.narrow(1, 0, 1) - u, y = at.narrow(1, 1, 1) - v;
  return (0.5 + 0.2 * torch::sin(x / 3 + y / 9) + 0.2 * torch::cos(y / 3 - x / 9)).expand({1, 3, size, size});
}

/// Of which nothing comes but what the gradients say in the window that `trusted` is the number of.
GradientMotion trusting(const GradientMotionConfig& config, std::int64_t trusted) {
  GradientMotion motion(config);
  const torch::NoGradGuard no_grad;
  for (auto& parameter : motion.named_parameters()) {
    const std::string& name = parameter.key();
    if (name.rfind("head.", 0) == 0 || name.rfind("trust.", 0) == 0) parameter.value().zero_();
    if (name == "trust.bias") parameter.value()[trusted] = 50;
  }
  return motion;
}

GradientMotionConfig small() {
  GradientMotionConfig config;
  config.widths = {8, 8};
  return config;
}

/// MotionEstimate::displacement points from the apex back to the onset.
TEST(GradientMotion, FindsAShiftInEveryWindowByGradientsAlone) {
  const torch::NoGradGuard no_grad;
  for (std::int64_t window = 0; window < 4; ++window) {
    GradientMotion motion = trusting(small(), window);
    const torch::Tensor found = motion.displacement(waves(0, 0), waves(0.8, -0.5));
    const torch::Tensor inside = found.slice(2, 12, 52).slice(3, 12, 52);
    EXPECT_LT((inside[0][0] + 0.8).abs().mean().item<float>(), 0.05) << window;
    EXPECT_LT((inside[0][1] - 0.5).abs().mean().item<float>(), 0.05) << window;
  }
}

TEST(GradientMotion, LooksAgainAtTheWarpedOnset) {
  const torch::NoGradGuard no_grad;
  const auto off = [](int passes) {
    GradientMotionConfig config = small();
    config.passes = passes;
    const torch::Tensor found = trusting(config, 1).displacement(waves(0, 0), waves(2.5, 0));
    return (found.slice(2, 12, 52).slice(3, 12, 52)[0][0] + 2.5).abs().mean().item<double>();
  };
  EXPECT_GT(off(1), 0.1) << "brightness is not linear that far";
  EXPECT_LT(off(2), off(1) / 4);
  EXPECT_LT(off(3), 0.02);
}

TEST(GradientMotion, TrustInRestIsRestAndSoAreEqualFaces) {
  const torch::NoGradGuard no_grad;
  EXPECT_LT(trusting(small(), 4).displacement(waves(0, 0), waves(1, 1)).abs().max().item<float>(), 1e-6);
  EXPECT_LT(trusting(small(), 0).displacement(waves(0, 0), waves(0, 0)).abs().max().item<float>(), 1e-4);
}

TEST(GradientMotion, LearnsWithEveryParameterFromItsOwnLoss) {
  torch::manual_seed(1);
  GradientMotion motion(small());
  motion.loss(waves(0, 0), waves(0.7, 0.3), {}).value.backward();
  for (const auto& parameter : motion.named_parameters())
    EXPECT_TRUE(parameter.value().grad().defined() && parameter.value().grad().abs().max().item<float>() > 0)
        << parameter.key();
}

}  // namespace
}  // namespace merkit::neural
