// A stage of training that is interrupted and goes on must end as if it had not been.

#include "neural/training/stage.h"

#include "neural/torch_version.h"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

/// Keeps every state it is given, under no matter which key.
struct Shelf final : StateStore {
  mutable std::optional<std::string> state;
  std::optional<std::string> find(const ContentHash&) const override { return state; }
  void put(const ContentHash&, std::string_view text) const override { state = std::string(text); }
  std::shared_ptr<void> claim(const ContentHash&) const override { return {}; }
};

struct Layers : torch::nn::Module {
  torch::nn::Linear first{nullptr}, second{nullptr};
  torch::nn::BatchNorm1d norm{nullptr};
  Layers() {
    torch::manual_seed(8);
    first = register_module("first", torch::nn::Linear(3, 4));
    norm = register_module("norm", torch::nn::BatchNorm1d(4));
    second = register_module("second", torch::nn::Linear(4, 2));
  }
};

struct Outcome {
  std::vector<torch::Tensor> values;
  std::vector<double> losses;
};

/// `epochs` of training with noise.
Outcome trained(int epochs, const StateStore* store, const char* optimizer = "adam") {
  Layers layers;
  torch::manual_seed(9);
  Stage stage;
  stage.config.epochs = epochs;
  stage.config.batch_size = 5;
  stage.config.optimizer = optimizer;
  stage.config.learning_rate = 0.01;
  stage.module = &layers;
  stage.inputs = {torch::randn({17, 3})};
  stage.labels = stage.inputs[0].select(1, 0).gt(0).to(torch::kInt64);
  stage.store = store;
  const at::Generator noise = make_generator(4);
  stage.generators = {noise};
  stage.loss = [&](const Tensors& batch, const torch::Tensor& labels) {
    const torch::Tensor shaken = batch[0] + 0.1 * torch::randn(batch[0].sizes(), noise, torch::kFloat32);
    const torch::Tensor logits = layers.second->forward(layers.norm->forward(layers.first->forward(shaken)));
    return Loss{torch::nn::functional::cross_entropy(logits, labels), logits};
  };
  Outcome outcome;
  stage.after_epoch = [&](int, double loss, double) { outcome.losses.push_back(loss); };
  run(stage);
  outcome.values = layers.parameters();
  for (const auto& buffer : layers.buffers()) outcome.values.push_back(buffer);
  return outcome;
}

void expect_same(const Outcome& a, const Outcome& b) {
  EXPECT_EQ(a.losses, b.losses);
  ASSERT_EQ(a.values.size(), b.values.size());
  for (std::size_t i = 0; i < a.values.size(); ++i) EXPECT_TRUE(a.values[i].equal(b.values[i])) << i;
}

TEST(Stage, ThatIsDoneIsNotDoneAgain) {
  for (const char* optimizer : {"adam", "sgd"}) {
    const Shelf shelf;
    const Outcome first = trained(6, &shelf, optimizer);
    ASSERT_TRUE(shelf.state.has_value());
    expect_same(trained(6, &shelf, optimizer), first);
    expect_same(trained(6, nullptr, optimizer), first);
  }
}

/// The state after four epochs is that of a stage of four; one of nine goes on from there.
TEST(Stage, GoesOnFromAStateToTheSameWeightsToTheBit) {
  for (const char* optimizer : {"adam", "adamw", "sgd"}) {
    const Shelf shelf;
    trained(4, &shelf, optimizer);
    expect_same(trained(9, &shelf, optimizer), trained(9, nullptr, optimizer));
  }
}

TEST(Stage, BeginsAnewWhereTheStateIsDamagedOrOfAnotherStage) {
  const Outcome whole = trained(3, nullptr);
  const Shelf shelf;
  shelf.state = "no state at all";
  expect_same(trained(3, &shelf), whole);
  trained(3, &shelf, "sgd");
  shelf.state = shelf.state->substr(0, shelf.state->size() / 2);
  expect_same(trained(3, &shelf), whole);
  shelf.state.reset();
  trained(3, &shelf, "sgd");  // remembers other things than Adam does
  expect_same(trained(3, &shelf), whole);
}

}  // namespace
}  // namespace merkit::neural
