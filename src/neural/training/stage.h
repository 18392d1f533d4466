#pragma once

#include "merkit/core/state_store.h"
#include "neural/training/trainer.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace merkit::neural {

/// One stage of training, for the one loop that all stages share. Everything that it draws depends on `seed` and on the
/// states of `generators`.
struct Stage {
  TrainingConfig config;
  torch::nn::Module* module = nullptr;  ///< what learns; in training mode during an epoch, in evaluation mode after it
  Tensors inputs;                       ///< [N, ...] each
  torch::Tensor labels;                 ///< [N], int64; undefined where nothing is to be named
  torch::Tensor class_counts;           ///< [classes], float; for balanced sampling
  std::uint64_t seed = 1;

  /// The learning rate of a parameter, by its name in `module`, as a share of the stage's. Empty: 1 for all.
  std::function<double(const std::string&)> learning_rate_scale;
  std::function<Loss(const Tensors& batch, const torch::Tensor& labels)> loss;
  std::function<void(int epoch)> before_epoch;  ///< from 1; empty: nothing
  /// After each epoch, from 1: mean loss and share of samples classified rightly (0 without labels).
  std::function<void(int epoch, double loss, double accuracy)> after_epoch;

  /// Where the stage's state is kept from time to time, and found again; null: nowhere. A stage that goes on from such
  /// a state reports the epochs before it again and ends with the same weights, to the bit.
  const StateStore* store = nullptr;
  ContentHash key;                        ///< of everything that decides the result
  std::vector<at::Generator> generators;  ///< that `loss` draws from
};

/// Throws ConfigError when the loss ceases to be finite, Interrupted when a stop was requested, and whatever the
/// callbacks throw.
void run(const Stage& stage);

}  // namespace merkit::neural
