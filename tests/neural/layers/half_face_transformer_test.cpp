#include "neural/layers/half_face_transformer.h"

#include <cmath>

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

HalfFaceOptions small(bool sides_differ) {
  HalfFaceOptions options;
  options.size = 16;
  options.patch = 4;
  options.depth = 2;
  options.sides_differ = sides_differ;
  options.block.width = 12;
  options.block.heads = 3;
  options.block.mlp_ratio = 2;
  return options;
}

/// Two pictures and what they are in a mirror that negates the first channel.
struct Seen {
  torch::Tensor maps, mirrored;
};

Seen seen() {
  torch::manual_seed(1);
  const torch::Tensor maps = torch::randn({2, 3, 16, 16});
  return {maps, maps.flip({3}) * torch::tensor({-1.F, 1.F, 1.F}).view({3, 1, 1})};
}

TEST(HalfFaceTransformer, GivesAClassTokenEachAndPatchesOfHalves) {
  torch::manual_seed(2);
  HalfFaceTransformer transformer(small(true));
  transformer->eval();
  const auto [maps, mirrored] = seen();
  const HalfFaces halves = transformer->forward(maps, mirrored);
  for (const torch::Tensor& token : {halves.global, halves.left, halves.right})
    EXPECT_EQ(token.sizes().vec(), (std::vector<std::int64_t>{2, 12}));
  EXPECT_EQ(transformer->patches(), 8);  // four rows of two
  for (const torch::Tensor& patches : {halves.left_patches, halves.right_patches})
    EXPECT_EQ(patches.sizes().vec(), (std::vector<std::int64_t>{2, 8, 12}));
}

TEST(HalfFaceTransformer, ExchangesTheHalvesOfAMirroredFaceWhereSidesDoNotDiffer) {
  const torch::NoGradGuard no_grad;
  const auto [maps, mirrored] = seen();
  for (const bool differ : {false, true}) {
    torch::manual_seed(3);
    HalfFaceTransformer transformer(small(differ));
    transformer->eval();
    const HalfFaces face = transformer->forward(maps, mirrored), other = transformer->forward(mirrored, maps);
    const auto alike = [](const torch::Tensor& a, const torch::Tensor& b) { return torch::allclose(a, b, 1e-4, 1e-5); };
    EXPECT_EQ(alike(face.global, other.global), !differ);
    EXPECT_EQ(alike(face.left, other.right), !differ);
    EXPECT_EQ(alike(face.right, other.left), !differ);
    EXPECT_EQ(alike(face.left_patches, other.right_patches), !differ);
    EXPECT_FALSE(alike(face.left, face.right)) << "the halves do not look alike";
  }
}

TEST(HalfFaceTransformer, SeesNothingOfAHalfInThePatchesOfTheOther) {
  const torch::NoGradGuard no_grad;
  HalfFaceTransformer transformer([] {
    HalfFaceOptions options = small(true);
    options.depth = 1;
    return options;
  }());
  for (auto& parameter : transformer->named_parameters())  // no branch: tokens stay what the embedding makes of them
    if (parameter.key().find("out.") != std::string::npos) parameter.value().zero_();
  transformer->eval();
  const auto [maps, mirrored] = seen();
  torch::Tensor changed = maps.clone(), changed_mirrored = mirrored.clone();
  changed.slice(3, 8).add_(1);
  changed_mirrored.slice(3, 0, 8).add_(1);
  const HalfFaces before = transformer->forward(maps, mirrored),
                  after = transformer->forward(changed, changed_mirrored);
  EXPECT_TRUE(before.left_patches.equal(after.left_patches));
  EXPECT_FALSE(before.right_patches.equal(after.right_patches));
}

