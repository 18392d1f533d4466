#include "neural/training/augmentation.h"

#include <cmath>

namespace merkit::neural {
namespace {

/// The same images seen in a mirror. Where maps are min-max scaled, a negated one is its difference from 255.
torch::Tensor mirrored(const torch::Tensor& images, const MotionInputConfig& input) {
  torch::Tensor result = images.flip({3});
  for (std::size_t c = 0; c < input.channels.size(); ++c) {
    if (input.channels[c] != "u") continue;
    const torch::Tensor u = result.select(1, static_cast<std::int64_t>(c));
    u.copy_(input.scaling == "minmax" ? 255 - u : -u);
  }
  return result;
}

}  // namespace

torch::Tensor augmented_motion(const torch::Tensor& images, const MotionInputConfig& input,
                               const AugmentationConfig& config, const at::Generator& generator) {
  const std::int64_t count = images.size(0);
  torch::Tensor result = images;
  if (config.mirror > 0) {
    const torch::Tensor chosen = torch::empty({count, 1, 1, 1}).bernoulli_(config.mirror, generator).to(torch::kBool);
    result = torch::where(chosen.to(images.device()), mirrored(result, input), result);
  }
  if (config.shift_px > 0) {
    namespace functional = torch::nn::functional;
    const std::int64_t shift = config.shift_px;
    const torch::Tensor padded =
        functional::pad(result, functional::PadFuncOptions({shift, shift, shift, shift}).mode(torch::kReplicate));
    const torch::Tensor offsets = torch::randint(0, 2 * shift + 1, {count, 2}, generator, torch::kInt64);
    std::vector<torch::Tensor> cut;
    for (std::int64_t i = 0; i < count; ++i)
      cut.push_back(padded[i]
                        .narrow(1, offsets[i][0].item<std::int64_t>(), images.size(2))
                        .narrow(2, offsets[i][1].item<std::int64_t>(), images.size(3)));
    result = torch::stack(cut);
  }
  // Min-max scaled maps do not tell how large the motion was, and stay as they are.
  if (config.scale > 0 && input.scaling != "minmax" && !input.channels.empty()) {
    const double widest = std::log1p(config.scale);
    const torch::Tensor factors =
        torch::exp((torch::rand({count, 1, 1, 1}, generator, torch::kFloat32) * 2 - 1) * widest);
    result = result * factors.to(images.device());
  }
  if (config.noise > 0) {
    const double range = input.scaling == "minmax" ? 255 : 2;
    const torch::Tensor noise = torch::randn(images.sizes(), generator, torch::kFloat32);
    result = result + noise.to(images.device()) * (config.noise * range);
  }
  return result;
}

}  // namespace merkit::neural
