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

torch::Tensor DropoutImpl::forward(const torch::Tensor& input) {
  if (!is_training() || probability_ == 0) return input;
  if (!input.is_cpu()) return torch::dropout(input, probability_, /*train=*/true);
  const DropoutMask mask = next_mask();
  const torch::Tensor kept = torch::empty(input.sizes(), torch::kFloat32);
  float* const values = kept.data_ptr<float>();
  for (std::int64_t i = 0; i < kept.numel(); ++i)
    values[i] = mask.keeps(static_cast<std::uint32_t>(i)) ? mask.scale : 0.f;
  return input * kept;
}

DropoutMask DropoutImpl::next_mask() {
  DropoutMask mask;
  if (!is_training() || probability_ == 0) return mask;
  const torch::Tensor seed = torch::empty({2}, torch::kInt64);
  seed.random_(0, std::int64_t{1} << 32, generator_);
  mask.low = static_cast<std::uint32_t>(seed[0].item<std::int64_t>());
  mask.high = static_cast<std::uint32_t>(seed[1].item<std::int64_t>());
  mask.threshold = static_cast<std::uint32_t>(probability_ * 4294967296.0);
  mask.scale = static_cast<float>(1 / (1 - probability_));
  return mask;
}

std::vector<std::pair<std::string, torch::Tensor>> named_values(const Network& network) {
  std::vector<std::pair<std::string, torch::Tensor>> result;
  for (const auto& parameter : network.named_parameters()) result.emplace_back(parameter.key(), parameter.value());
  for (const auto& buffer : network.named_buffers()) result.emplace_back(buffer.key(), buffer.value());
  return result;
}

}  // namespace merkit::neural
