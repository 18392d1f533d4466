// The motion from onset to apex, learned from faces alone; a vision transformer names it that is taught to find in one
// half of the face the mirrored places of the other. Fan, Chen, Jiang, Shahid, Yan: SelfME: Self-supervised motion
// learning for micro-expression recognition, CVPR 2023, doi:10.1109/CVPR52729.2023.01329.
//
// From the paper: motion between faces learned without optical flow and without labels; a symmetric contrastive vision
// transformer that binds the features of the left and the right half together. There is no public code, and what
// follows is a reconstruction after the family of key-point motion networks: the layers of both stages, all sizes,
// weights and rates, photometric likeness in place of features of a network trained on ImageNet. Of our own, each a
// setting: the warped onset is part of the reconstruction loss (motion.keypoints.warped_onset); pairs made by known
// warps (motion.warped_share, motion.known_motion); motion relative to its size (normalise); a variant to which a face
// and its mirror image are the same (symmetric); optical flow for the learned motion (motion_source). The defaults are
// small enough for training without a GPU, and there an estimator of our own finds the motion (motion.kind gradients;
// neural/motion/gradient_motion.h): in twenty epochs on 144 clips the key points lowered the endpoint error of rest by
// 2 % where that one, in fifty, halved it. presets/selfme.json has the key points and the sizes of the reconstruction,
// and was never trained to its end. What was measured is in tests/benchmarks/README.md and configs/methods/selfme.md.

#include "merkit/core/error.h"
#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "motion/sample_motion.h"
#include "neural/layers/half_face_transformer.h"
#include "neural/motion/motion_learner.h"
#include "neural/motion/motion_maps.h"
#include "neural/motion/warp.h"
#include "neural/network.h"
#include "neural/recognition/neural_recognizer.h"
#include "neural/training/augmentation.h"

#include <optional>

namespace merkit {
namespace {

namespace nn = torch::nn;

/// The motion as the transformer sees it.
struct MotionMapsConfig {
  int map_size = 64;
  double scale_px = 1;
  FlowConfig flow;
};

template <class Visitor>
void fields(Visitor&& visit, MotionMapsConfig& c) {
  visit("map_size", c.map_size, "width and height of the maps of motion in pixels",
        [](int n) { return n >= 16 && n <= 512 ? nullptr : "must be in 16..512"; });
  visit("scale_px", c.scale_px, "displacement in pixels of the maps that becomes 1, unless normalised",
        [](double px) { return px > 0 ? nullptr : "must be positive"; });
  visit("flow", c.flow, "optical flow, where it takes the place of the learned motion");
}

struct SelfmeConfig {
  std::string motion_source = "learned";
  neural::MotionLearningConfig motion;
  bool normalise = true;
  int patch = 8;
  int dim = 96;
  int depth = 3;
  int heads = 3;
  int mlp_ratio = 2;
  double dropout = 0.1;
  double drop_path = 0.1;
  double symmetry_weight = 0.5;
  int projection = 64;
  double temperature = 0.1;
  bool symmetric = false;
  MotionMapsConfig input;
  neural::TrainingConfig training;

