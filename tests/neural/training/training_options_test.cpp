#include "merkit/core/error.h"
#include "neural/torch_version.h"
#include "neural/training/augmentation.h"
#include "neural/training/optimizer.h"
#include "neural/training/trainer.h"
#include "support/synthetic_samples.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::RecordingObserver;

/// One step of each on the same weights with the same gradients; PyTorch's own optimizer is the reference.
template <class Reference, class Options>
void expect_same_steps(const OptimizerConfig& config, const Options& options, double learning_rate) {
  torch::manual_seed(3);
  const torch::Tensor start = torch::randn({5, 7});
  torch::Tensor ours = start.clone().set_requires_grad(true), theirs = start.clone().set_requires_grad(true);
  Optimizer optimizer({ours}, config);
  Reference reference({theirs}, options);
  for (int step = 0; step < 20; ++step) {
    const torch::Tensor target = torch::randn({5, 7});
    for (torch::Tensor* weights : {&ours, &theirs}) {
      if (weights->grad().defined()) weights->mutable_grad().zero_();
      ((*weights - target).pow(2).sum() * (step % 3 + 1)).backward();
    }
    optimizer.step(learning_rate);
    reference.step();
  }
  EXPECT_LT((ours - theirs).abs().max().item<double>(), 2e-6);
  EXPECT_GT((ours - start).abs().max().item<double>(), 1e-3);
}

TEST(Optimizer, StepsAsThoseOfPyTorchDo) {
  namespace optim = torch::optim;
  expect_same_steps<optim::Adam>({"adam", 0, 0.9}, optim::AdamOptions(0.01), 0.01);
  expect_same_steps<optim::Adam>({"adam", 0.1, 0.9}, optim::AdamOptions(0.01).weight_decay(0.1), 0.01);
  expect_same_steps<optim::Adam>({"adam", 0, 0.5}, optim::AdamOptions(0.01).betas({0.5, 0.999}), 0.01);
  expect_same_steps<optim::AdamW>({"adamw", 0.5, 0.9}, optim::AdamWOptions(0.01).weight_decay(0.5), 0.01);
  expect_same_steps<optim::SGD>({"sgd", 0.1, 0.9}, optim::SGDOptions(0.001).momentum(0.9).weight_decay(0.1), 0.001);
}

TEST(Optimizer, TakesTheSameStepsInDoublePrecision) {
  for (const char* kind : {"adam", "adamw"}) {
    torch::Tensor single = torch::linspace(-1, 1, 9).set_requires_grad(true);
    torch::Tensor exact = single.detach().to(torch::kFloat64).set_requires_grad(true);
    Optimizer fast({single}, {kind, 0.1, 0.9}), plain({exact}, {kind, 0.1, 0.9});
    for (int step = 0; step < 10; ++step) {
      fast.zero_grad();
      plain.zero_grad();
      single.pow(4).sum().backward();
      exact.pow(4).sum().backward();
      fast.step(0.05);
      plain.step(0.05);
    }
    EXPECT_LT((single.to(torch::kFloat64) - exact).abs().max().item<double>(), 1e-5) << kind;
  }
}

TEST(Schedule, FallsByStepsOrGeometricallyUntilItsEnd) {
  const ScheduleConfig constant;
  EXPECT_EQ(constant.at(1, 500), 1);
  EXPECT_EQ(constant.at(500, 500), 1);
  const ScheduleConfig step{"step", 10, 0.5, 0};
  EXPECT_EQ(step.at(10, 500), 1);
  EXPECT_EQ(step.at(11, 500), 0.5);
  EXPECT_EQ(step.at(31, 500), 0.125);
  const ScheduleConfig exponential{"exponential", 10, 0.9, 3};
  EXPECT_EQ(exponential.at(1, 500), 1);
  EXPECT_NEAR(exponential.at(3, 500), 0.81, 1e-12);
  EXPECT_NEAR(exponential.at(4, 500), 0.729, 1e-12);
  EXPECT_EQ(exponential.at(100, 500), exponential.at(4, 500));
}

TEST(Schedule, RisesAndThenFallsAlongHalfAWave) {
  ScheduleConfig cosine;
  cosine.kind = "cosine";
  cosine.factor = 0.1;
  cosine.warm_up = 3;
  EXPECT_NEAR(cosine.at(1, 14), 0.25, 1e-12);
  EXPECT_NEAR(cosine.at(3, 14), 0.75, 1e-12);
  EXPECT_NEAR(cosine.at(4, 14), 1, 1e-12);
  EXPECT_NEAR(cosine.at(9, 14), 0.55, 1e-12) << "half way down";
  EXPECT_NEAR(cosine.at(14, 14), 0.1, 1e-12);
  EXPECT_EQ(cosine.at(4, 4), 1) << "no way to go";
}

