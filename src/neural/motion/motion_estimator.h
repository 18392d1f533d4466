#pragma once

#include "neural/motion/warp.h"

#include <torch/torch.h>

namespace merkit::neural {

/// What a MotionEstimator makes of two faces.
struct MotionEstimate {
  /// [N, 2, H, W] in pixels: the apex at z shows what the onset shows at z + displacement(z), so that it points from
  /// the apex back to the onset. Skin that moves to the right has a negative u here.
  torch::Tensor displacement;
  torch::Tensor occlusion;  ///< [N, 1, h, w]: 0 where the onset has nothing to show for the apex, to 1; or undefined
  torch::Tensor reconstruction;  ///< [N, 3, H, W]: the apex, made of the onset
};

/// What a step of learning needs.
struct MotionLoss {
  torch::Tensor value;         ///< scalar, mean over the batch
  torch::Tensor displacement;  ///< MotionEstimate::displacement
};

/// Learns, from faces alone, how skin moves between two of them. Faces are [N, 3, H, W], RGB in 0..1; see warp.h for
/// what displacements are.
class MotionEstimator : public torch::nn::Module {
 public:
  /// MotionEstimate::displacement alone.
  virtual torch::Tensor displacement(const torch::Tensor& onset, const torch::Tensor& apex) = 0;

  /// The onset warped by displacement(), without occlusion, unless an estimator has more to say.
  virtual MotionEstimate estimate(const torch::Tensor& onset, const torch::Tensor& apex) {
    const torch::Tensor moved = displacement(onset, apex);
    return {moved, {}, warped(onset, moved)};
  }

  /// How badly the apex is made of the onset, and whatever else the paper asks for.
  virtual MotionLoss loss(const torch::Tensor& onset, const torch::Tensor& apex, const at::Generator& generator) = 0;

  /// Called before each epoch of learning: 0 in the first one, towards 1 in the last one.
  virtual void set_progress(double /*progress*/) {}
};

}  // namespace merkit::neural
