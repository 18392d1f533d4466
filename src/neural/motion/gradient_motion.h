#pragma once

#include "neural/layers/unet.h"
#include "neural/motion/motion_estimator.h"
#include "neural/motion/unet_motion.h"

#include <vector>

namespace merkit::neural {

/// Of GradientMotion.
struct GradientMotionConfig {
  std::vector<int> widths = {24, 32, 48};
  int cell = 4;
  std::vector<int> windows = {1, 3, 7, 15};
  int passes = 3;
  double greatest_px = 6;
  double smoothness = 0.3;
};

template <class Visitor>
void fields(Visitor&& visit, GradientMotionConfig& c) {
  visit("widths", c.widths, "channels of each level of the U-Net", unet_widths_problem);
  visit("cell", c.cell, "side of the cells in each of which the U-Net finds one displacement, in pixels of the input",
        [](int n) { return n >= 1 && n <= 16 ? nullptr : "must be in 1..16"; });
  visit("windows", c.windows, "sides of the windows in which gradients are summed, in cells; odd",
        [](const std::vector<int>& sides) {
          const bool good =
              std::all_of(sides.begin(), sides.end(), [](int n) { return n >= 1 && n <= 63 && n % 2 == 1; });
          return good && !sides.empty() && sides.size() <= 8 ? nullptr : "must hold one to eight odd numbers in 1..63";
        });
  visit("passes", c.passes,
        "how often the faces are looked at, each time but the first with the onset warped by what was found",
        [](int n) { return n >= 1 && n <= 8 ? nullptr : "must be in 1..8"; });
  visit("greatest_px", c.greatest_px, "greatest displacement that one pass finds, in pixels of the input",
        [](double px) { return px > 0 ? nullptr : "must be positive"; });
  visit("smoothness", c.smoothness, "weight of the displacement's roughness where the face is smooth",
        [](double w) { return w >= 0 ? nullptr : "must not be negative"; });
}

/// A motion estimator of our own that learns displacements of a fraction of a pixel within minutes: gradients of
/// brightness and the change between faces give a displacement in windows of several sizes around each cell (Lucas,
/// Kanade, IJCAI 1981), and a U-Net learns where to trust which of them, and what to add. The onset is warped by the
/// result and looked at again. Learns as UnetMotion does.
class GradientMotion final : public MotionEstimator {
 public:
  explicit GradientMotion(const GradientMotionConfig& config);

  torch::Tensor displacement(const torch::Tensor& onset, const torch::Tensor& apex) override;
  MotionLoss loss(const torch::Tensor& onset, const torch::Tensor& apex, const at::Generator& generator) override;

 private:
  /// displacement() of brightness, [N, 1, H, W].
  torch::Tensor found(const torch::Tensor& onset, const torch::Tensor& apex);
  /// What is to be added to `so_far`, both [N, 2, H / cell, W / cell] in pixels of the input.
  torch::Tensor refinement(const torch::Tensor& onset, const torch::Tensor& apex, const torch::Tensor& so_far);

  GradientMotionConfig config_;
  Unet unet_{nullptr};
  torch::nn::Conv2d head_{nullptr}, trust_{nullptr};
  torch::Tensor noise_;  ///< [windows]: logarithm of the squared gradient that noise has too
};

}  // namespace merkit::neural
