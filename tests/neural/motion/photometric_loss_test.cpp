#include "neural/motion/photometric_loss.h"

#include <cmath>

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

TEST(Likeness, OfEqualPicturesIsOne) {
  const torch::Tensor picture = torch::rand({2, 3, 12, 12});
  EXPECT_TRUE(torch::allclose(structural_similarity(picture, picture), torch::ones({2, 3, 6, 6}), 0, 1e-5));
  EXPECT_NEAR(photometric_difference(picture, picture).item<double>(), 0, 1e-6);
}

/// One window of 7 x 7: means, variances and covariance by definition, in double precision.
TEST(Likeness, IsTheFormulaOfWangEtAl) {
  torch::manual_seed(1);
  const torch::Tensor a = torch::rand({1, 1, 7, 7}, torch::kFloat64), b = torch::rand({1, 1, 7, 7}, torch::kFloat64);
  const double ma = a.mean().item<double>(), mb = b.mean().item<double>();
  const double va = (a - ma).square().mean().item<double>(), vb = (b - mb).square().mean().item<double>();
  const double cov = ((a - ma) * (b - mb)).mean().item<double>();
  const double expected = (2 * ma * mb + 1e-4) * (2 * cov + 9e-4) / ((ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4));
  EXPECT_NEAR(structural_similarity(a, b).item<double>(), expected, 1e-12);
}

TEST(Likeness, CharbonnierIsAbsoluteButSmoothAtRest) {
  const torch::Tensor differences = torch::tensor({0.0, 1.0, -3.0}, torch::kFloat64);
  const torch::Tensor values = charbonnier(differences, 0.1);
  EXPECT_EQ(values[0].item<double>(), 0);
  EXPECT_NEAR(values[1].item<double>(), std::sqrt(1.01) - 0.1, 1e-12);
  EXPECT_NEAR(values[2].item<double>(), std::sqrt(9.01) - 0.1, 1e-12);
}

TEST(Likeness, ComparesGradients) {
  const torch::Tensor flat = torch::zeros({1, 1, 3, 3});
  torch::Tensor step = flat.clone();
  step.index_put_({0, 0, torch::indexing::Slice(), 2}, 1);  // the last column: one jump of 1 in each of three rows
  EXPECT_NEAR(gradient_difference(flat, step).item<float>(), 3.F / 6, 1e-6);
  EXPECT_EQ(gradient_difference(step, step + 5).item<float>(), 0) << "brightness does not matter";
}

/// A jump of the displacement costs less where the picture jumps too.
TEST(Likeness, AllowsRoughnessAtEdges) {
  torch::Tensor displacement = torch::zeros({1, 2, 4, 4});
  displacement.index_put_({0, 0, torch::indexing::Slice(), torch::indexing::Slice(2)}, 1);
  torch::Tensor picture = torch::zeros({1, 3, 4, 4});
  EXPECT_NEAR(edge_aware_roughness(displacement, picture, 10).item<float>(), 4.F / 24, 1e-6);
  picture.index_put_({0, torch::indexing::Slice(), torch::indexing::Slice(), torch::indexing::Slice(2)}, 0.5);
  EXPECT_NEAR(edge_aware_roughness(displacement, picture, 10).item<float>(), 4.F / 24 * std::exp(-5.F), 1e-6);
}

}  // namespace
}  // namespace merkit::neural
