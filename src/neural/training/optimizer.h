#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

struct OptimizerConfig {
  std::string kind = "adam";  ///< "adam", "adamw" or "sgd"
  double weight_decay = 0;
  double momentum = 0.9;  ///< share of the last step that is kept; the first beta of Adam
};

/// Adam (Kingma, Ba, ICLR 2015), AdamW (Loshchilov, Hutter, ICLR 2019) and stochastic gradient descent with momentum,
/// with the constants and formulas of PyTorch's. In place of LibTorch's own, which goes over all weights about ten
/// times a step: here each is read and written once, which is what a step of a large and simple network waits for.
class Optimizer {
 public:
  /// Keeps the tensors, not copies. `rate_shares`: for each, which share of the learning rate it gets; empty: 1.
  Optimizer(std::vector<torch::Tensor> parameters, OptimizerConfig config, std::vector<double> rate_shares = {});

  void zero_grad();
  /// Parameters without gradient stay as they are.
  void step(double learning_rate);

  /// What it remembers from step to step, not copied: always the same tensors in the same order.
  std::vector<torch::Tensor> memory() const;

 private:
  OptimizerConfig config_;
  torch::Tensor steps_;  ///< how many there were, [1], int64
  std::vector<torch::Tensor> parameters_;
  std::vector<double> rate_shares_;
  std::vector<torch::Tensor> first_, second_;  ///< running means of gradient and squared gradient; momentum in first_
};

}  // namespace merkit::neural
