#include "neural/motion/warp.h"

namespace merkit::neural {
namespace {

namespace functional = torch::nn::functional;

}  // namespace

torch::Tensor pixel_grid(std::int64_t height, std::int64_t width, const torch::TensorOptions& options) {
  const torch::Tensor x = torch::arange(width, options).view({1, width}).expand({height, width});
  const torch::Tensor y = torch::arange(height, options).view({height, 1}).expand({height, width});
  return torch::stack({x, y}).unsqueeze(0);
}

torch::Tensor warped(const torch::Tensor& maps, const torch::Tensor& displacement) {
  const std::int64_t height = maps.size(2), width = maps.size(3);
  const torch::Tensor places = pixel_grid(height, width, displacement.options()) + displacement;
  const torch::Tensor to_unit = torch::tensor({2.0 / static_cast<double>(std::max<std::int64_t>(width - 1, 1)),
                                               2.0 / static_cast<double>(std::max<std::int64_t>(height - 1, 1))},
                                              displacement.options());
  const torch::Tensor grid = places.permute({0, 2, 3, 1}) * to_unit - 1;
  return functional::grid_sample(
      maps, grid,
      functional::GridSampleFuncOptions().mode(torch::kBilinear).padding_mode(torch::kBorder).align_corners(true));
}

torch::Tensor resized(const torch::Tensor& maps, std::int64_t height, std::int64_t width) {
  if (maps.size(2) == height && maps.size(3) == width) return maps;
  return functional::interpolate(maps, functional::InterpolateFuncOptions()
                                           .size(std::vector<std::int64_t>{height, width})
                                           .mode(torch::kBilinear)
                                           .align_corners(true));
}

torch::Tensor resized_displacement(const torch::Tensor& displacement, std::int64_t height, std::int64_t width) {
  const auto ratio = [](std::int64_t to, std::int64_t from) {
    return static_cast<double>(to - 1) / static_cast<double>(std::max<std::int64_t>(from - 1, 1));
  };
  const torch::Tensor scale =
      torch::tensor({ratio(width, displacement.size(3)), ratio(height, displacement.size(2))}, displacement.options());
  return resized(displacement, height, width) * scale.view({1, 2, 1, 1});
}

torch::Tensor mirrored_displacement(const torch::Tensor& displacement) {
  return displacement.flip({3}) * torch::tensor({-1.0, 1.0}, displacement.options()).view({1, 2, 1, 1});
}

torch::Tensor random_displacement(std::int64_t count, std::int64_t height, std::int64_t width, double amplitude_px,
                                  int cells, const at::Generator& generator, int fine_cells) {
  constexpr int kPlaces = 5;
  const torch::Tensor share = torch::rand({count, 1, 1, 1}, generator, torch::kFloat32);
  const auto field = [&](int channels, int nodes) {
    return functional::interpolate(torch::rand({count, channels, nodes, nodes}, generator, torch::kFloat32) * 2 - 1,
                                   functional::InterpolateFuncOptions()
                                       .size(std::vector<std::int64_t>{height, width})
                                       .mode(torch::kBicubic)
                                       .align_corners(true));
  };
  if (fine_cells == 0) return field(2, cells) * share * amplitude_px;
  const torch::Tensor where = (3 * field(1, kPlaces)).clamp(0, 1), coarse = field(2, cells);
  return (coarse + where * field(2, fine_cells)) * share * amplitude_px;
}

}  // namespace merkit::neural
