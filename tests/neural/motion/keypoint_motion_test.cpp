#include "neural/motion/keypoint_motion.h"

#include "merkit/core/error.h"
#include "neural/layers/hourglass.h"
#include "neural/motion/motion_learner.h"
#include "neural/motion/warp.h"
#include "neural/torch_version.h"
#include "neural/training/optimizer.h"

#include <array>
#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using ::testing::HasSubstr;

KeypointMotionConfig small() {
  KeypointMotionConfig config;
  config.points = 4;
  config.width = 8;
  config.generator_width = 8;
  config.residual_blocks = 1;
  return config;
}

/// Smooth textures [count, 3, size, size] about 0.5.
torch::Tensor textures(std::int64_t count, std::int64_t size, const at::Generator& generator) {
  const auto waves = [&](double amplitude, int cells) {
    const torch::Tensor both = random_displacement(count * 3, size, size, amplitude, cells, generator);
    return both.select(1, 0).view({count, 3, size, size});
  };
  return (0.5 + waves(0.5, 6) + waves(0.3, 16)).clamp(0, 1);
}

TEST(Hourglass, JoinsItsInputToMapsOfTheSameSize) {
  torch::manual_seed(1);
  Hourglass hourglass(3, std::vector<int>{8, 16, 32});
  const torch::Tensor maps = torch::rand({2, 3, 16, 24});
  const torch::Tensor result = hourglass->forward(maps);
  EXPECT_EQ(hourglass->out_channels(), 11);
  EXPECT_EQ(result.sizes().vec(), (std::vector<std::int64_t>{2, 11, 16, 24}));
  EXPECT_TRUE(result.narrow(1, 8, 3).equal(maps));
  // Down 3-8-16-32; up 32-16, 32-8 and 16-8, of maps joined with those of the same size. Norms have two a channel.
  std::int64_t count = 0;
  for (const auto& parameter : hourglass->parameters()) count += parameter.numel();
  EXPECT_EQ(count, 9 * (3 * 8 + 8 * 16 + 16 * 32 + 32 * 16 + 32 * 8 + 16 * 8) + 2 * (8 + 16 + 32 + 16 + 8 + 8));
}

TEST(Hourglass, SendsAGradientThroughEveryLevel) {
  torch::manual_seed(2);
  Hourglass hourglass(2, std::vector<int>{4, 4});
  hourglass->forward(torch::rand({2, 2, 8, 8})).square().sum().backward();
  for (const auto& parameter : hourglass->named_parameters())
    EXPECT_GT(parameter.value().grad().abs().sum().item<float>(), 0) << parameter.key();
}

TEST(KeypointDetector, BeginsWithIdentitiesAndFindsPointsInsideThePicture) {
  torch::manual_seed(8);
  KeypointDetector detector(6, std::vector<int>{8, 16, 32}, 3, 0.1);
  const KeyPoints points = detector->forward(torch::rand({3, 3, 16, 16}));
  EXPECT_EQ(points.places.sizes().vec(), (std::vector<std::int64_t>{3, 6, 2}));
  EXPECT_LE(points.places.abs().max().item<float>(), 1);
  EXPECT_TRUE(torch::allclose(points.jacobians, torch::eye(2).expand({3, 6, 2, 2})));
}

