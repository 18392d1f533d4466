#pragma once

#include "neural/layers/hourglass.h"
#include "neural/motion/key_points.h"

#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

/// Motion at each pixel, from that of points; see MotionEstimate.
struct DenseMotion {
  torch::Tensor masks;         ///< [N, K + 1, h, w]: how much each pixel moves as nothing does, and as each point
  torch::Tensor displacement;  ///< [N, 2, h, w], in pixels of h x w
  torch::Tensor occlusion;     ///< [N, 1, h, w], in (0, 1); undefined where none is asked for
};

/// Weighs the motions of points, and rest, at each pixel. An hourglass looks at where the points were and are, and at
/// the onset moved by each of the motions. Exactly at rest where the points of both faces are equal.
class DenseMotionNetImpl final : public torch::nn::Module {
 public:
  /// `widths` as for Hourglass; `kernel` is that of the convolutions after it.
  DenseMotionNetImpl(int points, const std::vector<int>& widths, int kernel, bool occlusion);

  /// `onset` is [N, 3, h, w].
  DenseMotion forward(const torch::Tensor& onset, const KeyPoints& onset_points, const KeyPoints& apex_points);

 private:
  Hourglass hourglass_{nullptr};
  torch::nn::Conv2d masks_{nullptr}, occlusion_{nullptr};
};
TORCH_MODULE(DenseMotionNet);

}  // namespace merkit::neural
