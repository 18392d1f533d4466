#pragma once

#include "neural/motion/dense_motion.h"
#include "neural/motion/face_generator.h"
#include "neural/motion/keypoint_detector.h"
#include "neural/motion/motion_estimator.h"

namespace merkit::neural {

/// Of KeypointMotion.
struct KeypointMotionConfig {
  int points = 8;
  int width = 16;
  int shrink = 2;
  int kernel = 3;
  double temperature = 0.1;
  int generator_width = 16;
  int residual_blocks = 2;
  bool occlusion = false;
  double occlusion_from = 0.2;
  double warped_onset = 1;
  double equivariance = 1;
  double warp_affine = 0.05;
  double warp_spline = 0.005;
};

template <class Visitor>
void fields(Visitor&& visit, KeypointMotionConfig& c) {
  const auto not_negative = [](double d) { return d >= 0 ? nullptr : "must not be negative"; };
  const auto share = [](double p) { return p >= 0 && p <= 1 ? nullptr : "must be in [0, 1]"; };
  const auto channels = [](int n) { return n >= 4 && n <= 512 ? nullptr : "must be in 4..512"; };
  visit("points", c.points, "key points", [](int n) { return n >= 1 && n <= 64 ? nullptr : "must be in 1..64"; });
  visit("width", c.width,
        "channels of the first level of the hourglasses, doubled at each of three; in the large preset 32", channels);
  visit("shrink", c.shrink, "how many times smaller than the input the faces are in which points are looked for",
        [](int n) { return n == 1 || n == 2 || n == 4 ? nullptr : "must be 1, 2 or 4"; });
  visit("kernel", c.kernel,
        "side of the convolutions that read heat, Jacobians and masks off the hourglasses, and of the "
        "generator's first and last; in the large preset 7",
        [](int n) { return n == 1 || n == 3 || n == 5 || n == 7 ? nullptr : "must be 1, 3, 5 or 7"; });
  visit("temperature", c.temperature, "of the heat maps: the lower, the narrower",
        [](double t) { return t > 0 ? nullptr : "must be positive"; });
  visit("generator_width", c.generator_width, "channels of the generator at full size; in the large preset 32",
        channels);
  visit("residual_blocks", c.residual_blocks, "residual blocks of the generator; in the large preset 6",
        [](int n) { return n >= 0 && n <= 16 ? nullptr : "must be in 0..16"; });
  visit("occlusion", c.occlusion, "whether features are hidden where the onset has nothing to show");
  visit("occlusion_from", c.occlusion_from, "share of learning that goes before they are", share);
  visit("warped_onset", c.warped_onset, "weight of the likeness of the warped onset, beside that of what is generated",
        not_negative);
  visit("equivariance", c.equivariance, "weight of points and Jacobians following known warps", not_negative);
  visit("warp_affine", c.warp_affine, "standard deviation of the entries of those warps' affine maps", not_negative);
  visit("warp_spline", c.warp_spline, "standard deviation of the weights of their thin-plate splines", not_negative);
}

/// The motion part of SelfME, of the family of key-point networks: points are found in both faces, their motions are
/// weighed at each pixel, and a generator makes the apex of the onset so moved. Learns from the likeness of the apex
/// made to the apex, and from key points that follow known warps (Fan et al., CVPR 2023,
/// doi:10.1109/CVPR52729.2023.01329; Siarohin et al., NeurIPS 2019, arXiv:2003.00196).
class KeypointMotion final : public MotionEstimator {
 public:
  explicit KeypointMotion(const KeypointMotionConfig& config);

  /// Faces must be square, of a multiple of side_multiple() and larger than that.
  torch::Tensor displacement(const torch::Tensor& onset, const torch::Tensor& apex) override;
  MotionEstimate estimate(const torch::Tensor& onset, const torch::Tensor& apex) override;
  MotionLoss loss(const torch::Tensor& onset, const torch::Tensor& apex, const at::Generator& generator) override;
  void set_progress(double progress) override { progress_ = progress; }

  static int side_multiple(const KeypointMotionConfig& config);

 private:
  struct Found {
    torch::Tensor shrunk_apex;  ///< [N, 3, h, w]
    KeyPoints apex_points;
    DenseMotion dense;
    torch::Tensor displacement;  ///< [N, 2, H, W]
  };
  Found found(const torch::Tensor& onset, const torch::Tensor& apex);
  torch::Tensor generated(const torch::Tensor& onset, const Found& motion);
  /// Smoothed and shrunk as points are looked for.
  torch::Tensor shrunk(const torch::Tensor& faces) const;

  KeypointMotionConfig config_;
  double progress_ = 1;
  KeypointDetector detector_{nullptr};
  DenseMotionNet dense_{nullptr};
  FaceGenerator generator_{nullptr};
};

}  // namespace merkit::neural