TEST(DenseMotion, MovesEverythingAsAllPointsDo) {
  torch::manual_seed(9);
  DenseMotionNet dense(3, std::vector<int>{8, 16}, 3, true);
  const torch::Tensor apex = torch::rand({2, 3, 2}) - 0.5, identities = torch::eye(2).expand({2, 3, 2, 2});
  const DenseMotion motion = dense->forward(torch::rand({2, 3, 16, 16}),
                                            {apex + torch::tensor({0.2F, -0.1F}), identities}, {apex, identities});
  EXPECT_EQ(motion.masks.sizes().vec(), (std::vector<std::int64_t>{2, 4, 16, 16}));
  EXPECT_TRUE(torch::allclose(motion.masks.sum(1), torch::ones({2, 16, 16})));
  EXPECT_EQ(motion.occlusion.sizes().vec(), (std::vector<std::int64_t>{2, 1, 16, 16}));
  // All but the first mask, which is at rest; 15 pixels are 2.
  const torch::Tensor moving = 1 - motion.masks.select(1, 0);
  EXPECT_TRUE(torch::allclose(motion.displacement.select(1, 0), moving * 1.5, 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(motion.displacement.select(1, 1), moving * -0.75, 1e-4, 1e-5));
}

TEST(KeypointMotion, IsAtRestBetweenEqualFaces) {
  torch::manual_seed(10);
  KeypointMotion motion(small());
  const torch::Tensor faces = textures(3, 32, make_generator(1));
  for (const bool training : {true, false}) {
    motion.train(training);
    EXPECT_LT(motion.displacement(faces, faces).abs().max().item<float>(), 1e-6) << training;
  }
}

TEST(KeypointMotion, GivesMotionAndAReconstructionOfTheSizeOfTheFaces) {
  torch::manual_seed(11);
  KeypointMotionConfig config = small();
  config.occlusion = true;
  KeypointMotion motion(config);
  motion.eval();
  const at::Generator chance = make_generator(2);
  const torch::Tensor onset = textures(2, 32, chance), apex = textures(2, 32, chance);
  const MotionEstimate estimate = motion.estimate(onset, apex);
  EXPECT_EQ(estimate.displacement.sizes().vec(), (std::vector<std::int64_t>{2, 2, 32, 32}));
  EXPECT_EQ(estimate.occlusion.sizes().vec(), (std::vector<std::int64_t>{2, 1, 16, 16}));
  EXPECT_EQ(estimate.reconstruction.sizes().vec(), (std::vector<std::int64_t>{2, 3, 32, 32}));
  EXPECT_TRUE(motion.displacement(onset, apex).equal(estimate.displacement));
}

TEST(KeypointMotion, SendsAGradientToEveryParameter) {
  torch::manual_seed(12);
  KeypointMotionConfig config = small();
  config.occlusion = true;
  KeypointMotion motion(config);
  const at::Generator chance = make_generator(3);
  motion.loss(textures(4, 32, chance), textures(4, 32, chance), chance).value.backward();
  for (const auto& parameter : motion.named_parameters()) {
    ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
    EXPECT_GT(parameter.value().grad().abs().sum().item<float>(), 0) << parameter.key();
  }
}

TEST(KeypointMotion, HidesNothingBeforeItsTimeHasCome) {
  torch::manual_seed(13);
  KeypointMotionConfig config = small();
  config.occlusion = true;
  config.occlusion_from = 0.5;
  KeypointMotion motion(config);
  const at::Generator chance = make_generator(4);
  const torch::Tensor onset = textures(2, 32, chance), apex = textures(2, 32, chance);
  const auto hides = [&](double progress) {
    motion.set_progress(progress);
    motion.zero_grad();
    motion.loss(onset, apex, chance).value.backward();
    const torch::Tensor gradient = motion.named_parameters()["dense.occlusion.weight"].grad();
    return gradient.defined() && gradient.abs().sum().item<float>() > 0;
  };
  EXPECT_FALSE(hides(0));
  EXPECT_FALSE(hides(0.49));
  EXPECT_TRUE(hides(0.5));
}

TEST(KeypointMotion, NeedsFacesOfASizeThatCanBeHalvedSoOften) {
  MotionLearningConfig config;
  config.kind = "keypoints";
  config.size = 32;
  config.keypoints.shrink = 4;
  try {
    MotionLearner learner(config);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("a greater multiple of 32, not 32"));
  }
  config.keypoints.shrink = 2;
  EXPECT_NO_THROW(MotionLearner{config});
}

/// Root mean square of the endpoint error in pixels.
double error_of(const torch::Tensor& found, const torch::Tensor& truth) {
  return std::sqrt((found - truth).square().sum(1).mean().item<double>());
}

/// Pairs of one face, which is never twice the same, moved by up to a pixel.
TEST(KeypointMotion, LearnsSubPixelMotionFromFacesAlone) {
  torch::manual_seed(14);
  KeypointMotionConfig config = small();
  config.points = 8;
  KeypointMotion motion(config);
  const at::Generator chance = make_generator(5);
  const torch::Tensor face = textures(1, 32, chance);
  const auto pairs = [&](std::int64_t count) {
    const auto draw = [&] { return random_displacement(count, 32, 32, 1.0, 3, chance); };
    const torch::Tensor onset = warped(face.expand({count, -1, -1, -1}), draw()), known = draw();
    return std::array<torch::Tensor, 3>{onset, warped(onset, known), known};
  };
  const auto test = pairs(32);
  Optimizer optimizer(motion.parameters(), {"adam", 0, 0.9});
  for (int step = 0; step < 150; ++step) {
    const auto [onset, apex, known] = pairs(8);
    optimizer.zero_grad();
    motion.loss(onset, apex, chance).value.backward();
    optimizer.step(4e-3);
  }
  motion.eval();
  const torch::NoGradGuard no_grad;
  const double rest = error_of(torch::zeros_like(test[2]), test[2]),
               learned = error_of(motion.displacement(test[0], test[1]), test[2]);
  EXPECT_LT(learned, 0.75 * rest) << rest;
}

}  // namespace
}  // namespace merkit::neural
