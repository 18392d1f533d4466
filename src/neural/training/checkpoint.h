#pragma once

#include "neural/training/optimizer.h"

#include <string>
#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

struct EpochFigures {
  double loss = 0, accuracy = 0;
};

/// All that a stage of training needs to go on as if it had never been interrupted: the values of a module, what the
/// optimizer remembers, the states of the generators, and the figures of the epochs done.
class Checkpoint {
 public:
  /// Keeps references to what it speaks of, and handles of the generators.
  Checkpoint(torch::nn::Module& module, Optimizer& optimizer, std::vector<at::Generator> generators);

  const std::vector<EpochFigures>& epochs() const { return epochs_; }
  void add(const EpochFigures& figures) { epochs_.push_back(figures); }

  /// For restore().
  std::string text() const;
  /// Takes over what text() gave of an equal stage. Changes nothing where the text is of another stage or damaged.
  void restore(const std::string& text);

 private:
  /// Values of the module, then those of the optimizer; sharing memory with them.
  std::vector<torch::Tensor> values() const;

  torch::nn::Module& module_;
  Optimizer& optimizer_;
  std::vector<at::Generator> generators_;
  std::vector<EpochFigures> epochs_;
};

}  // namespace merkit::neural
