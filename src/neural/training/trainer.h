#pragma once

#include "merkit/core/state_store.h"
#include "merkit/learning/recognizer.h"
#include "neural/network.h"
#include "neural/training/training_config.h"

#include <cstdint>
#include <functional>
#include <string>

namespace merkit::neural {

/// A stage of training without labels.
struct Pretraining {
  TrainingConfig training;
  torch::nn::Module* part = nullptr;  ///< what learns
  /// What is shown of one sample, without batch dimension; the same sizes for all. On the CPU, from many threads.
  std::function<Tensors(const Sample&)> encode;
  /// Scalar, mean over the batch. Draws from the generator.
  std::function<torch::Tensor(const Tensors& batch, const at::Generator&)> loss;
  std::function<void(int epoch)> before_epoch;  ///< from 1
  /// All that decides the result besides samples, seed and first weights: methods in which these agree share the stage.
  std::string settings;
};

/// What a stage without labels is given besides samples.
struct PretrainingRun {
  std::uint64_t seed = 1;
  const StateStore* store = nullptr;  ///< where its state is kept and found again; null: nowhere
};

/// A training set, encoded, on the network's device.
struct TrainingData {
  Tensors inputs;
  torch::Tensor labels;  ///< [N], int64, in 0..classes-1
  int classes = 2;
  /// How many views of each sample there are: if not 1, the second dimension of `inputs` is for them, and one is drawn
  /// each time a sample is shown.
  int views = 1;
};

/// The stage with labels; the weights of the last epoch are kept. Everything that it draws (the order of samples, what
/// augmentation does) depends on the seed alone; class weights and sampling are estimated from `data`. `after_epoch` is
/// called with the number of each finished epoch, from 1, and finds the network in evaluation mode.
/// Its states are not kept: observers may want the network as it was after each epoch, which no later state gives back.
/// Throws ConfigError when the loss ceases to be finite or the network cannot be augmented, Interrupted when a stop was
/// requested, and whatever the callbacks throw.
void train(Network& network, const TrainingData& data, const TrainingConfig& config, std::uint64_t seed,
           FitObserver& observer, const std::function<void(int)>& after_epoch = {});

/// The stage without labels that some networks have before it: `inputs` are rows of what Pretraining::encode gives.
/// Throws like train().
void pretrain(const Pretraining& pretraining, const Tensors& inputs, const PretrainingRun& run, FitObserver& observer);

}  // namespace merkit::neural
