#include "merkit/core/error.h"
#include "methods/all_networks.h"
#include "methods/network_inputs.h"
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
      if (network.learning_rate_scale(parameter.key()) == 0) continue;
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

}  // namespace
}  // namespace merkit::neural
