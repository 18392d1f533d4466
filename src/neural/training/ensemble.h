#pragma once

#include "neural/network.h"

#include <memory>

namespace merkit::neural {

/// The loss of members that each learn as they would alone; its figure is the mean of theirs. At least one.
torch::Tensor loss_of_each(const Tensors& losses);

/// Several networks of one kind that learn from the same batches, differing in their first weights and in what dropout
/// leaves out; the class scores are the mean of theirs. What small networks learn from few clips differs more from one
/// training to the next than most changes of method do, and the mean of several does not have that part of the error
/// (Hansen, Salamon: Neural network ensembles, PAMI 1990, doi:10.1109/34.58871).
///
/// The part that learns without labels is that of the first member alone and computes for all (Network::fixed).
/// Pictures and attention are those of the first member.
class Ensemble final : public Network {
 public:
  static constexpr const char* kFirst = "member0";  ///< name of the first member's module

  /// At least two. Throws ConfigError where the part that learns without labels goes on learning with labels.
  explicit Ensemble(std::vector<std::shared_ptr<Network>> members);

  Tensors encode(const Sample& sample) const override { return first().encode(sample); }
  torch::Tensor forward(const Tensors& batch) override;
  Loss loss(const Tensors& batch, const torch::Tensor& labels, const torch::Tensor& class_weights) override;
  void see_class_counts(const torch::Tensor& counts) override;
  const Pretraining* pretraining() const override { return first().pretraining(); }
  Tensors frozen_features(const Tensors& batch) override { return first().frozen_features(batch); }
  double learning_rate_scale(const std::string& parameter) const override;
  Tensors augmented(const Tensors& batch, const AugmentationConfig& config,
                    const at::Generator& generator) const override {
    return first().augmented(batch, config, generator);
  }
  std::string input_kind() const override { return first().input_kind(); }

 private:
  Network& first() const { return *members_.front(); }

  std::vector<std::shared_ptr<Network>> members_;
};

}  // namespace merkit::neural
