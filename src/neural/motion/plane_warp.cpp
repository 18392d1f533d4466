#include "neural/motion/plane_warp.h"

#include "neural/motion/warp.h"

namespace merkit::neural {
namespace {

constexpr std::int64_t kNodes = 5;  // on a side
constexpr double kTiny = 1e-9;      // keeps r^2 log r^2 finite at the nodes

}  // namespace

PlaneWarp::PlaneWarp(std::int64_t count, double affine, double spline, const at::Generator& generator,
                     const torch::TensorOptions& options) {
  const auto normal = [&](at::IntArrayRef sizes) {
    return torch::randn(sizes, generator, torch::kFloat32).to(options);
  };
  matrices_ = torch::eye(2, 3, options) + normal({count, 2, 3}) * affine;
  weights_ = normal({count, kNodes * kNodes, 2}) * spline;
}

/// From each node to each place: [N, M, nodes, 2].
torch::Tensor PlaneWarp::from_nodes(const torch::Tensor& z) const {
  return z.unsqueeze(2) - pixel_places(kNodes, kNodes, z.options());
}

torch::Tensor PlaneWarp::places(const torch::Tensor& z) const {
  const torch::Tensor square = from_nodes(z).square().sum(3);  // [N, M, nodes]
  const torch::Tensor bent = (square * torch::log(square + kTiny)).matmul(weights_);
  return z.matmul(matrices_.narrow(2, 0, 2).transpose(1, 2)) + matrices_.select(2, 2).unsqueeze(1) + bent;
}

torch::Tensor PlaneWarp::jacobians(const torch::Tensor& z) const {
  const torch::Tensor away = from_nodes(z), square = away.square().sum(3);
  // d/dz of r^2 log(r^2 + tiny) is 2 (z - node) times this.
  const torch::Tensor slope = torch::log(square + kTiny) + square / (square + kTiny);
  const torch::Tensor derivative = 2 * away * slope.unsqueeze(3);                       // [N, M, nodes, 2]
  const torch::Tensor bent = weights_.transpose(1, 2).unsqueeze(1).matmul(derivative);  // [N, M, 2, 2]
  return matrices_.narrow(2, 0, 2).unsqueeze(1) + bent;
}

torch::Tensor PlaneWarp::pictures(const torch::Tensor& given) const {
  const std::int64_t count = given.size(0), height = given.size(2), width = given.size(3);
  const torch::Tensor z = pixel_places(height, width, given.options()).unsqueeze(0).expand({count, -1, -1});
  const torch::Tensor scale =
      torch::tensor({static_cast<double>(width - 1) / 2, static_cast<double>(height - 1) / 2}, given.options());
  const torch::Tensor displacement = (places(z) - z) * scale;
  return warped(given, displacement.transpose(1, 2).reshape({count, 2, height, width}));
}

Inequivariance inequivariance(const KeyPoints& original, const KeyPoints& seen, const PlaneWarp& warp) {
  const torch::Tensor followed =
      inverses(original.jacobians).matmul(warp.jacobians(seen.places)).matmul(seen.jacobians);
  return {(original.places - warp.places(seen.places)).abs().mean(),
          (torch::eye(2, followed.options()) - followed).abs().mean()};
}

}  // namespace merkit::neural
