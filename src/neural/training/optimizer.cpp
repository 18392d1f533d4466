#include "neural/training/optimizer.h"

#include <cmath>

namespace merkit::neural {
namespace {

constexpr double kBeta2 = 0.999, kEpsilon = 1e-8;

/// What a step needs besides the values; the same for all of them.
struct AdamStep {
  double beta1;
  float gradient_decay;  ///< share of the value that is added to its gradient
  float kept;            ///< share of the value that is left by decoupled decay
  float step_size, inverse_root_correction;
};

bool is_plain(const torch::Tensor& value, const torch::Tensor& gradient) {
  return value.is_cpu() && value.scalar_type() == torch::kFloat32 && value.is_contiguous() &&
         gradient.is_contiguous() && gradient.scalar_type() == torch::kFloat32;
}

void adam_on_values(float* __restrict value, const float* __restrict gradient, float* __restrict first,
                    float* __restrict second, std::int64_t count, const AdamStep step) {
  const auto beta1 = static_cast<float>(step.beta1), rest1 = static_cast<float>(1 - step.beta1);
  constexpr auto beta2 = static_cast<float>(kBeta2), rest2 = static_cast<float>(1 - kBeta2);
  for (std::int64_t i = 0; i < count; ++i) {
    const float g = gradient[i] + step.gradient_decay * value[i];
    const float m = beta1 * first[i] + rest1 * g;
    const float v = beta2 * second[i] + rest2 * g * g;
    first[i] = m;
    second[i] = v;
    value[i] = step.kept * value[i] -
               step.step_size * m / (std::sqrt(v) * step.inverse_root_correction + static_cast<float>(kEpsilon));
  }
}

void adam_on_tensors(torch::Tensor& value, const torch::Tensor& given, torch::Tensor& first, torch::Tensor& second,
                     const AdamStep& step) {
  const torch::Tensor gradient = step.gradient_decay > 0 ? given.add(value, step.gradient_decay) : given;
  first.mul_(step.beta1).add_(gradient, 1 - step.beta1);
  second.mul_(kBeta2).addcmul_(gradient, gradient, 1 - kBeta2);
  value.mul_(step.kept).addcdiv_(first, second.sqrt().mul_(step.inverse_root_correction).add_(kEpsilon),
                                 -step.step_size);
}

}  // namespace

Optimizer::Optimizer(std::vector<torch::Tensor> parameters, OptimizerConfig config, std::vector<double> rate_shares)
    : config_(std::move(config)),
      steps_(torch::zeros({1}, torch::kInt64)),
      parameters_(std::move(parameters)),
      rate_shares_(std::move(rate_shares)) {
  rate_shares_.resize(parameters_.size(), 1);
  for (const torch::Tensor& parameter : parameters_) {
    first_.push_back(torch::zeros_like(parameter));
    if (config_.kind != "sgd") second_.push_back(torch::zeros_like(parameter));
  }
}

void Optimizer::zero_grad() {
  for (torch::Tensor& parameter : parameters_)
    if (parameter.mutable_grad().defined()) parameter.mutable_grad().zero_();
}

std::vector<torch::Tensor> Optimizer::memory() const {
  std::vector<torch::Tensor> result = first_;
  result.insert(result.end(), second_.begin(), second_.end());
  result.push_back(steps_);
  return result;
}

void Optimizer::step(double learning_rate) {
  const torch::NoGradGuard no_grad;
  const auto power = static_cast<double>(++*steps_.data_ptr<std::int64_t>());
  const bool decoupled = config_.kind == "adamw";
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    torch::Tensor& value = parameters_[i];
    const torch::Tensor& gradient = value.grad();
    if (!gradient.defined()) continue;
    const double rate = learning_rate * rate_shares_[i];
    if (config_.kind == "sgd") {
      first_[i].mul_(config_.momentum).add_(gradient).add_(value, config_.weight_decay);
      value.add_(first_[i], -rate);
      continue;
    }
    const AdamStep step = {
        config_.momentum,
        decoupled ? 0.f : static_cast<float>(config_.weight_decay),
        decoupled ? static_cast<float>(1 - rate * config_.weight_decay) : 1.f,
        static_cast<float>(rate / (1 - std::pow(config_.momentum, power))),
        static_cast<float>(1 / std::sqrt(1 - std::pow(kBeta2, power))),
    };
    if (is_plain(value, gradient))
      adam_on_values(value.data_ptr<float>(), gradient.data_ptr<float>(), first_[i].data_ptr<float>(),
                     second_[i].data_ptr<float>(), value.numel(), step);
    else
      adam_on_tensors(value, gradient, first_[i], second_[i], step);
  }
}

}  // namespace merkit::neural
