// A U-Net that learns the displacement from onset to apex, first from pairs of frames alone and then together with the
// classifier; transformers fuse it within regions of action units, among them, and with the whole face.
// Zhai, Zhao, Long, Xu, He, Zhao: Feature representation learning with adaptive displacement generation and transformer
// fusion for micro-expression recognition, CVPR 2023, arXiv:2304.04420.
//
// From the paper: the displacement generation module learns from random pairs of frames of a clip, then end to end with
// the classifier; local, global and full-face fusion; a linear fusion before attention. There is no public code, and
// the paper leaves most sizes open, so the rest is a reconstruction: the U-Net and its loss, the nine regions and their
// boxes, the convolutions that make tokens, the formula of linear fusion, position embeddings, all rates. Of our own,
// each a setting: half of the pairs are made of one frame by a random warp, whose endpoint error is minimised too
// (motion.warped_share, motion.known_motion); the motion is given to the fusion without its mean and relative to its
// size (normalise). The defaults are small enough for training without a GPU, and there an estimator of our own takes
// the place of the plain U-Net, which twelve epochs taught nothing (motion.kind gradients;
// neural/motion/gradient_motion.h), and does not learn from labels (displacement_rate). presets/frl_dgt.json has the
// module, sizes and rates of the reconstruction, and was never trained to its end. What was measured is in
// tests/benchmarks/README.md and configs/methods/frl_dgt.md.

#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "motion/action_unit_regions.h"
#include "motion/sample_faces.h"
#include "motion/sample_motion.h"
#include "neural/layers/token_fusion.h"
#include "neural/motion/motion_learner.h"
#include "neural/motion/motion_maps.h"
#include "neural/motion/warp.h"
#include "neural/network.h"
#include "neural/recognition/neural_recognizer.h"
#include "neural/training/augmentation.h"

namespace merkit {
namespace {

namespace nn = torch::nn;

constexpr int kRegions = kActionUnitRegions;

/// Optical flow where it takes the place of the learned displacement.
struct FlowInputConfig {
  FlowConfig flow;
};

template <class Visitor>
void fields(Visitor&& visit, FlowInputConfig& c) {
  visit("flow", c.flow, "optical flow, where it takes the place of the learned displacement");
}

struct FrlDgtConfig {
  std::string displacement = "learned";
  neural::MotionLearningConfig motion;
  double displacement_loss = 0.1;
  double displacement_rate = 0;
  bool normalise = true;
  int region_size = 16;
  int dim = 64;
  int layers = 2;
  double dropout = 0.2;
  bool local_fusion = true, global_fusion = true, full_face = true;
  std::string attention = "linear_fusion";
  bool symmetric = false;
  FlowInputConfig input;
  neural::TrainingConfig training;

  FrlDgtConfig() {
    training.members = 3;
    training.optimizer = "adamw";
    training.epochs = 60;
    training.batch_size = 32;
    training.learning_rate = 5e-4;
    training.weight_decay = 0.01;
    training.schedule.kind = "cosine";
    training.schedule.factor = 0.01;
    training.class_weights = "balanced";
    training.augmentation.key_frames = 0.05;
    training.augmentation.mirror = 0.5;
    training.augmentation.shift_px = 4;
  }
};

template <class Visitor>
void fields(Visitor&& visit, FrlDgtConfig& c) {
  const auto not_negative = [](double d) { return d >= 0 ? nullptr : "must not be negative"; };
  visit("displacement", c.displacement, "learned, or flow: optical flow in its place", [](const std::string& name) {
    return name == "learned" || name == "flow" ? nullptr : "must be learned or flow";
  });
  visit("motion", c.motion, "the displacement generation module and how it learns from pairs of frames");
  visit("displacement_loss", c.displacement_loss, "weight of that module's loss beside the classifier's", not_negative);
  visit("displacement_rate", c.displacement_rate,
        "learning rate of that module in training with labels, as a share of the classifier's; 0: it stays as it is",
        not_negative);
  visit("normalise", c.normalise, "give the motion to the fusion relative to its size in the clip");
  visit("region_size", c.region_size, "width and height of a region's motion in pixels, a multiple of 8",
        [](int n) { return n >= 8 && n <= 128 && n % 8 == 0 ? nullptr : "must be a multiple of 8 in 8..128"; });
  visit("dim", c.dim, "width of tokens",
        [](int n) { return n >= 8 && n <= 1024 && n % 8 == 0 ? nullptr : "must be a multiple of 8 in 8..1024"; });
  visit("layers", c.layers, "blocks of each fusion",
        [](int n) { return n >= 1 && n <= 12 ? nullptr : "must be in 1..12"; });
  visit("dropout", c.dropout, "chance that training leaves out a value after attention, MLP, and before the classifier",
        [](double p) { return p >= 0 && p < 1 ? nullptr : "must be in [0, 1)"; });
  visit("local_fusion", c.local_fusion, "fuse within regions; else their means are taken");
  visit("global_fusion", c.global_fusion, "fuse among regions; else their mean is taken");
  visit("full_face", c.full_face, "fuse with the whole face; else regions alone decide");
  visit("attention", c.attention, "linear_fusion, or ordinary: queries and keys are projections",
        [](const std::string& name) {
          return name == "linear_fusion" || name == "ordinary" ? nullptr : "must be linear_fusion or ordinary";
        });
  visit("symmetric", c.symmetric, "the mean of the logits of the motion and of its mirror image");
  visit("input", c.input, "what is read besides faces");
  visit("training", c.training, "how it is trained with labels");
}

/// Three convolutions that halve: [N, 2, H, W] -> [N, H / 8 * W / 8, dim].
nn::Sequential token_maker(int dim) {
  nn::Sequential layers;
  int from = 2;
  for (const int to : {dim / 4, dim / 2, dim}) {
    layers->push_back(nn::Conv2d(nn::Conv2dOptions(from, to, 3).stride(2).padding(1)));
    layers->push_back(nn::ReLU());
    from = to;
  }
  return layers;
}

struct FrlDgt final : neural::Network {
  using Config = FrlDgtConfig;
  static constexpr const char* kMethod = "frl_dgt";
  static constexpr int kFaceGrid = 8;  ///< tokens on a side of the whole face

