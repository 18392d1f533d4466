#pragma once

#include "neural/motion/key_points.h"

#include <torch/torch.h>

namespace merkit::neural {

/// Known smooth warps W of the plane, one for each sample: an affine map, and a thin-plate spline on 5 x 5 nodes.
class PlaneWarp {
 public:
  /// Drawn at random: `affine` is the standard deviation of the entries of the affine map around those of the identity,
  /// `spline` that of the weights of the nodes.
  PlaneWarp(std::int64_t count, double affine, double spline, const at::Generator& generator,
            const torch::TensorOptions& options);

  /// `matrices`: [N, 2, 3]. `weights`: [N, 25, 2], of the nodes of a regular grid from corner to corner, row by row.
  PlaneWarp(torch::Tensor matrices, torch::Tensor weights)
      : matrices_(std::move(matrices)), weights_(std::move(weights)) {}

  /// W(z) for z [N, M, 2].
  torch::Tensor places(const torch::Tensor& z) const;

  /// The derivative of W at z [N, M, 2]: [N, M, 2, 2].
  torch::Tensor jacobians(const torch::Tensor& z) const;

  /// Pictures that show at z what the given ones show at W(z); [N, C, H, W].
  torch::Tensor pictures(const torch::Tensor& given) const;

 private:
  torch::Tensor from_nodes(const torch::Tensor& z) const;

  torch::Tensor matrices_, weights_;
};

/// How far key points are from following a warp: `original` in pictures, `seen` in PlaneWarp::pictures() of them.
/// Scalars, means of absolute differences.
struct Inequivariance {
  torch::Tensor places;     ///< p - W(p')
  torch::Tensor jacobians;  ///< I - J^-1 W'(p') J'
};
Inequivariance inequivariance(const KeyPoints& original, const KeyPoints& seen, const PlaneWarp& warp);

}  // namespace merkit::neural
