#pragma once

#include "neural/layers/hourglass.h"
#include "neural/motion/key_points.h"

#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

/// Finds points that tell how a face moves, each with the deformation around it: an hourglass, from it a heat map for
/// each point, of which the point is the mean place, and maps of Jacobians, of which the point's is the mean by heat.
/// The Jacobians are identities at first.
class KeypointDetectorImpl final : public torch::nn::Module {
 public:
  /// `widths` as for Hourglass; `kernel` is that of the convolutions after it. The lower the `temperature`, the
  /// narrower the heat.
  KeypointDetectorImpl(int points, const std::vector<int>& widths, int kernel, double temperature);

  /// For pictures [N, 3, H, W].
  KeyPoints forward(const torch::Tensor& pictures);

 private:
  int points_;
  double temperature_;
  Hourglass hourglass_{nullptr};
  torch::nn::Conv2d heat_{nullptr}, jacobians_{nullptr};
};
TORCH_MODULE(KeypointDetector);

}  // namespace merkit::neural
