#pragma once

#include "neural/layers/unet.h"
#include "neural/motion/motion_estimator.h"

#include <algorithm>
#include <vector>

namespace merkit::neural {

/// Of UnetMotion.
struct UnetMotionConfig {
  std::vector<int> widths = {16, 32, 48, 64};
  double greatest_px = 6;
  double smoothness = 0.05;
};

inline const char* unet_widths_problem(const std::vector<int>& widths) {
  const bool good = std::all_of(widths.begin(), widths.end(), [](int n) { return n >= 4 && n <= 1024; });
  return good && widths.size() >= 2 && widths.size() <= 6 ? nullptr : "must hold two to six numbers in 4..1024";
}

template <class Visitor>
void fields(Visitor&& visit, UnetMotionConfig& c) {
  visit("widths", c.widths, "channels of each level; published sizes: [32, 64, 96, 128]", unet_widths_problem);
  visit("greatest_px", c.greatest_px, "greatest displacement in pixels of the input, in each direction",
        [](double px) { return px > 0 ? nullptr : "must be positive"; });
  visit("smoothness", c.smoothness, "weight of the displacement's roughness where the face is smooth",
        [](double w) { return w >= 0 ? nullptr : "must not be negative"; });
}

/// How badly the apex is made of the onset warped by `displacement`, and how rough that is, by Zhai et al.: scalar.
torch::Tensor reconstruction_loss(const torch::Tensor& onset, const torch::Tensor& apex,
                                  const torch::Tensor& displacement, double smoothness);

/// FRL-DGT's displacement generation module: a U-Net that reads both faces and their difference, and gives the
/// displacement at each pixel, at most greatest_px to each side. Learns from the likeness of the warped onset to the
/// apex and from smoothness (Zhai et al., CVPR 2023, arXiv:2304.04420).
class UnetMotion final : public MotionEstimator {
 public:
  explicit UnetMotion(const UnetMotionConfig& config);

  torch::Tensor displacement(const torch::Tensor& onset, const torch::Tensor& apex) override;
  MotionLoss loss(const torch::Tensor& onset, const torch::Tensor& apex, const at::Generator& generator) override;

 private:
  UnetMotionConfig config_;
  Unet unet_{nullptr};
  torch::nn::Conv2d head_{nullptr};
};

}  // namespace merkit::neural
