#include "neural/motion/window_mean.h"

namespace merkit::neural {
namespace {

/// [centres, count]: row i weights alike the places of a line of `count` that are within `reach` of place first + i.
torch::Tensor means_in_line(std::int64_t count, std::int64_t reach, std::int64_t first, std::int64_t centres,
                            const torch::TensorOptions& options) {
  const torch::Tensor place = torch::arange(count, options);
  const torch::Tensor off = place.unsqueeze(0) - place.narrow(0, first, centres).unsqueeze(1);
  const torch::Tensor within = (off.abs() <= reach).to(options.dtype());
  return within / within.sum(1, /*keepdim=*/true);
}

/// Leaves out the places that are less than `margin` from the border.
torch::Tensor means(const torch::Tensor& maps, std::int64_t window, std::int64_t margin) {
  // Mixed precision leaves doubles alone, and what is made of these means by subtraction needs more than bfloat16.
  const torch::Tensor exact = maps.is_cuda() ? maps.to(torch::kFloat64) : maps;
  const auto in_line = [&](std::int64_t count) {
    return means_in_line(count, window / 2, margin, count - 2 * margin, exact.options());
  };
  const torch::Tensor in_rows = exact.matmul(in_line(maps.size(3)).t());
  return torch::einsum("ij,ncjk->ncik", {in_line(maps.size(2)), in_rows}).to(maps.dtype());
}

}  // namespace

torch::Tensor mean_around(const torch::Tensor& maps, std::int64_t window) {
  return window == 1 ? maps : means(maps, window, 0);
}

torch::Tensor mean_of_whole_windows(const torch::Tensor& maps, std::int64_t window) {
  return means(maps, window, window / 2);
}

}  // namespace merkit::neural
