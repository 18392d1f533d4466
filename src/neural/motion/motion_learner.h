#pragma once

#include "merkit/core/sample.h"
#include "neural/motion/gradient_motion.h"
#include "neural/motion/keypoint_motion.h"
#include "neural/motion/motion_estimator.h"
#include "neural/motion/unet_motion.h"
#include "neural/network.h"
#include "neural/training/trainer.h"

#include <memory>
#include <string>

namespace merkit::neural {

/// How a MotionEstimator is made, and how it learns from the frames of clips.
struct MotionLearningConfig {
  std::string kind = "gradients";
  int size = 128;
  bool symmetric = false;
  GradientMotionConfig gradients;
  UnetMotionConfig unet;
  KeypointMotionConfig keypoints;
  int frames = 8;
  std::string pairs = "random";
  double warped_share = 0.5;
  double warp_px = 2;
  int warp_cells = 6;
  int warp_fine_cells = 16;
  double warp_noise = 0.03;
  double known_motion = 0.05;
  TrainingConfig training;

  MotionLearningConfig() {
    training.epochs = 50;
    training.learning_rate = 2e-3;
    training.batch_size = 16;
    training.schedule.kind = "cosine";
    training.schedule.factor = 0.05;
  }
};

template <class Visitor>
void fields(Visitor&& visit, MotionLearningConfig& c) {
  const auto share = [](double p) { return p >= 0 && p <= 1 ? nullptr : "must be in [0, 1]"; };
  const auto not_negative = [](double d) { return d >= 0 ? nullptr : "must not be negative"; };
  visit("kind", c.kind, "what finds the motion: gradients, unet or keypoints", [](const std::string& kind) {
    const bool known = kind == "gradients" || kind == "unet" || kind == "keypoints";
    return known ? nullptr : "must be gradients, unet or keypoints";
  });
  visit("size", c.size, "width and height of the faces in pixels",
        [](int n) { return n >= 32 && n <= 512 && n % 32 == 0 ? nullptr : "must be a multiple of 32 in 32..512"; });
  visit("symmetric", c.symmetric, "take the mean of the motion of the faces and of their mirror images");
  visit("gradients", c.gradients, "the network that learns where to trust gradients of brightness");
  visit("unet", c.unet, "the U-Net");
  visit("keypoints", c.keypoints, "the key-point network");
  visit("frames", c.frames, "frames of a clip to learn from, evenly spaced from onset to offset",
        [](int n) { return n >= 2 && n <= 256 ? nullptr : "must be in 2..256"; });
  visit("pairs", c.pairs, "which two of them: random (any two in order of time) or onset (the onset and any other)",
        [](const std::string& name) {
          return name == "random" || name == "onset" ? nullptr : "must be random or onset";
        });
  visit("warped_share", c.warped_share, "share of pairs that are made of one frame by a random smooth warp", share);
  visit("warp_px", c.warp_px, "greatest displacement of such warps in pixels of the input", not_negative);
  visit("warp_cells", c.warp_cells, "nodes of such warps on a side",
        [](int n) { return n >= 2 && n <= 32 ? nullptr : "must be in 2..32"; });
  visit("warp_fine_cells", c.warp_fine_cells, "the same of warps that are added in some places; 0: none are",
        [](int n) { return n == 0 || (n >= 2 && n <= 64) ? nullptr : "must be 0 or in 2..64"; });
  visit("warp_noise", c.warp_noise, "greatest standard deviation of noise on such pairs, of a range of 1", share);
  visit("known_motion", c.known_motion, "weight of the endpoint error, in pixels, where the warp is known",
        not_negative);
  visit("training", c.training, "how it learns");
}

/// A MotionEstimator and all it needs to learn from clips: for networks that have one as a part.
class MotionLearner {
 public:
  explicit MotionLearner(const MotionLearningConfig& config);
  MotionLearner(const MotionLearner&) = delete;  // what pretraining() offers calls this one
  MotionLearner& operator=(const MotionLearner&) = delete;

  const std::shared_ptr<MotionEstimator>& estimator() const { return estimator_; }

  /// The faces at onset and apex: [2, 3, size, size], 0..255, uint8. Throws ClipError as onset_and_apex_faces() does.
  torch::Tensor encode(const Sample& sample) const;

  /// How skin moves from onset to apex, [N, 2, size, size] in pixels of the input, for pairs [N, 2, 3, size, size].
  torch::Tensor motion(const torch::Tensor& pairs) const;

  /// motion(), and how badly the estimator makes apexes of onsets, for training it beside something else.
  MotionLoss motion_with_loss(const torch::Tensor& pairs) const;

  /// For Network::pretraining().
  const Pretraining& pretraining() const { return pretraining_; }

 private:
  Tensors frames_of(const Sample& sample) const;
  torch::Tensor mirrored_motion(const torch::Tensor& onset, const torch::Tensor& apex) const;
  torch::Tensor loss(const torch::Tensor& frames, const at::Generator& generator) const;

  MotionLearningConfig config_;
  std::shared_ptr<MotionEstimator> estimator_;
  Pretraining pretraining_;
};

/// Faces as the estimator reads them: RGB in 0..1, of uint8 ones.
inline torch::Tensor unit_faces(const torch::Tensor& faces) { return faces.to(torch::kFloat32) / 255; }

}  // namespace merkit::neural