  SelfmeConfig() {
    training.optimizer = "adamw";
    training.epochs = 100;
    training.batch_size = 32;
    training.learning_rate = 2e-3;
    training.weight_decay = 0.05;
    training.schedule.kind = "cosine";
    training.schedule.factor = 0.01;
    training.schedule.warm_up = 5;
    training.sampling = "balanced";
    training.augmentation.key_frames = 0.05;
    training.augmentation.mirror = 0.5;
    training.augmentation.shift_px = 3;
    training.augmentation.scale = 0.4;
  }
};

template <class Visitor>
void fields(Visitor&& visit, SelfmeConfig& c) {
  const auto share = [](double p) { return p >= 0 && p < 1 ? nullptr : "must be in [0, 1)"; };
  visit("motion_source", c.motion_source, "learned, or flow: optical flow in its place", [](const std::string& name) {
    return name == "learned" || name == "flow" ? nullptr : "must be learned or flow";
  });
  visit("motion", c.motion, "the network that learns motion, and how it does");
  visit("normalise", c.normalise, "give the motion to the transformer without its mean and relative to its size");
  visit("patch", c.patch, "width and height of a patch in pixels of the maps",
        [](int n) { return n >= 2 && n <= 64 ? nullptr : "must be in 2..64"; });
  visit("dim", c.dim, "width of tokens; a multiple of heads",
        [](int n) { return n >= 8 && n <= 1024 ? nullptr : "must be in 8..1024"; });
  visit("depth", c.depth, "transformer blocks", [](int n) { return n >= 1 && n <= 24 ? nullptr : "must be in 1..24"; });
  visit("heads", c.heads, "attention heads", [](int n) { return n >= 1 && n <= 16 ? nullptr : "must be in 1..16"; });
  visit("mlp_ratio", c.mlp_ratio, "width of the hidden layers of MLPs, in widths of tokens",
        [](int n) { return n >= 1 && n <= 8 ? nullptr : "must be in 1..8"; });
  visit("dropout", c.dropout, "chance that training leaves out a value after embedding, attention and MLP", share);
  visit("drop_path", c.drop_path, "chance that training leaves out a branch of the last block", share);
  visit("symmetry_weight", c.symmetry_weight, "weight of the contrastive loss between the halves of the face",
        [](double w) { return w >= 0 ? nullptr : "must not be negative"; });
  visit("projection", c.projection, "width of what that loss compares",
        [](int n) { return n >= 2 && n <= 1024 ? nullptr : "must be in 2..1024"; });
  visit("temperature", c.temperature, "of that loss", [](double t) { return t > 0 ? nullptr : "must be positive"; });
  visit("symmetric", c.symmetric, "give a face and its mirror image the same scores");
  visit("input", c.input, "the maps of motion");
  visit("training", c.training, "how it is trained with labels");
}

struct Selfme final : neural::Network {
  using Config = SelfmeConfig;
  static constexpr const char* kMethod = "selfme";

  Config config;
  std::optional<neural::MotionLearner> learner;  ///< none where motion is optical flow
  neural::HalfFaceTransformer transformer{nullptr};
  nn::Linear projection{nullptr}, classifier{nullptr};

  Selfme(const Config& given, int classes) : config(checked(given)) {
    if (config.motion_source == "learned") {
      learner.emplace(config.motion);
      register_module("motion", learner->estimator());
    }
    neural::HalfFaceOptions options;
    options.size = config.input.map_size;
    options.patch = config.patch;
    options.depth = config.depth;
    options.sides_differ = !config.symmetric;
    options.block.width = config.dim;
    options.block.heads = config.heads;
    options.block.mlp_ratio = config.mlp_ratio;
    options.block.dropout = config.dropout;
    options.block.drop_path = config.drop_path;
    transformer = register_module("transformer", neural::HalfFaceTransformer(options));
    if (config.symmetry_weight > 0)
      projection = register_module("projection", nn::Linear(config.dim, config.projection));
    classifier = register_module("classifier", nn::Linear(3 * config.dim, classes));
  }

  static const Config& checked(const Config& given) {
    const int half = given.input.map_size / 2;
    if (given.input.map_size % 2 != 0 || half % given.patch != 0)
      throw ConfigError("selfme: patches of " + std::to_string(given.patch) + " pixels do not fill half of maps of " +
                            std::to_string(given.input.map_size),
                        "input.map_size must be a multiple of twice the patch");
    if (given.dim % given.heads != 0)
      throw ConfigError("selfme: " + std::to_string(given.heads) + " heads do not share a dim of " +
                        std::to_string(given.dim) + " evenly");
    if (given.symmetric && given.motion_source == "learned" && !given.motion.symmetric)
      throw ConfigError("selfme: symmetric needs motion that is symmetric too", "set motion.symmetric");
    return given;
  }