/// Attention in order of the picture: what a change of one patch changes most is that patch's own embedding.
TEST(HalfFaceTransformer, ShowsAttentionInOrderOfThePicture) {
  const torch::NoGradGuard no_grad;
  HalfFaceOptions options = small(false);
  options.depth = 1;
  torch::manual_seed(4);
  HalfFaceTransformer transformer(options);
  transformer->eval();
  const auto [maps, mirrored] = seen();
  const torch::Tensor before = transformer->attention_weights(maps, mirrored);
  ASSERT_EQ(before.sizes().vec(), (std::vector<std::int64_t>{2, 3, 17, 17}));
  EXPECT_LT(before.sum(3).max().item<float>(), 1);
  for (const std::int64_t place : {0, 3, 6, 15}) {  // row by row, four in a row
    torch::Tensor changed = maps.clone();
    changed.slice(2, place / 4 * 4, place / 4 * 4 + 4).slice(3, place % 4 * 4, place % 4 * 4 + 4).mul_(5);
    const torch::Tensor mirror = changed.flip({3}) * torch::tensor({-1.F, 1.F, 1.F}).view({3, 1, 1});
    // Compared with another patch in a row, so that the sum of the softmax does not matter.
    const torch::Tensor ratio = (transformer->attention_weights(changed, mirror) / before).log().select(2, 0);
    const torch::Tensor change = (ratio - ratio.slice(2, 0, 1)).abs().sum(0).sum(0);  // [17]
    EXPECT_EQ(change.argmax().item<std::int64_t>(), 1 + place);
    EXPECT_LT(change.sum().item<float>() - change.max().item<float>(), 1e-3);
  }
}

/// By hand: l = e1, e2 and r = e1, (e1 + e2) / root 2, temperature 1, with s = 1 / root 2. l.r = [[1, s], [0, s]].
TEST(SymmetricContrast, IsTheMeanOfBothCrossEntropies) {
  const torch::Tensor left = torch::tensor({{{1.0, 0.0}, {0.0, 3.0}}}, torch::kFloat64),
                      right = torch::tensor({{{2.0, 0.0}, {1.0, 1.0}}}, torch::kFloat64);
  const double s = std::sqrt(0.5), e = std::exp(1.0), es = std::exp(s);
  const double rows = std::log(e / (e + es)) + std::log(es / (1 + es));
  const double columns = std::log(e / (e + 1)) + std::log(es / (es + es));
  EXPECT_NEAR(symmetric_contrast(left, right, 1).item<double>(), -(rows + columns) / 4, 1e-12);
}

TEST(SymmetricContrast, IsSmallWherePlacesAreFoundAndLargeWhereTheyAreExchanged) {
  const torch::Tensor left = torch::eye(4).unsqueeze(0);
  EXPECT_LT(symmetric_contrast(left, left, 0.1).item<float>(), 0.001F);
  EXPECT_GT(symmetric_contrast(left, left.flip({1}), 0.1).item<float>(), 9.F);
  EXPECT_NEAR(symmetric_contrast(left, torch::ones({1, 4, 4}), 0.1).item<float>(), std::log(4.0), 1e-5);
}

TEST(SymmetricContrast, HasTheGradientOfItsFormula) {
  torch::manual_seed(5);
  torch::Tensor left = torch::randn({2, 3, 4}, torch::kFloat64).set_requires_grad(true);
  const torch::Tensor right = torch::randn({2, 3, 4}, torch::kFloat64);
  symmetric_contrast(left, right, 0.5).backward();
  const torch::NoGradGuard no_grad;
  torch::Tensor flat = left.view({-1});
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    constexpr double kStep = 1e-6;
    flat[i] += kStep;
    const double above = symmetric_contrast(left, right, 0.5).item<double>();
    flat[i] -= 2 * kStep;
    const double below = symmetric_contrast(left, right, 0.5).item<double>();
    flat[i] += kStep;
    EXPECT_NEAR((above - below) / (2 * kStep), left.grad().view({-1})[i].item<double>(), 1e-7);
  }
}

}  // namespace
}  // namespace merkit::neural
