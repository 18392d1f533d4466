// Several networks that learn side by side.
#include "merkit/core/error.h"
#include "methods/all_networks.h"
#include "methods/network_inputs.h"
#include "neural/training/ensemble.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::RecordingObserver;
using merkit::testing::synthetic_samples;
using merkit::testing::three_emotions;
using ::testing::HasSubstr;

using Assignments = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<Recognizer> made(const char* members, const Assignments& settings = {}) {
  Settings config;
  for (const auto& [path, value] : Assignments{{"motion.size", "32"},
                                               {"motion.gradients.widths", "[8, 8]"},
                                               {"dim", "16"},
                                               {"motion.training.epochs", "2"},
                                               {"training.epochs", "2"},
                                               {"training.members", members},
                                               {"motion.frames", "3"}})
    config.set(path, value, "test");
  for (const auto& [path, value] : settings) config.set(path, value, "test");
  return catalog::frl_dgt().make_recognizer(config, three_emotions());
}

std::unique_ptr<Recognizer> fitted(const char* members, const Assignments& settings = {},
                                   const FitOptions& options = {}) {
  auto recognizer = made(members, settings);
  RecordingObserver observer;
  recognizer->fit(synthetic_samples(2, 3), options, observer);
  return recognizer;
}

TEST(Ensemble, GivesTheMeanOfItsMembersScores) {
  const auto recognizer = made("3");
  Network& network = network_of(*recognizer);
  const Tensors batch = fixed_inputs(network, synthetic_samples(1, 3));
  const torch::NoGradGuard no_grad;
  torch::Tensor mean = torch::zeros({3, 3});
  int members = 0;
  for (const auto& child : network.named_children()) {
    mean += torch::softmax(dynamic_cast<Network&>(*child.value()).forward(batch), 1) / 3;
    ++members;
  }
  EXPECT_EQ(members, 3);
  EXPECT_TRUE(torch::allclose(torch::softmax(network.forward(batch), 1), mean, 0, 1e-6));
}

TEST(Ensemble, HasOneStageWithoutLabelsForAll) {
  int displacements = 0, classifiers = 0;
  for (const ModelTensor& tensor : made("3")->tensor_layout()) {
    displacements += tensor.name.find("displacement.") != std::string::npos && tensor.name.find("member0.") == 0;
    EXPECT_FALSE(tensor.name.find("displacement.") != std::string::npos && tensor.name.find("member0.") != 0);
    classifiers += tensor.name.find("classifier.weight") != std::string::npos;
  }
  EXPECT_GT(displacements, 0);
  EXPECT_EQ(classifiers, 3);
}

/// The first member begins as a network alone does, so the stage without labels ends as that one's does, to the bit.
TEST(Ensemble, LearnsTheSameMotionAsOneNetworkAlone) {
  const auto one = fitted("1"), three = fitted("3");
  std::map<std::string, torch::Tensor> alone;
  for (const auto& [name, value] : named_values(network_of(*one))) alone[name] = value;
  int compared = 0;
  for (const auto& [name, value] : named_values(network_of(*three)))
    if (name.rfind("member0.displacement.", 0) == 0) {
      EXPECT_TRUE(value.equal(alone.at(name.substr(8)))) << name;
      ++compared;
    }
  EXPECT_GT(compared, 0);
}

TEST(Ensemble, TeachesEveryMemberAsIfItWereAlone) {
  const auto recognizer = made("2", {{"dropout", "0"}});
  Network& network = network_of(*recognizer);
  const Tensors batch = fixed_inputs(network, synthetic_samples(1, 3));
  const torch::Tensor labels = torch::tensor({0, 1, 2}, torch::kInt64);
  const Loss together = network.loss(batch, labels, {});
  together.value.backward();
  double mean = 0;
  for (const auto& child : network.named_children()) {
    auto& member = dynamic_cast<Network&>(*child.value());
    std::vector<torch::Tensor> gradients;
    for (auto& parameter : member.parameters())
      gradients.push_back(parameter.grad().defined() ? parameter.grad().clone() : torch::Tensor());
    member.zero_grad();
    const Loss alone = member.loss(batch, labels, {});
    alone.value.backward();
    mean += alone.value.item<double>() / 2;
    const auto parameters = member.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i)
      if (gradients[i].defined()) {
        EXPECT_TRUE(torch::allclose(parameters[i].grad(), gradients[i], 1e-4, 1e-6));
      }
  }
  EXPECT_NEAR(together.value.item<double>(), mean, 1e-5);
}

TEST(Ensemble, IsTheSameAfterSavingAndLoading) {
  const merkit::testing::TemporaryFolder folder;
  const auto recognizer = fitted("2");
  recognizer->save(folder / "m.safetensors");
  const auto loaded = made("1");  // how many members there are is part of the model
  loaded->load(ModelFile::read(folder / "m.safetensors"));
  const Sample sample = synthetic_samples(1, 1).front();
  EXPECT_EQ(loaded->recognize(sample).logits, recognizer->recognize(sample).logits);
  EXPECT_EQ(loaded->parameter_count(), recognizer->parameter_count());
  const Explanation explanation = loaded->explain(sample);
  EXPECT_EQ(explanation.prediction.logits, recognizer->recognize(sample).logits);
  EXPECT_TRUE(explanation.motion.has_value());
}

TEST(Ensemble, TakesItsMotionFromOneNetworkAndGivesItToOne) {
  const merkit::testing::TemporaryFolder folder;
  for (const auto& [from, to] : {std::pair("1", "2"), std::pair("2", "1")}) {
    const auto teacher = fitted(from);
    teacher->save(folder / "m.safetensors");
    FitOptions options;
    options.pretrained = std::make_shared<ModelFile>(ModelFile::read(folder / "m.safetensors"));
    const auto pupil = fitted(to, {}, options);
    const auto displacement = [](Recognizer& recognizer) {
      std::vector<torch::Tensor> values;
      for (const auto& [name, value] : named_values(network_of(recognizer)))
        if (name.find("displacement.") != std::string::npos) values.push_back(value);
      return values;
    };
    const auto taught = displacement(*teacher), taken = displacement(*pupil);
    ASSERT_EQ(taken.size(), taught.size());
    for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_TRUE(taken[i].equal(taught[i]));
  }
}

TEST(Ensemble, CannotGoOnLearningTheSharedPart) {
  try {
    made("2", {{"displacement_rate", "0.1"}});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("training.members"));
  }
}

}  // namespace
}  // namespace merkit::neural