  Config config;
  neural::MotionLearner learner;
  nn::Sequential region_tokens{nullptr}, face_tokens{nullptr};
  neural::TokenFusion local{nullptr}, global{nullptr}, face{nullptr};
  torch::Tensor global_class, face_class;
  neural::Dropout dropout{nullptr};
  nn::Linear classifier{nullptr};

  FrlDgt(const Config& given, int classes) : config(given), learner(given.motion) {
    if (learned()) register_module("displacement", learner.estimator());
    const int dim = config.dim, side = config.region_size / 8;
    region_tokens = register_module("region_tokens", token_maker(dim));
    if (config.local_fusion) local = register_module("local", fusion_of(side * side));
    if (config.global_fusion) {
      global = register_module("global", fusion_of(kRegions + 1));
      global_class = register_parameter("global_class", torch::randn({1, 1, dim}) * 0.02);
    }
    if (config.full_face) {
      face_tokens = register_module("face_tokens", token_maker(dim));
      face = register_module("face", fusion_of(kFaceGrid * kFaceGrid + 2));
      face_class = register_parameter("face_class", torch::randn({1, 1, dim}) * 0.02);
    }
    dropout = register_module("dropout", neural::Dropout(config.dropout));
    classifier = register_module("classifier", nn::Linear(config.full_face ? 2 * dim : dim, classes));
  }

  neural::TokenFusion fusion_of(int tokens) const {
    neural::TokenFusionOptions options;
    options.tokens = tokens;
    options.width = config.dim;
    options.layers = config.layers;
    options.dropout = config.dropout;
    options.ordinary = config.attention == "ordinary";
    return neural::TokenFusion(options);
  }

  bool learned() const { return config.displacement == "learned"; }
  bool learns_with_labels() const { return learned() && config.displacement_rate > 0; }

  std::string input_kind() const override { return "onset_apex_faces"; }

  const neural::Pretraining* pretraining() const override { return learned() ? &learner.pretraining() : nullptr; }

  double learning_rate_scale(const std::string& parameter) const override {
    return parameter.rfind("displacement.", 0) == 0 ? config.displacement_rate : 1;
  }

  /// Faces or motion, then the boxes of regions: [regions, 4] as x0, y0, x1, y1 in shares of the picture.
  neural::Tensors encode(const Sample& sample) const override {
    const AlignedFace& onset = onset_and_apex_faces(sample).onset;
    const torch::Tensor boxes = torch::empty({kRegions, 4});
    const auto regions = action_unit_regions(onset.landmarks, onset.image.size());
    for (std::int64_t i = 0; i < kRegions; ++i) {
      const cv::Rect2f& box = regions[static_cast<std::size_t>(i)];
      boxes[i] = torch::tensor({box.x, box.y, box.x + box.width, box.y + box.height});
    }
    if (learned()) return {learner.encode(sample), boxes};
    return {neural::flow_maps(sample, config.input.flow, config.motion.size), boxes};
  }

  neural::Tensors frozen_features(const neural::Tensors& batch) override {
    if (!learned() || learns_with_labels()) return batch;
    return {learner.motion(batch[0]), batch[1]};
  }

