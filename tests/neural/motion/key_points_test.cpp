#include "neural/motion/key_points.h"

#include "neural/motion/plane_warp.h"
#include "neural/torch_version.h"

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

torch::Tensor matrix(double a, double b, double c, double d) {
  return torch::tensor({{a, b}, {c, d}}, torch::kFloat64);
}

/// One sample of these points and Jacobians.
KeyPoints points_of(const std::vector<std::array<double, 2>>& places, const std::vector<torch::Tensor>& jacobians) {
  const torch::Tensor all = torch::empty({1, static_cast<std::int64_t>(places.size()), 2}, torch::kFloat64);
  for (std::size_t i = 0; i < places.size(); ++i) {
    all[0][static_cast<std::int64_t>(i)][0] = places[i][0];
    all[0][static_cast<std::int64_t>(i)][1] = places[i][1];
  }
  return {all, torch::stack(jacobians).unsqueeze(0)};
}

TEST(KeyPointPlaces, RunFromTheFirstPixelToTheLast) {
  const torch::Tensor places = pixel_places(2, 3, torch::kFloat64);
  EXPECT_TRUE(
      places.equal(torch::tensor({{-1., -1.}, {0., -1.}, {1., -1.}, {-1., 1.}, {0., 1.}, {1., 1.}}, torch::kFloat64)));
}

TEST(KeyPointPlaces, AreSurroundedByHeat) {
  const torch::Tensor heat = heat_around(torch::tensor({{{0.5, -1.0}}}, torch::kFloat64), 3, 5, 0.02);
  EXPECT_EQ(heat.sizes().vec(), (std::vector<std::int64_t>{1, 1, 3, 5}));
  EXPECT_NEAR(heat[0][0][0][3].item<double>(), 1, 1e-12);
  EXPECT_NEAR(heat[0][0][0][4].item<double>(), std::exp(-0.25 / 0.04), 1e-12);
  EXPECT_NEAR(heat[0][0][1][3].item<double>(), std::exp(-1 / 0.04), 1e-12);
}

TEST(Inverses, AreThoseOfMatricesAndFiniteWithoutOne) {
  torch::manual_seed(3);
  const torch::Tensor matrices = torch::randn({5, 3, 2, 2}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(inverses(matrices), torch::inverse(matrices), 1e-9, 1e-9));
  EXPECT_TRUE(torch::isfinite(inverses(torch::ones({1, 2, 2}))).all().item<bool>());
}

/// By hand: p = (0.1, 0.2), J = [[2, 0], [0, 1]]; q = (0, 0.25), I = [[1, 0.5], [0, 1]]. J I^-1 = [[2, -1], [0, 1]].
/// At z = (1, -1): T(z) = (0.1, 0.2) + [[2, -1], [0, 1]] (1, -1.25) = (3.35, -1.05), T(z) - z = (2.35, -0.05).
TEST(MotionOfPoints, IsTheAffineMapBetweenTheirSurroundings) {
  const KeyPoints onset = points_of({{0.1, 0.2}}, {matrix(2, 0, 0, 1)}),
                  apex = points_of({{0.0, 0.25}}, {matrix(1, 0.5, 0, 1)});
  const torch::Tensor motion = motion_of_points(onset, apex, 3, 3);
  ASSERT_EQ(motion.sizes().vec(), (std::vector<std::int64_t>{1, 1, 2, 3, 3}));
  EXPECT_NEAR(motion[0][0][0][0][2].item<double>(), 2.35, 1e-12);
  EXPECT_NEAR(motion[0][0][1][0][2].item<double>(), -0.05, 1e-12);
}

TEST(MotionOfPoints, IsExactlyRestForEqualPoints) {
  torch::manual_seed(4);
  const KeyPoints points{torch::rand({2, 5, 2}) * 2 - 1, torch::eye(2) + 0.3 * torch::randn({2, 5, 2, 2})};
  EXPECT_TRUE(motion_of_points(points, points, 8, 8).eq(0).all().item<bool>());
}

