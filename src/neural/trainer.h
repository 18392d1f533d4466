#pragma once

#include "merkit/methods/recognizer.h"
#include "neural/network.h"

#include <cstdint>
#include <string>

namespace merkit::neural {

struct TrainingConfig {
  int epochs = 100;
  int batch_size = 32;
  double learning_rate = 1e-3;
  double weight_decay = 0;
  bool shuffle = true;
  std::string optimizer = "adam";
};

template <class Visitor>
void fields(Visitor&& visit, TrainingConfig& c) {
  const auto at_least_one = [](int n) { return n >= 1 ? nullptr : "must be at least 1"; };
  visit("epochs", c.epochs, "passes over the training set", at_least_one);
  visit("batch_size", c.batch_size, "samples a step", at_least_one);
  visit("learning_rate", c.learning_rate, "step size of the optimizer",
        [](double r) { return r > 0 ? nullptr : "must be positive"; });
  visit("weight_decay", c.weight_decay, "L2 penalty on all weights",
        [](double d) { return d >= 0 ? nullptr : "must not be negative"; });
  visit("shuffle", c.shuffle, "draw a new order of the samples each epoch");
  visit("optimizer", c.optimizer, "adam",
        [](const std::string& name) { return name == "adam" ? nullptr : "must be adam"; });
}

/// The one training loop. `inputs` and `labels` hold the whole set, encoded, on the network's device; the weights of
/// the last epoch are kept. The order of samples depends on `seed` alone. Throws ConfigError when the loss ceases to be
/// finite, Interrupted when a stop was requested, and whatever the observer throws.
void train(Network& network, const Tensors& inputs, const torch::Tensor& labels, const TrainingConfig& config,
           std::uint64_t seed, FitObserver& observer);

}  // namespace merkit::neural