  std::string input_kind() const override { return "onset_apex_faces"; }

  const neural::Pretraining* pretraining() const override { return learner ? &learner->pretraining() : nullptr; }

  /// The motion part has learned all it will before there are labels.
  double learning_rate_scale(const std::string& parameter) const override {
    return parameter.rfind("motion.", 0) == 0 ? 0 : 1;
  }

  neural::Tensors encode(const Sample& sample) const override {
    if (learner) return {learner->encode(sample)};
    return {neural::flow_maps(sample, config.input.flow, config.input.map_size)};
  }

  /// Motion from onset to apex as the transformer reads it, [N, 2, map_size, map_size].
  neural::Tensors frozen_features(const neural::Tensors& batch) override {
    const torch::Tensor found = learner ? observe("motion", learner->motion(batch[0])) : batch[0];
    if (learner && is_observed()) {
      const torch::Tensor faces = neural::unit_faces(batch[0]);
      const neural::MotionEstimate estimate = learner->estimator()->estimate(faces.select(1, 0), faces.select(1, 1));
      if (estimate.occlusion.defined()) observe("occlusion", estimate.occlusion);
    }
    const torch::Tensor motion = neural::resized_displacement(found, config.input.map_size, config.input.map_size);
    return {config.normalise ? neural::relative_motion(motion) : motion / config.input.scale_px};
  }

  neural::Tensors augmented(const neural::Tensors& batch, const neural::AugmentationConfig& changes,
                            const at::Generator& generator) const override {
    MotionInputConfig maps;
    maps.channels = {"u", "v"};
    maps.scaling = "fixed";
    return {neural::augmented_motion(batch[0], maps, changes, generator)};
  }

  /// u, v and the magnitude: [N, 3, H, W].
  static torch::Tensor images_of(const torch::Tensor& motion) {
    constexpr double kTiny = 1e-12;  // the square root has no slope at 0
    return torch::cat({motion, torch::sqrt(motion.square().sum(1, /*keepdim=*/true) + kTiny)}, 1);
  }

  neural::HalfFaces halves_of(const torch::Tensor& motion) {
    const torch::Tensor images = images_of(motion), mirrored = images_of(neural::mirrored_displacement(motion));
    if (is_observed()) observe("patch attention", transformer->attention_weights(images, mirrored));
    return transformer->forward(images, mirrored);
  }

  torch::Tensor classified(const neural::HalfFaces& halves) {
    if (!config.symmetric) return classifier->forward(torch::cat({halves.global, halves.left, halves.right}, 1));
    return classifier->forward(
        torch::cat({halves.global, (halves.left + halves.right) / 2, (halves.left - halves.right).abs()}, 1));
  }

  torch::Tensor forward(const neural::Tensors& batch) override { return classified(halves_of(batch[0])); }

  neural::Loss loss(const neural::Tensors& batch, const torch::Tensor& labels,
                    const torch::Tensor& class_weights) override {
    const neural::HalfFaces halves = halves_of(batch[0]);
    const torch::Tensor logits = classified(halves);
    torch::Tensor value = neural::weighted_cross_entropy(logits, labels, class_weights);
    if (projection)
      value = value + config.symmetry_weight * neural::symmetric_contrast(projection->forward(halves.left_patches),
                                                                          projection->forward(halves.right_patches),
                                                                          config.temperature);
    return {value, logits};
  }
};

}  // namespace

namespace catalog {

Method selfme() {
  Method method = neural::method<Selfme>("learned motion, and a transformer that ties the halves of a face",
                                         "Fan, Chen, Jiang, Shahid, Yan, CVPR 2023, doi:10.1109/CVPR52729.2023.01329");
  method.frames = FrameNeed::onset_to_offset;  // to learn motion from; recognition reads onset and apex alone
  return method;
}

}  // namespace catalog
}  // namespace merkit
