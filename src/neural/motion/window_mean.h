#pragma once

#include <torch/torch.h>

namespace merkit::neural {

/// Means of maps [N, C, H, W] in square windows around each place, as far as they lie within the map: [N, C, H, W].
/// `window` is their side, an odd number.
///
/// A product with a matrix from each side: LibTorch's pooling adds up each window anew, and takes several times as
/// long.
torch::Tensor mean_around(const torch::Tensor& maps, std::int64_t window);

/// The same in the windows that lie within the map whole: [N, C, H - window + 1, W - window + 1].
torch::Tensor mean_of_whole_windows(const torch::Tensor& maps, std::int64_t window);

}  // namespace merkit::neural