TEST(MotionOfPoints, HasTheGradientsOfItsFormula) {
  torch::manual_seed(5);
  const auto numbers = [](at::IntArrayRef sizes) { return 0.3 * torch::randn(sizes, torch::kFloat64); };
  torch::Tensor places = numbers({1, 2, 2}).set_requires_grad(true),
                jacobians = (torch::eye(2, torch::kFloat64) + numbers({1, 2, 2, 2})).detach().set_requires_grad(true);
  const KeyPoints onset{numbers({1, 2, 2}), torch::eye(2, torch::kFloat64) + numbers({1, 2, 2, 2})};
  const torch::Tensor weights = torch::randn({1, 2, 2, 3, 3}, torch::kFloat64);
  const auto value = [&] { return (motion_of_points(onset, {places, jacobians}, 3, 3) * weights).sum(); };
  value().backward();
  for (torch::Tensor* const of : {&places, &jacobians}) {
    const torch::NoGradGuard no_grad;
    torch::Tensor flat = of->view({-1});
    for (std::int64_t i = 0; i < flat.numel(); ++i) {
      constexpr double kStep = 1e-6;
      flat[i] += kStep;
      const double above = value().item<double>();
      flat[i] -= 2 * kStep;
      const double below = value().item<double>();
      flat[i] += kStep;
      EXPECT_NEAR((above - below) / (2 * kStep), of->grad().view({-1})[i].item<double>(), 1e-6);
    }
  }
}

/// A warp that turns, stretches, moves and bends.
PlaneWarp some_warp(std::int64_t count = 1) {
  return PlaneWarp(count, 0.1, 0.02, make_generator(6), torch::TensorOptions(torch::kFloat64));
}

TEST(PlaneWarp, IsTheAffineMapThatItIsMadeOf) {
  const torch::Tensor map = torch::tensor({{{2.0, 0.5, 0.1}, {-1.0, 1.0, 0.2}}}, torch::kFloat64);
  const PlaneWarp warp(map, torch::zeros({1, 25, 2}, torch::kFloat64));
  const torch::Tensor z = torch::tensor({{{0.5, -1.0}}}, torch::kFloat64);
  EXPECT_TRUE(torch::allclose(warp.places(z), torch::tensor({{{0.6, -1.3}}}, torch::kFloat64)));
  EXPECT_TRUE(torch::allclose(warp.jacobians(z), map.narrow(2, 0, 2).unsqueeze(1)));
}

TEST(PlaneWarp, HasTheDerivativeThatItSays) {
  const PlaneWarp warp = some_warp(2);
  torch::manual_seed(7);
  const torch::Tensor z = torch::rand({2, 9, 2}, torch::kFloat64) * 2 - 1, slope = warp.jacobians(z);
  for (std::int64_t axis = 0; axis < 2; ++axis) {
    constexpr double kStep = 1e-6;
    const torch::Tensor step = torch::zeros({2}, torch::kFloat64);
    step[axis] = kStep;
    const torch::Tensor measured = (warp.places(z + step) - warp.places(z - step)) / (2 * kStep);
    EXPECT_TRUE(torch::allclose(measured, slope.select(3, axis), 1e-5, 1e-6));
  }
}

TEST(PlaneWarp, ShowsAtAPlaceWhatWasWhereItLeads) {
  const torch::Tensor right =
      torch::tensor({{{1.0, 0.0, 0.5}, {0.0, 1.0, 0.0}}});  // by half of the middle to the border
  const PlaneWarp warp(right, torch::zeros({1, 25, 2}));
  const torch::Tensor ramp = torch::arange(5, torch::kFloat32).view({1, 1, 1, 5}).expand({1, 1, 4, 5}).contiguous();
  EXPECT_TRUE(torch::allclose(warp.pictures(ramp)[0][0][2], torch::tensor({1.F, 2.F, 3.F, 4.F, 4.F})));
}

TEST(Inequivariance, IsZeroForPointsThatFollowTheWarp) {
  const PlaneWarp warp = some_warp();
  const KeyPoints seen = points_of({{0.1, 0.4}, {-0.6, 0.3}}, {matrix(1, 0.1, -0.2, 0.9), matrix(1.2, 0, 0.3, 1)});
  const KeyPoints original{warp.places(seen.places), warp.jacobians(seen.places).matmul(seen.jacobians)};
  const Inequivariance none = inequivariance(original, seen, warp);
  EXPECT_NEAR(none.places.item<double>(), 0, 1e-12);
  EXPECT_NEAR(none.jacobians.item<double>(), 0, 1e-12);
  const Inequivariance some = inequivariance({original.places + 0.25, original.jacobians * 2}, seen, warp);
  EXPECT_NEAR(some.places.item<double>(), 0.25, 1e-12);
  EXPECT_NEAR(some.jacobians.item<double>(), 0.25, 1e-12) << "half the identity is left: two of four entries, by half";
}

}  // namespace
}  // namespace merkit::neural
