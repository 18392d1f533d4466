#include "merkit/core/error.h"
#include "neural/all_networks.h"
#include "neural/network_inputs.h"
#include "neural/tensors.h"
#include "neural/torch_version.h"
#include "support/synthetic_samples.h"

#include <algorithm>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::RecordingObserver;
using merkit::testing::synthetic_samples;
using merkit::testing::three_emotions;
using ::testing::HasSubstr;

TEST(EveryNetwork, SendsAGradientToEveryParameterThatLearnsFromLabels) {
  for (const auto& [name, recognizer] : all_networks()) {
    Network& network = network_of(*recognizer);
    const SampleSet samples = synthetic_samples(2, 3);
    const Tensors batch = fixed_inputs(network, samples);
    network.train();
    network.use_generator(make_generator(1));
    network.loss(batch, torch::tensor({0, 1, 2, 0, 1, 2}, torch::kInt64), {}).value.backward();
    for (const auto& parameter : network.named_parameters()) {
      if (network.rate_share(parameter.key()) == 0) continue;
      ASSERT_TRUE(parameter.value().grad().defined()) << name << " " << parameter.key();
      EXPECT_GT(parameter.value().grad().abs().sum().item<float>(), 0) << name << " " << parameter.key();
    }
  }
}

TEST(EveryNetwork, SendsAGradientToEveryParameterThatLearnsWithoutLabels) {
  int stages = 0;
  for (const auto& [name, recognizer] : all_networks()) {
    const Pretraining* const stage = network_of(*recognizer).pretraining();
    if (!stage) continue;
    ++stages;
    std::vector<Tensors> shown;
    for (const Sample& sample : synthetic_samples(2, 3)) shown.push_back(stage->encode(sample));
    stage->part->train();
    stage->loss(stacked(shown), make_generator(1)).backward();
    for (const auto& parameter : stage->part->named_parameters()) {
      ASSERT_TRUE(parameter.value().grad().defined()) << name << " " << parameter.key();
      EXPECT_GT(parameter.value().grad().abs().sum().item<float>(), 0) << name << " " << parameter.key();
    }
  }
  EXPECT_GE(stages, 2);
}

TEST(EveryNetwork, GivesOneRowOfLogitsASample) {
  for (const auto& [name, recognizer] : all_networks()) {
    Network& network = network_of(*recognizer);
    const torch::Tensor logits = network.forward(fixed_inputs(network, synthetic_samples(1, 5)));
    EXPECT_EQ(logits.sizes().vec(), (std::vector<std::int64_t>{5, 3})) << name;
  }
}

TEST(EveryNetwork, AnswersASampleTheSameAloneAndInABatch) {
  for (const auto& [name, recognizer] : all_networks()) {
    Network& network = network_of(*recognizer);
    const torch::NoGradGuard no_grad;
    const SampleSet samples = synthetic_samples(1, 5);
    const torch::Tensor together = network.forward(fixed_inputs(network, samples));
    for (std::size_t i = 0; i < samples.size(); ++i)
      EXPECT_TRUE(torch::allclose(together[static_cast<std::int64_t>(i)],
                                  network.forward(fixed_inputs(network, {samples[i]}))[0], 1e-4, 1e-3))
          << name << " " << i;
  }
}

TEST(Dropout, KeepsTheMeanAndDrawsFromItsOwnGenerator) {
  Dropout dropout(0.25);
  dropout->train();
  dropout->use_generator(make_generator(5));
  const torch::Tensor ones = torch::ones({100000});
  const torch::Tensor first = dropout->forward(ones);
  EXPECT_NEAR(first.mean().item<float>(), 1, 0.01);
  EXPECT_NEAR(first.eq(0).to(torch::kFloat32).mean().item<float>(), 0.25, 0.01);
  EXPECT_NEAR(first.max().item<float>(), 1 / 0.75, 1e-5);
  torch::manual_seed(123);  // the process-wide generator must not matter
  dropout->use_generator(make_generator(5));
  EXPECT_TRUE(dropout->forward(ones).equal(first));
  EXPECT_FALSE(dropout->forward(ones).equal(first));
  dropout->eval();
  EXPECT_TRUE(dropout->forward(ones).equal(ones));
}

TEST(Tensors, GoToModelFilesAndBack) {
  const auto recognizer = std::move(all_networks().front().second);
  Network& network = network_of(*recognizer);
  std::vector<ModelTensor> tensors;
  for (const auto& [name, value] : named_values(network)) tensors.push_back(to_model_tensor(name, value));
  const auto other = std::move(all_networks().front().second);
  {
    const torch::NoGradGuard no_grad;
    for (auto& parameter : network_of(*other).parameters()) parameter.zero_();
  }
  copy_into(network_of(*other), tensors, "m");
  const auto expected = named_values(network), actual = named_values(network_of(*other));
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_TRUE(expected[i].second.equal(actual[i].second)) << expected[i].first;
}

TEST(Tensors, OfOtherTypesDoNotGoIntoModelFiles) {
  EXPECT_THROW(to_model_tensor("half", torch::ones({2}, torch::kFloat16)), ModelError);
}

TEST(Devices, ThatAreAbsentAreNamedWithThoseThatAreThere) {
  EXPECT_EQ(device_from_string("cpu"), torch::Device(torch::kCPU));
  try {
    device_from_string("cuda:77");
    FAIL();
  } catch (const MachineError& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no device \"cuda:77\""));
    EXPECT_THAT(error.what(), HasSubstr("offer: cpu"));
  }
  for (const char* name : {"", "CPU", "cuda:", "cuda:-1", "cuda:1x", "cuda:99999999999"})
    EXPECT_THROW(device_from_string(name), ConfigError) << name;
  EXPECT_EQ(device_from_string("auto").is_cpu(), cuda_devices().empty());
}

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
