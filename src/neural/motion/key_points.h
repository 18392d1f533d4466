#pragma once

#include <torch/torch.h>

namespace merkit::neural {

/// Places in a picture are (x, y) with -1 at the centre of the first pixel of a row or column and 1 at that of the
/// last.

/// What KeypointDetector finds in pictures.
struct KeyPoints {
  torch::Tensor places;     ///< [N, K, 2]
  torch::Tensor jacobians;  ///< [N, K, 2, 2]: how the surroundings of each point are stretched and turned
};

/// Places of the pixels of a picture, [height * width, 2], row by row.
torch::Tensor pixel_places(std::int64_t height, std::int64_t width, const torch::TensorOptions& options);

/// Heat of 1 at each point, falling off as a Gaussian of this variance: [N, K, height, width].
torch::Tensor heat_around(const torch::Tensor& places, std::int64_t height, std::int64_t width, double variance = 0.01);

/// Inverses of [..., 2, 2]; determinants closer to 0 than 1e-4 count as that.
torch::Tensor inverses(const torch::Tensor& matrices);

/// For each point, where the onset shows what the apex shows at z, less z, were all of the face to move as the
/// surroundings of that point: [N, K, 2, height, width], in the units of places. Exactly 0 where the points of both
/// faces are equal.
///
///     T_k(z) - z = p_k - q_k + (J_k - I_k) I_k^-1 (z - q_k)
///
/// with p, J in the onset and q, I in the apex; the same as T_k(z) = p_k + J_k I_k^-1 (z - q_k).
torch::Tensor motion_of_points(const KeyPoints& onset, const KeyPoints& apex, std::int64_t height, std::int64_t width);

}  // namespace merkit::neural
