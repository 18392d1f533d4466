#include "neural/motion/window_mean.h"

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

torch::Tensor pooled(const torch::Tensor& maps, std::int64_t window, std::int64_t padding) {
  return torch::avg_pool2d(maps, window, /*stride=*/1, padding, /*ceil_mode=*/false, /*count_include_pad=*/false);
}

TEST(WindowMean, IsThatOfPoolingWithItsGradient) {
  torch::manual_seed(1);
  for (const std::int64_t window : {1, 3, 7, 15}) {
    const torch::Tensor maps = torch::randn({2, 3, 15, 18}).requires_grad_(true);
    for (const bool whole : {false, true}) {
      const torch::Tensor found = whole ? mean_of_whole_windows(maps, window) : mean_around(maps, window);
      const torch::Tensor expected = pooled(maps, window, whole ? 0 : window / 2);
      ASSERT_EQ(found.sizes(), expected.sizes()) << window;
      EXPECT_TRUE(torch::allclose(found, expected, 1e-5, 1e-6)) << window;
      const torch::Tensor weights = torch::randn_like(found);
      const torch::Tensor gradient = torch::autograd::grad({found}, {maps}, {weights})[0];
      EXPECT_TRUE(torch::allclose(gradient, torch::autograd::grad({expected}, {maps}, {weights})[0], 1e-5, 1e-6))
          << window;
    }
  }
}

TEST(WindowMean, OfAWindowWiderThanTheMapIsTheMeanOfTheMap) {
  const torch::Tensor maps = torch::randn({1, 1, 4, 5});
  EXPECT_TRUE(torch::allclose(mean_around(maps, 63), maps.mean().expand_as(maps), 1e-5, 1e-6));
}

}  // namespace
}  // namespace merkit::neural