/// Notes what a training does with it; its one weight learns nothing.
struct Spy final : Network {
  torch::Tensor weight, counts, class_weights;
  std::vector<float> shown;
  Spy() { weight = register_parameter("weight", torch::zeros({1, 3})); }
  Tensors encode(const Sample&) const override { return {torch::zeros({1})}; }
  torch::Tensor forward(const Tensors& batch) override {
    const torch::Tensor values = batch[0].contiguous();
    shown.insert(shown.end(), values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
    return values.matmul(weight);
  }
  Loss loss(const Tensors& batch, const torch::Tensor& labels, const torch::Tensor& weights) override {
    class_weights = weights;
    return Network::loss(batch, labels, weights);
  }
  void see_class_counts(const torch::Tensor& given) override { counts = given; }
};

/// Eight samples of class 0 and two of class 1; class 2 is absent. Sample values are their labels.
void train_spy(Spy& spy, const TrainingConfig& config) {
  const torch::Tensor labels = torch::tensor({0, 0, 1, 0, 0, 0, 1, 0, 0, 0}, torch::kInt64);
  RecordingObserver observer;
  train(spy, {{labels.to(torch::kFloat32).unsqueeze(1)}, labels, 3}, config, 1, observer);
}

TEST(Trainer, WeighsClassesByTheirNumbersWhenTold) {
  Spy spy;
  TrainingConfig config;
  config.epochs = 1;
  train_spy(spy, config);
  EXPECT_TRUE(spy.counts.equal(torch::tensor({8.f, 2.f, 0.f})));
  EXPECT_FALSE(spy.class_weights.defined());
  config.class_weights = "balanced";
  train_spy(spy, config);
  EXPECT_TRUE(torch::allclose(spy.class_weights, torch::tensor({0.625f, 2.5f, 0.f})));
}

TEST(Trainer, DrawsClassesEquallyOftenWhenTold) {
  Spy spy;
  TrainingConfig config;
  config.epochs = 200;
  config.sampling = "balanced";
  train_spy(spy, config);
  ASSERT_EQ(spy.shown.size(), 2000u);
  EXPECT_NEAR(static_cast<double>(std::count(spy.shown.begin(), spy.shown.end(), 1.f)) / 2000, 0.5, 0.04);
}

TEST(Trainer, RefusesAugmentationThatAMethodDoesNotKnow) {
  Spy spy;
  TrainingConfig config;
  config.augmentation.noise = 0.1;
  EXPECT_THROW(train_spy(spy, config), ConfigError);
}

TEST(Augmentation, MirrorsImagesAndTheirHorizontalMotion) {
  MotionInputConfig input;
  input.channels = {"u", "v"};
  const torch::Tensor images = torch::tensor({0.f, 10.f, 255.f, 1.f, 2.f, 3.f}).reshape({1, 2, 1, 3});
  AugmentationConfig mirror;
  mirror.mirror = 1;
  const torch::Tensor scaled = augmented_motion(images, input, mirror, make_generator(1));
  EXPECT_TRUE(scaled.equal(torch::tensor({0.f, 245.f, 255.f, 3.f, 2.f, 1.f}).reshape({1, 2, 1, 3})));
  input.scaling = "fixed";
  const torch::Tensor fixed = augmented_motion(images, input, mirror, make_generator(1));
  EXPECT_TRUE(fixed.equal(torch::tensor({-255.f, -10.f, 0.f, 3.f, 2.f, 1.f}).reshape({1, 2, 1, 3})));
}

TEST(Augmentation, ShiftsEachImageByItself) {
  const MotionInputConfig input;
  const torch::Tensor images = torch::arange(16, torch::kFloat32).reshape({1, 1, 4, 4}).expand({50, 3, 4, 4});
  AugmentationConfig shift;
  shift.shift_px = 1;
  const torch::Tensor shifted = augmented_motion(images, input, shift, make_generator(1));
  std::set<float> centres;
  for (int i = 0; i < 50; ++i) centres.insert(shifted[i][0][1][1].item<float>());
  EXPECT_EQ(centres, (std::set<float>{0, 1, 2, 4, 5, 6, 8, 9, 10}));
  EXPECT_EQ(shifted.min().item<float>(), 0);
  EXPECT_EQ(shifted.max().item<float>(), 15);
}

TEST(Augmentation, ChangesTheSizeOfMotionOfEachSampleByItself) {
  MotionInputConfig input;
  input.scaling = "fixed";
  const torch::Tensor images = torch::linspace(-1, 1, 3 * 64).view({1, 3, 8, 8}).expand({400, 3, 8, 8});
  AugmentationConfig size;
  size.scale = 0.5;
  const torch::Tensor factors = augmented_motion(images, input, size, make_generator(9)) / images;  // [400, 3, 8, 8]
  EXPECT_TRUE(torch::allclose(factors, factors.narrow(1, 0, 1).narrow(2, 0, 1).narrow(3, 0, 1).expand_as(factors)));
  const torch::Tensor logarithms = factors.select(1, 0).select(1, 0).select(1, 0).log();
  EXPECT_NEAR(logarithms.max().item<double>(), std::log(1.5), 0.01);
  EXPECT_NEAR(logarithms.min().item<double>(), -std::log(1.5), 0.01);
  EXPECT_NEAR(logarithms.mean().item<double>(), 0, 0.03);
  input.scaling = "minmax";
  EXPECT_TRUE(augmented_motion(images, input, size, make_generator(9)).equal(images)) << "which do not tell the size";
}

TEST(Augmentation, AddsNoiseOfTheGivenStrengthAndDependsOnItsGeneratorAlone) {
  const MotionInputConfig input;
  const torch::Tensor images = torch::full({20, 3, 28, 28}, 100.f);
  AugmentationConfig noise;
  noise.noise = 0.02;
  const torch::Tensor first = augmented_motion(images, input, noise, make_generator(7));
  EXPECT_NEAR((first - 100).std().item<double>(), 0.02 * 255, 0.1);
  EXPECT_TRUE(first.equal(augmented_motion(images, input, noise, make_generator(7))));
  EXPECT_FALSE(first.equal(augmented_motion(images, input, noise, make_generator(8))));
}

}  // namespace
}  // namespace merkit::neural
