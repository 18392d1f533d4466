#include "neural/motion/motion_learner.h"

#include "core/settings_fields.h"
#include "merkit/core/error.h"
#include "motion/sample_faces.h"
#include "neural/motion/warp.h"

#include <algorithm>

#include <opencv2/imgproc.hpp>

namespace merkit::neural {
namespace {

/// [3, size, size], RGB, uint8.
torch::Tensor face_pixels(const cv::Mat& image, int size) {
  cv::Mat resized, rgb;
  cv::resize(image, resized, {size, size}, 0, 0, image.cols > size ? cv::INTER_AREA : cv::INTER_LINEAR);
  cv::cvtColor(resized, rgb, cv::COLOR_BGR2RGB);
  return torch::from_blob(rgb.data, {size, size, 3}, torch::kUInt8).permute({2, 0, 1}).contiguous();
}

/// Two frames of each clip, in order of time: their places, [N, 2].
torch::Tensor drawn_pairs(std::int64_t clips, std::int64_t frames, bool from_onset, const at::Generator& generator) {
  const auto draw = [&](std::int64_t end) { return torch::randint(0, end, {clips}, generator, torch::kInt64); };
  if (from_onset) return torch::stack({torch::zeros({clips}, torch::kInt64), 1 + draw(frames - 1)}, 1);
  const torch::Tensor one = draw(frames), distance = 1 + draw(frames - 1), other = (one + distance).remainder(frames);
  return torch::stack({torch::minimum(one, other), torch::maximum(one, other)}, 1);
}

/// A pair of faces between which the motion is known.
struct WarpedPair {
  torch::Tensor onset, apex, displacement;
};

/// Both made of one picture by half of a random warp each, so that interpolation does to one what it does to the other.
WarpedPair warped_pair(const torch::Tensor& faces, const MotionLearningConfig& config, const at::Generator& generator) {
  const std::int64_t count = faces.size(0), height = faces.size(2), width = faces.size(3);
  const auto draw = [&] {
    return random_displacement(count, height, width, config.warp_px / 2, config.warp_cells, generator,
                               config.warp_fine_cells)
        .to(faces.device());
  };
  const auto noisy = [&](const torch::Tensor& pictures, const torch::Tensor& deviation) {
    return (pictures + torch::randn(pictures.sizes(), generator, torch::kFloat32).to(faces.device()) * deviation)
        .clamp(0, 1);
  };
  const torch::Tensor to_onset = draw(), to_apex = draw();
  const torch::Tensor deviation =
      torch::rand({count, 1, 1, 1}, generator, torch::kFloat32).to(faces.device()) * config.warp_noise;
  // onset(y) = face(y + a(y)) and apex(z) = face(z + b(z)): apex(z) = onset(z + d) where d = b(z) - a(z + d).
  torch::Tensor known = to_apex - to_onset;
  for (int i = 0; i < 3; ++i) known = to_apex - warped(to_onset, known);
  return {noisy(warped(faces, to_onset), deviation), noisy(warped(faces, to_apex), deviation), known};
}

std::shared_ptr<MotionEstimator> new_estimator(const MotionLearningConfig& config) {
  if (config.kind == "keypoints") {
    const int multiple = KeypointMotion::side_multiple(config.keypoints);
    if (config.size % multiple != 0 || config.size == multiple)
      throw ConfigError("key points in faces " + std::to_string(config.keypoints.shrink) +
                        " times smaller need faces whose size is a greater multiple of " + std::to_string(multiple) +
                        ", not " + std::to_string(config.size));
    return std::make_shared<KeypointMotion>(config.keypoints);
  }
  const bool by_gradients = config.kind == "gradients";
  const std::vector<int>& widths = by_gradients ? config.gradients.widths : config.unet.widths;
  const int multiple = (by_gradients ? config.gradients.cell : 1) << (widths.size() - 1);
  if (config.size % multiple != 0)
    throw ConfigError("a U-Net of " + std::to_string(widths.size()) +
                      " levels needs faces whose size is a multiple of " + std::to_string(multiple) + ", not " +
                      std::to_string(config.size));
  if (by_gradients) return std::make_shared<GradientMotion>(config.gradients);
  return std::make_shared<UnetMotion>(config.unet);
}

}  // namespace

MotionLearner::MotionLearner(const MotionLearningConfig& config) : config_(config), estimator_(new_estimator(config)) {
  if (config.training.members != 1)
    throw ConfigError("motion.training.members must be 1: one network learns without labels for all",
                      "training.members is for what learns from labels");
  pretraining_.training = config.training;
  pretraining_.part = estimator_.get();
  pretraining_.settings = "motion " + write_settings(config).to_json();
  pretraining_.encode = [this](const Sample& sample) { return frames_of(sample); };
  pretraining_.loss = [this](const Tensors& batch, const at::Generator& generator) {
    return loss(batch.front(), generator);
  };
  pretraining_.before_epoch = [this](int epoch) {
    estimator_->set_progress(static_cast<double>(epoch - 1) / config_.training.epochs);
  };
}

torch::Tensor MotionLearner::encode(const Sample& sample) const {
  const auto& [onset, apex] = onset_and_apex_faces(sample);
  return torch::stack({face_pixels(onset.image, config_.size), face_pixels(apex.image, config_.size)});
}

Tensors MotionLearner::frames_of(const Sample& sample) const {
  const int segment = onset_and_apex_faces(sample).onset.segment;
  std::vector<const AlignedFace*> usable;
  for (const AlignedFace& face : sample.faces)
    if (face.success && !face.image.empty() && face.segment == segment) usable.push_back(&face);
  Tensors frames;
  for (int i = 0; i < config_.frames; ++i) {
    const std::size_t at =
        static_cast<std::size_t>(i) * (usable.size() - 1) / static_cast<std::size_t>(config_.frames - 1);
    frames.push_back(face_pixels(usable[at]->image, config_.size));
  }
  return {torch::stack(frames)};
}

torch::Tensor MotionLearner::mirrored_motion(const torch::Tensor& onset, const torch::Tensor& apex) const {
  return mirrored_displacement(-estimator_->displacement(onset.flip({3}), apex.flip({3})));
}

torch::Tensor MotionLearner::motion(const torch::Tensor& pairs) const {
  const torch::Tensor faces = unit_faces(pairs), onset = faces.select(1, 0), apex = faces.select(1, 1);
  const torch::Tensor found = -estimator_->displacement(onset, apex);
  return config_.symmetric ? (found + mirrored_motion(onset, apex)) / 2 : found;
}

MotionLoss MotionLearner::motion_with_loss(const torch::Tensor& pairs) const {
  const torch::Tensor faces = unit_faces(pairs), onset = faces.select(1, 0), apex = faces.select(1, 1);
  MotionLoss result = estimator_->loss(onset, apex, {});
  result.displacement = -result.displacement;
  if (config_.symmetric) result.displacement = (result.displacement + mirrored_motion(onset, apex)) / 2;
  return result;
}

torch::Tensor MotionLearner::loss(const torch::Tensor& frames, const at::Generator& generator) const {
  const std::int64_t count = frames.size(0);
  const torch::Tensor pairs =
      drawn_pairs(count, frames.size(1), config_.pairs == "onset", generator).to(frames.device());
  const torch::Tensor clip = torch::arange(count, pairs.options());
  torch::Tensor onset = unit_faces(frames.index({clip, pairs.select(1, 0)}));
  torch::Tensor apex = unit_faces(frames.index({clip, pairs.select(1, 1)}));
  const auto warped_count = static_cast<std::int64_t>(std::lround(config_.warped_share * static_cast<double>(count)));
  torch::Tensor known;
  if (warped_count > 0) {
    const WarpedPair made = warped_pair(onset.slice(0, 0, warped_count), config_, generator);
    onset = torch::cat({made.onset, onset.slice(0, warped_count)});
    apex = torch::cat({made.apex, apex.slice(0, warped_count)});
    known = made.displacement;
  }
  const MotionLoss found = estimator_->loss(onset, apex, generator);
  if (!known.defined() || config_.known_motion == 0) return found.value;
  const torch::Tensor off = found.displacement.slice(0, 0, warped_count) - known;
  const double share = static_cast<double>(warped_count) / static_cast<double>(count);
  return found.value + config_.known_motion * share * torch::sqrt(off.square().sum(1) + 1e-6).mean();
}

}  // namespace merkit::neural
