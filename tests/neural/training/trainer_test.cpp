#include "neural/training/trainer.h"

#include "merkit/core/error.h"
#include "support/synthetic_samples.h"

#include <algorithm>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::RecordingObserver;

/// Remembers in which batches it saw which sample; sample i is the constant i.
struct Spy final : Network {
  torch::Tensor weight;
  std::vector<std::vector<float>> batches;
  Spy() { weight = register_parameter("weight", torch::zeros({1, 2})); }
  Tensors encode(const Sample&) const override { return {torch::zeros({1})}; }
  torch::Tensor forward(const Tensors& batch) override {
    const torch::Tensor values = batch[0].contiguous();
    batches.emplace_back(values.data_ptr<float>(), values.data_ptr<float>() + values.numel());
    return values.matmul(weight);
  }
};

std::vector<std::vector<float>> batches_of(bool shuffle, std::uint64_t seed) {
  Spy spy;
  TrainingConfig config;
  config.epochs = 2;
  config.batch_size = 4;
  config.shuffle = shuffle;
  RecordingObserver observer;
  const torch::Tensor samples = torch::arange(10, torch::kFloat32).unsqueeze(1);
  train(spy, {{samples}, samples.squeeze(1).gt(4).to(torch::kInt64), 2}, config, seed, observer);
  return spy.batches;
}

TEST(Trainer, ShowsEverySampleOnceAnEpoch) {
  for (const bool shuffle : {false, true}) {
    const auto batches = batches_of(shuffle, 3);
    ASSERT_EQ(batches.size(), 6u);
    for (int epoch = 0; epoch < 2; ++epoch) {
      std::vector<float> seen;
      for (int i = 0; i < 3; ++i) seen.insert(seen.end(), batches[3 * epoch + i].begin(), batches[3 * epoch + i].end());
      EXPECT_EQ(std::is_sorted(seen.begin(), seen.end()), !shuffle);
      EXPECT_THAT(seen, ::testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
      EXPECT_EQ(batches[3 * epoch + 2].size(), 2u);
    }
  }
}

TEST(Trainer, ShufflesByTheSeedAndDifferentlyEachEpoch) {
  const auto first = batches_of(true, 3), again = batches_of(true, 3), other = batches_of(true, 4);
  EXPECT_EQ(first, again);
  EXPECT_NE(first, other);
  EXPECT_NE(first[0], first[3]);
}

TEST(Trainer, ReportsMeanLossAndAccuracy) {
  Spy spy;  // starts with equal logits: loss ln 2
  TrainingConfig config;
  config.epochs = 1;
  config.batch_size = 100;
  RecordingObserver observer;
  train(spy, {{torch::ones({4, 1})}, torch::tensor({0, 0, 0, 1}, torch::kInt64), 2}, config, 1, observer);
  ASSERT_EQ(observer.losses.size(), 1u);
  EXPECT_NEAR(observer.losses[0], 0.693147, 1e-5);
  EXPECT_NEAR(observer.accuracies[0], 0.75, 1e-9);
}

TEST(Trainer, SaysWhenTrainingDiverges) {
  Spy spy;
  TrainingConfig config;
  RecordingObserver observer;
  const torch::Tensor samples = torch::full({4, 1}, std::numeric_limits<float>::infinity());
  EXPECT_THROW(train(spy, {{samples}, torch::tensor({0, 1, 0, 1}, torch::kInt64), 2}, config, 1, observer),
               ConfigError);
}

}  // namespace
}  // namespace merkit::neural
