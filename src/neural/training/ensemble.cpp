#include "neural/training/ensemble.h"

#include "merkit/core/error.h"
#include "neural/training/trainer.h"

namespace merkit::neural {
namespace {

/// Name of the module that learns without labels among the network's own; empty where there is none.
std::string shared_part(const Network& network) {
  const Pretraining* const pretraining = network.pretraining();
  if (!pretraining) return {};
  for (const auto& child : network.named_children())
    if (child.value().get() == pretraining->part) return child.key();
  return {};
}

/// Logarithm of the mean of the members' scores.
torch::Tensor logits_of_mean(const std::vector<torch::Tensor>& logits) {
  return torch::logsumexp(torch::log_softmax(torch::stack(logits), 2), 0) -
         std::log(static_cast<double>(logits.size()));
}

}  // namespace

torch::Tensor loss_of_each(const Tensors& losses) {
  torch::Tensor sum = losses.front();
  for (std::size_t i = 1; i < losses.size(); ++i) sum = sum + losses[i];
  const torch::Tensor mean = sum / static_cast<double>(losses.size());
  return sum - (sum - mean).detach();
}

Ensemble::Ensemble(std::vector<std::shared_ptr<Network>> members) : members_(std::move(members)) {
  const std::string part = shared_part(first());
  if (!part.empty())
    for (const auto& parameter : first().named_parameters())
      if (parameter.key().rfind(part + ".", 0) == 0 && first().learning_rate_scale(parameter.key()) > 0)
        throw ConfigError("training.members: what learns without labels cannot go on learning with several members",
                          "set training.members to 1, or the learning rate of that part to 0");
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (i > 0 && !part.empty()) members_[i]->unregister_module(part);
    register_module("member" + std::to_string(i), members_[i]);
  }
}

torch::Tensor Ensemble::forward(const Tensors& batch) {
  first().set_probe(
      is_observed() ? [this](const std::string& name, const torch::Tensor& value) { observe(name, value); } : Probe());
  std::vector<torch::Tensor> logits;
  for (const auto& member : members_) logits.push_back(member->forward(batch));
  return logits_of_mean(logits);
}

Loss Ensemble::loss(const Tensors& batch, const torch::Tensor& labels, const torch::Tensor& class_weights) {
  Tensors losses, logits;
  for (const auto& member : members_) {
    const Loss own = member->loss(batch, labels, class_weights);
    losses.push_back(own.value);
    logits.push_back(own.logits);
  }
  return {loss_of_each(losses), logits_of_mean(logits)};
}

void Ensemble::see_class_counts(const torch::Tensor& counts) {
  for (const auto& member : members_) member->see_class_counts(counts);
}

double Ensemble::learning_rate_scale(const std::string& parameter) const {
  return first().learning_rate_scale(parameter.substr(parameter.find('.') + 1));
}

}  // namespace merkit::neural
