#include "neural/network.h"

namespace merkit::neural {

Loss Network::loss(const Tensors& batch, const torch::Tensor& labels) {
  const torch::Tensor logits = forward(batch);
  return {torch::nn::functional::cross_entropy(logits, labels), logits};
}

std::int64_t Network::parameter_count() const {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

void Network::use_generator(const at::Generator& generator) {
  for (const auto& module : modules(/*include_self=*/false))
    if (auto* dropout = dynamic_cast<DropoutImpl*>(module.get())) dropout->use_generator(generator);
}

torch::Tensor DropoutImpl::forward(const torch::Tensor& input) {
  if (!is_training() || probability_ == 0) return input;
  const auto generator = input.is_cpu() ? generator_ : c10::nullopt;
  const torch::Tensor kept = torch::empty_like(input).bernoulli_(1 - probability_, generator);
  return input * kept.div_(1 - probability_);
}

std::vector<std::pair<std::string, torch::Tensor>> named_values(const Network& network) {
  std::vector<std::pair<std::string, torch::Tensor>> result;
  for (const auto& parameter : network.named_parameters()) result.emplace_back(parameter.key(), parameter.value());
  for (const auto& buffer : network.named_buffers()) result.emplace_back(buffer.key(), buffer.value());
  return result;
}

}  // namespace merkit::neural
