#include "neural/dropout.h"

namespace merkit::neural {

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

}  // namespace merkit::neural
