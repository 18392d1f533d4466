#include "neural/network.h"

#include "merkit/core/error.h"

namespace merkit::neural {

Loss Network::loss(const Tensors& batch, const torch::Tensor& labels, const torch::Tensor& class_weights) {
  const torch::Tensor logits = forward(batch);
  return {weighted_cross_entropy(logits, labels, class_weights), logits};
}

torch::Tensor weighted_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                     const torch::Tensor& class_weights) {
  namespace functional = torch::nn::functional;
  return functional::cross_entropy(logits, labels, functional::CrossEntropyFuncOptions().weight(class_weights));
}

Tensors Network::augmented(const Tensors& /*batch*/, const AugmentationConfig& /*config*/,
                           const at::Generator& /*generator*/) const {
  throw ConfigError("this method knows no augmentation", "leave training.augmentation at 0");
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

std::vector<std::pair<std::string, torch::Tensor>> named_values(const Network& network) {
  std::vector<std::pair<std::string, torch::Tensor>> result;
  for (const auto& parameter : network.named_parameters()) result.emplace_back(parameter.key(), parameter.value());
  for (const auto& buffer : network.named_buffers()) result.emplace_back(buffer.key(), buffer.value());
  return result;
}

}  // namespace merkit::neural
