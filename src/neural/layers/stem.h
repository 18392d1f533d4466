#pragma once

#include "neural/network.h"

#include <cstddef>
#include <functional>
#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

/// One convolution of a stem, with square kernel and stride 1, and the normalisation after it.
struct StemBranch {
  torch::nn::Conv2d convolution;
  torch::nn::BatchNorm2d normalisation;
};

struct StemOptions {
  int padding = 0;                 ///< of the convolutions
  int pool = 3, pool_padding = 1;  ///< windows of the maximum, which touch
  int average = 1;                 ///< side of the windows of the mean after dropout; 1 for none
};

/// The first layers of a shallow network, for images that need no gradient: convolutions of equal size side by side,
/// each with ReLU and batch normalisation, then maximum pooling, dropout and mean pooling:
///
///     images [N, channels, H, W] -> [N, filters * h * w], filters in the order of the branches
///
/// On the CPU in single precision with at most three channels it runs as one pass
/// in which no map is written to memory; elsewhere as LibTorch's layers. Both give the same values, gradients, running
/// statistics and dropout masks up to rounding. Training mode is that of the branches' normalisations.
torch::Tensor apply_stem(const torch::Tensor& images, const std::vector<StemBranch>& branches, Dropout dropout,
                         const StemOptions& options);

/// The same by LibTorch's layers always, for comparison and for those who look at the maps: `see`, if any, is given
/// those of each branch [N, filters, H, W], as they are before pooling.
torch::Tensor apply_plain_stem(const torch::Tensor& images, const std::vector<StemBranch>& branches, Dropout dropout,
                               const StemOptions& options,
                               const std::function<void(std::size_t branch, const torch::Tensor& maps)>& see = {});

}  // namespace merkit::neural
