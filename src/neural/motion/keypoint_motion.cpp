#include "neural/motion/keypoint_motion.h"

#include "neural/motion/photometric_loss.h"
#include "neural/motion/plane_warp.h"
#include "neural/motion/warp.h"

#include <cmath>
#include <vector>

namespace merkit::neural {
namespace {

constexpr int kLevels = 3;

std::vector<int> hourglass_widths(int first) {
  std::vector<int> widths;
  for (int level = 0; level < kLevels; ++level) widths.push_back(first << level);
  return widths;
}

/// Weights of a Gaussian on 2 * radius + 1 pixels, summing to 1.
torch::Tensor gaussian(double deviation, std::int64_t radius, const torch::TensorOptions& options) {
  const torch::Tensor weights =
      torch::exp(torch::arange(-radius, radius + 1, options).square() * (-0.5 / (deviation * deviation)));
  return weights / weights.sum();
}

/// At full, half and quarter size; the paper compares features of a network trained on ImageNet instead.
torch::Tensor difference_at_all_scales(torch::Tensor made, torch::Tensor wanted) {
  constexpr int kScales = 3;
  torch::Tensor sum = torch::zeros({}, made.options());
  for (int scale = 0; scale < kScales; ++scale) {
    if (scale > 0) {
      made = torch::avg_pool2d(made, 2);
      wanted = torch::avg_pool2d(wanted, 2);
    }
    sum = sum + photometric_difference(made, wanted) + 0.1 * gradient_difference(made, wanted);
  }
  return sum;
}

}  // namespace

KeypointMotion::KeypointMotion(const KeypointMotionConfig& config) : config_(config) {
  const std::vector<int> widths = hourglass_widths(config.width);
  detector_ = register_module("detector", KeypointDetector(config.points, widths, config.kernel, config.temperature));
  dense_ = register_module("dense", DenseMotionNet(config.points, widths, config.kernel, config.occlusion));
  generator_ =
      register_module("generator", FaceGenerator(config.generator_width, config.kernel, config.residual_blocks));
}

int KeypointMotion::side_multiple(const KeypointMotionConfig& config) { return config.shrink << kLevels; }

torch::Tensor KeypointMotion::shrunk(const torch::Tensor& faces) const {
  if (config_.shrink == 1) return faces;
  const double deviation = (config_.shrink - 1) / 2.0;
  const auto radius = static_cast<std::int64_t>(std::lround(4 * deviation));
  const torch::Tensor weights = gaussian(deviation, radius, faces.options());
  torch::Tensor smooth = torch::replication_pad2d(faces, {radius, radius, radius, radius}).flatten(0, 1).unsqueeze(1);
  smooth = torch::conv2d(torch::conv2d(smooth, weights.view({1, 1, 1, -1})), weights.view({1, 1, -1, 1}));
  smooth = smooth.view(faces.sizes());
  return resized(smooth, faces.size(2) / config_.shrink, faces.size(3) / config_.shrink);
}

KeypointMotion::Found KeypointMotion::found(const torch::Tensor& onset, const torch::Tensor& apex) {
  const std::int64_t count = onset.size(0);
  // Both faces in one batch, so that batch normalisation treats them alike.
  const torch::Tensor faces = shrunk(torch::cat({onset, apex}));
  const KeyPoints points = detector_->forward(faces);
  const auto half = [&](const torch::Tensor& of, int which) { return of.narrow(0, which * count, count); };
  Found result;
  result.shrunk_apex = half(faces, 1);
  result.apex_points = {half(points.places, 1), half(points.jacobians, 1)};
  result.dense =
      dense_->forward(half(faces, 0), {half(points.places, 0), half(points.jacobians, 0)}, result.apex_points);
  result.displacement = resized_displacement(result.dense.displacement, onset.size(2), onset.size(3));
  return result;
}

torch::Tensor KeypointMotion::generated(const torch::Tensor& onset, const Found& motion) {
  // Hiding is easier than moving: were it allowed from the start, motion would not be learned.
  const bool hides = progress_ >= config_.occlusion_from;
  return generator_->forward(onset, motion.displacement, hides ? motion.dense.occlusion : torch::Tensor());
}

torch::Tensor KeypointMotion::displacement(const torch::Tensor& onset, const torch::Tensor& apex) {
  return found(onset, apex).displacement;
}

MotionEstimate KeypointMotion::estimate(const torch::Tensor& onset, const torch::Tensor& apex) {
  const Found motion = found(onset, apex);
  return {motion.displacement, motion.dense.occlusion, generated(onset, motion)};
}

MotionLoss KeypointMotion::loss(const torch::Tensor& onset, const torch::Tensor& apex, const at::Generator& chance) {
  const Found motion = found(onset, apex);
  torch::Tensor value = difference_at_all_scales(generated(onset, motion), apex);
  // A term of ours. Between onset and apex so little changes that a generator which copies the onset, whatever the
  // motion, does nearly as well as one that uses it; the onset itself, moved, cannot be mended by anything but motion.
  if (config_.warped_onset > 0)
    value = value + config_.warped_onset * difference_at_all_scales(warped(onset, motion.displacement), apex);
  if (config_.equivariance > 0) {
    const PlaneWarp warp(apex.size(0), config_.warp_affine, config_.warp_spline, chance, apex.options());
    const KeyPoints seen = detector_->forward(warp.pictures(motion.shrunk_apex));
    const Inequivariance off = inequivariance(motion.apex_points, seen, warp);
    value = value + config_.equivariance * (off.places + off.jacobians);
  }
  return {value, motion.displacement};
}

}  // namespace merkit::neural
