#include "neural/spotting/spotting_ensemble.h"

#include "neural/training/ensemble.h"

namespace merkit::neural {

SpottingEnsemble::SpottingEnsemble(const RegionMotionConfig& input,
                                   std::vector<std::shared_ptr<SpottingNetwork>> members)
    : SpottingNetwork(input), members_(std::move(members)) {
  for (std::size_t i = 0; i < members_.size(); ++i) register_module("member" + std::to_string(i), members_[i]);
}

torch::Tensor SpottingEnsemble::forward(const Tensors& batch) {
  Tensors scores;
  for (const auto& member : members_) scores.push_back(member->forward(batch));
  return torch::stack(scores).mean(0);
}

Loss SpottingEnsemble::loss(const Tensors& batch, const torch::Tensor& labels, const torch::Tensor& class_weights) {
  Tensors losses, logits;
  for (const auto& member : members_) {
    const Loss own = member->loss(batch, labels, class_weights);
    losses.push_back(own.value);
    logits.push_back(own.logits);
  }
  return {loss_of_each(losses), torch::stack(logits).mean(0)};
}

}  // namespace merkit::neural