  /// Mirrored with faces or motion and boxes alike; boxes are moved by up to shift_px.
  neural::Tensors augmented(const neural::Tensors& batch, const neural::AugmentationConfig& changes,
                            const at::Generator& generator) const override {
    const std::int64_t count = batch[0].size(0);
    const auto options = batch[1].options();
    const torch::Tensor chosen =
        torch::empty({count}).bernoulli_(changes.mirror, generator).to(torch::kBool).to(options.device());
    const auto choose = [&](const torch::Tensor& there, const torch::Tensor& otherwise) {
      std::vector<std::int64_t> shape(static_cast<std::size_t>(there.dim()), 1);
      shape.front() = count;
      return torch::where(chosen.view(shape), there, otherwise);
    };
    const torch::Tensor shown = choose(neural::mirrored_faces_or_motion(batch[0]), batch[0]);
    torch::Tensor boxes = choose(mirrored_boxes(batch[1]), batch[1]);
    if (changes.shift_px > 0) {
      const double most = static_cast<double>(changes.shift_px) / config.motion.size;
      const torch::Tensor shift = (torch::rand({count, kRegions, 2}, generator, torch::kFloat32) * 2 - 1) * most;
      boxes = boxes + shift.repeat({1, 1, 2}).to(options.device());
    }
    return {shown, boxes};
  }

  static torch::Tensor mirrored_boxes(const torch::Tensor& boxes) {
    const std::vector<std::int64_t> order(kMirroredRegion.begin(), kMirroredRegion.end());
    const torch::Tensor other_side = boxes.index_select(1, torch::tensor(order, torch::kInt64).to(boxes.device()));
    return torch::stack(
        {1 - other_side.select(2, 2), other_side.select(2, 1), 1 - other_side.select(2, 0), other_side.select(2, 3)},
        2);
  }

  /// [N, tokens, dim] for maps [N, 2, H, W].
  static torch::Tensor tokens_of(nn::Sequential& maker, const torch::Tensor& maps) {
    return maker->forward(maps).flatten(2).transpose(1, 2);
  }

  torch::Tensor classified(const torch::Tensor& given, const torch::Tensor& boxes) {
    const std::int64_t count = given.size(0), size = config.region_size;
    const torch::Tensor motion = config.normalise ? neural::relative_motion(given) : given;
    const torch::Tensor crops = neural::cut_out(motion, boxes, size).flatten(0, 1);  // [N * 9, 2, 16, 16]
    torch::Tensor tokens = tokens_of(region_tokens, crops);                          // [N * 9, 4, 64]
    if (local) tokens = local->forward(tokens);
    const torch::Tensor regions = tokens.mean(1).view({count, kRegions, config.dim});  // [N, 9, 64]
    torch::Tensor decisive = regions.mean(1);
    if (global) {
      const torch::Tensor all = torch::cat({global_class.expand({count, 1, config.dim}), regions}, 1);
      decisive = global->forward(all).select(1, 0);
      if (is_observed()) {
        observe("region attention", global->attention_weights(all).select(1, 0).narrow(1, 1, kRegions));
        observe("region boxes", boxes);
      }
    }
    if (face) {
      const torch::Tensor whole = neural::resized(motion, 8 * kFaceGrid, 8 * kFaceGrid);
      const torch::Tensor all =
          torch::cat({face_class.expand({count, 1, config.dim}), tokens_of(face_tokens, whole), decisive.unsqueeze(1)},
                     1);  // [N, 66, 64]
      decisive = torch::cat({decisive, face->forward(all).select(1, 0)}, 1);
    }
    return classifier->forward(dropout->forward(decisive));
  }

  torch::Tensor classified_as_configured(const torch::Tensor& motion, const torch::Tensor& boxes) {
    if (learned()) observe("motion", motion);
    const torch::Tensor logits = classified(motion, boxes);
    if (!config.symmetric) return logits;
    return (logits + classified(neural::mirrored_displacement(motion), mirrored_boxes(boxes))) / 2;
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    return classified_as_configured(learns_with_labels() ? learner.motion(batch[0]) : batch[0], batch[1]);
  }

  neural::Loss loss(const neural::Tensors& batch, const torch::Tensor& labels,
                    const torch::Tensor& class_weights) override {
    if (!learns_with_labels() || config.displacement_loss == 0) return Network::loss(batch, labels, class_weights);
    const auto [unlike, motion] = learner.motion_with_loss(batch[0]);
    const torch::Tensor logits = classified_as_configured(motion, batch[1]);
    return {neural::weighted_cross_entropy(logits, labels, class_weights) + config.displacement_loss * unlike, logits};
  }
};

}  // namespace

namespace catalog {

Method frl_dgt() {
  Method method =
      neural::method<FrlDgt>("learned displacement, fused by transformers within and among action-unit regions",
                             "Zhai, Zhao, Long, Xu, He, Zhao, CVPR 2023, arXiv:2304.04420");
  method.frames = FrameNeed::onset_to_offset;
  return method;
}

}  // namespace catalog
}  // namespace merkit
