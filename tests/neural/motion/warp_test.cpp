#include "neural/motion/warp.h"

#include "neural/torch_version.h"

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

/// x + 10 y at each pixel, [1, 1, height, width]: what is sampled tells where.
torch::Tensor ramp(std::int64_t height, std::int64_t width, torch::Dtype dtype = torch::kFloat32) {
  const torch::Tensor grid = pixel_grid(height, width, dtype);
  return grid.select(1, 0).unsqueeze(1) + 10 * grid.select(1, 1).unsqueeze(1);
}

torch::Tensor constant_displacement(double u, double v, std::int64_t height, std::int64_t width) {
  return torch::tensor({u, v}, torch::kFloat32).view({1, 2, 1, 1}).expand({1, 2, height, width});
}

TEST(Warp, TakesWhatLiesWhereTheDisplacementPoints) {
  const torch::Tensor moved = warped(ramp(5, 7), constant_displacement(1.5, 2, 5, 7));
  EXPECT_NEAR((moved[0][0][0][0].item<float>()), 21.5, 1e-4);
  EXPECT_NEAR((moved[0][0][2][5].item<float>()), 46, 1e-4) << "6.5 columns are 6 at the border";
  EXPECT_NEAR((moved[0][0][4][0].item<float>()), 41.5, 1e-4) << "rows beyond the border repeat it";
}

TEST(Warp, OfRestChangesNothing) {
  const torch::Tensor pictures = torch::rand({2, 3, 6, 9});
  EXPECT_TRUE(torch::allclose(warped(pictures, torch::zeros({2, 2, 6, 9})), pictures, 0, 1e-5));
}

/// Central differences in double precision.
TEST(Warp, HasTheGradientOfItsFormula) {
  torch::manual_seed(4);
  const auto options = torch::dtype(torch::kFloat64);
  const torch::Tensor picture = torch::rand({1, 2, 5, 6}, options), weights = torch::rand({1, 2, 5, 6}, options);
  torch::Tensor displacement = (torch::rand({1, 2, 5, 6}, options) * 0.4 + 0.3).set_requires_grad(true);
  torch::Tensor maps = picture.clone().set_requires_grad(true);
  (warped(maps, displacement) * weights).sum().backward();
  const torch::NoGradGuard no_grad;
  const auto value = [&] { return (warped(maps, displacement) * weights).sum().item<double>(); };
  for (torch::Tensor* of : {&displacement, &maps})
    for (std::int64_t i = 0; i < of->numel(); i += 7) {
      constexpr double kStep = 1e-6;
      double* const at = of->data_ptr<double>() + i;
      const double before = *at;
      *at = before + kStep;
      const double above = value();
      *at = before - kStep;
      const double below = value();
      *at = before;
      EXPECT_NEAR(of->grad().data_ptr<double>()[i], (above - below) / (2 * kStep), 1e-6) << i;
    }
}

TEST(Warp, DisplacementsGrowWithThePicture) {
  const torch::Tensor larger = resized_displacement(constant_displacement(1, 1, 5, 5), 9, 17);
  EXPECT_TRUE(torch::allclose(larger.select(1, 0), torch::full({1, 9, 17}, 4.F)));
  EXPECT_TRUE(torch::allclose(larger.select(1, 1), torch::full({1, 9, 17}, 2.F)));
}

/// Warping in the mirror is the mirror image of warping.
TEST(Warp, ThatIsMirroredNegatesU) {
  torch::manual_seed(5);
  const torch::Tensor picture = torch::rand({1, 1, 8, 8}), displacement = torch::randn({1, 2, 8, 8});
  const torch::Tensor other = warped(picture.flip({3}), mirrored_displacement(displacement));
  EXPECT_TRUE(torch::allclose(other, warped(picture, displacement).flip({3}), 0, 1e-4));
}

TEST(Warp, DrawsSmoothDisplacementsWithinTheirBounds) {
  const at::Generator generator = make_generator(3);
  const torch::Tensor drawn = random_displacement(50, 32, 32, 2, 4, generator);
  ASSERT_EQ(drawn.sizes().vec(), (std::vector<std::int64_t>{50, 2, 32, 32}));
  const torch::Tensor greatest = drawn.abs().amax({1, 2, 3});
  EXPECT_LT(greatest.max().item<float>(), 3.2) << "a cubic overshoots its nodes a little";
  EXPECT_GT(greatest.max().item<float>(), 1.2);
  EXPECT_LT(greatest.min().item<float>(), 0.5) << "samples differ in size";
  EXPECT_LT((drawn.narrow(3, 1, 31) - drawn.narrow(3, 0, 31)).abs().max().item<float>(), 0.7) << "smooth";
  EXPECT_FALSE(random_displacement(50, 32, 32, 2, 4, generator).equal(drawn));
  EXPECT_TRUE(random_displacement(50, 32, 32, 2, 4, make_generator(3)).equal(drawn));
}

}  // namespace
}  // namespace merkit::neural
