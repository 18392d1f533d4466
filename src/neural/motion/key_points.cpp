#include "neural/motion/key_points.h"

#include "neural/motion/warp.h"

namespace merkit::neural {

torch::Tensor pixel_places(std::int64_t height, std::int64_t width, const torch::TensorOptions& options) {
  const torch::Tensor last =
      torch::tensor({static_cast<double>(width - 1), static_cast<double>(height - 1)}, options).clamp_min(1);
  return pixel_grid(height, width, options).flatten(2).squeeze(0).t() * 2 / last - 1;
}

torch::Tensor heat_around(const torch::Tensor& places, std::int64_t height, std::int64_t width, double variance) {
  const torch::Tensor away = pixel_places(height, width, places.options()) - places.unsqueeze(2);  // [N, K, H W, 2]
  return torch::exp(away.square().sum(3) * (-0.5 / variance)).view({places.size(0), places.size(1), height, width});
}

torch::Tensor inverses(const torch::Tensor& matrices) {
  constexpr double kLeast = 1e-4;
  const torch::Tensor a = matrices.select(-2, 0).select(-1, 0), b = matrices.select(-2, 0).select(-1, 1),
                      c = matrices.select(-2, 1).select(-1, 0), d = matrices.select(-2, 1).select(-1, 1);
  const torch::Tensor determinant = a * d - b * c;
  const torch::Tensor usable =
      torch::where(determinant.lt(0), determinant.clamp_max(-kLeast), determinant.clamp_min(kLeast));
  return torch::stack({torch::stack({d, -b}, -1), torch::stack({-c, a}, -1)}, -2) / usable.unsqueeze(-1).unsqueeze(-1);
}

torch::Tensor motion_of_points(const KeyPoints& onset, const KeyPoints& apex, std::int64_t height, std::int64_t width) {
  const torch::Tensor away =
      pixel_places(height, width, apex.places.options()) - apex.places.unsqueeze(2);  // [N, K, H W, 2]
  const torch::Tensor change = (onset.jacobians - apex.jacobians).matmul(inverses(apex.jacobians));
  const torch::Tensor moved = (onset.places - apex.places).unsqueeze(2) + away.matmul(change.transpose(2, 3));
  return moved.transpose(2, 3).reshape({apex.places.size(0), apex.places.size(1), 2, height, width});
}

}  // namespace merkit::neural
