#pragma once

#include <string>

namespace merkit::neural {

/// Changes of the motion images of a batch, drawn anew each time one is shown. 0 switches a change off.
struct AugmentationConfig {
  double mirror = 0;
  int shift_px = 0;
  double noise = 0;
  double scale = 0;
  double key_frames = 0;
  int key_frame_pairs = 6;

  /// Whether Network::augmented() has anything to do; pairs of key frames are drawn without it.
  bool any() const { return mirror > 0 || shift_px > 0 || noise > 0 || scale > 0; }
};

template <class Visitor>
void fields(Visitor&& visit, AugmentationConfig& c) {
  visit("mirror", c.mirror, "chance that a sample is shown with left and right exchanged",
        [](double p) { return p >= 0 && p <= 1 ? nullptr : "must be in [0, 1]"; });
  visit("shift_px", c.shift_px, "greatest shift to each side, in pixels of the input",
        [](int n) { return n >= 0 && n <= 64 ? nullptr : "must be in 0..64"; });
  visit("noise", c.noise, "standard deviation of noise, as a share of the input's range",
        [](double d) { return d >= 0 && d <= 1 ? nullptr : "must be in [0, 1]"; });
  visit("scale", c.scale, "greatest relative change of the size of motion, either way",
        [](double d) { return d >= 0 && d <= 4 ? nullptr : "must be in [0, 4]"; });
  visit("key_frames", c.key_frames,
        "how far onset and apex may be from the annotated ones, as a share of the interval; only for methods that are "
        "given all its frames",
        [](double p) { return p >= 0 && p <= 0.5 ? nullptr : "must be in [0, 0.5]"; });
  visit("key_frame_pairs", c.key_frame_pairs,
        "pairs of such frames that are made of each sample, the annotated one included, if key_frames is not 0",
        [](int n) { return n >= 2 && n <= 64 ? nullptr : "must be in 2..64"; });
}

/// How the learning rate falls: constant; step: times `factor` every `every` epochs; exponential: times `factor` each
/// epoch, until epoch `until` (0: to the end); cosine: along half a wave down to `factor` in the last epoch. In the
/// first `warm_up` epochs it rises in equal steps, whatever the kind.
struct ScheduleConfig {
  std::string kind = "constant";
  int every = 10;
  double factor = 0.5;
  int until = 0;
  int warm_up = 0;

  /// Share of the learning rate that is used in `epoch`, from 1, of `epochs`.
  double at(int epoch, int epochs) const;
};

template <class Visitor>
void fields(Visitor&& visit, ScheduleConfig& c) {
  visit("kind", c.kind, "constant, step, exponential or cosine", [](const std::string& kind) {
    const bool known = kind == "constant" || kind == "step" || kind == "exponential" || kind == "cosine";
    return known ? nullptr : "must be constant, step, exponential or cosine";
  });
  visit("every", c.every, "epochs between steps", [](int n) { return n >= 1 ? nullptr : "must be at least 1"; });
  visit("factor", c.factor, "what the rate is multiplied by; cosine: by the last epoch",
        [](double f) { return f > 0 && f <= 1 ? nullptr : "must be in (0, 1]"; });
  visit("until", c.until, "last epoch that changes the rate; 0: all do",
        [](int n) { return n >= 0 ? nullptr : "must not be negative"; });
  visit("warm_up", c.warm_up, "first epochs, in which the rate rises",
        [](int n) { return n >= 0 ? nullptr : "must not be negative"; });
}

struct TrainingConfig {
  int epochs = 100;
  int batch_size = 32;
  double learning_rate = 1e-3;
  double weight_decay = 0;
  bool shuffle = true;
  std::string optimizer = "adam";
  double momentum = 0.9;
  ScheduleConfig schedule;
  std::string class_weights = "none";
  std::string sampling = "each_once";
  AugmentationConfig augmentation;
  bool mixed_precision = false;
  int members = 1;
};

template <class Visitor>
void fields(Visitor&& visit, TrainingConfig& c) {
  const auto at_least_one = [](int n) { return n >= 1 ? nullptr : "must be at least 1"; };
  visit("epochs", c.epochs, "passes over the training set", at_least_one);
  visit("batch_size", c.batch_size, "samples a step", at_least_one);
  visit("learning_rate", c.learning_rate, "step size of the optimizer",
        [](double r) { return r > 0 ? nullptr : "must be positive"; });
  visit("weight_decay", c.weight_decay, "L2 penalty on all weights",
        [](double d) { return d >= 0 ? nullptr : "must not be negative"; });
  visit("shuffle", c.shuffle, "draw a new order of the samples each epoch");
  visit("optimizer", c.optimizer, "adam, adamw (weight decay apart from the gradient) or sgd",
        [](const std::string& name) {
          return name == "adam" || name == "adamw" || name == "sgd" ? nullptr : "must be adam, adamw or sgd";
        });
  visit("momentum", c.momentum, "share of the last step that is kept (beta 1 of adam and adamw)",
        [](double m) { return m >= 0 && m < 1 ? nullptr : "must be in [0, 1)"; });
  visit("schedule", c.schedule, "how the learning rate falls");
  visit("class_weights", c.class_weights, "none, or balanced: the loss of a class counts against its number of samples",
        [](const std::string& name) {
          return name == "none" || name == "balanced" ? nullptr : "must be none or balanced";
        });
  visit("sampling", c.sampling, "each_once, or balanced: samples are drawn so that classes are equally frequent",
        [](const std::string& name) {
          return name == "each_once" || name == "balanced" ? nullptr : "must be each_once or balanced";
        });
  visit("augmentation", c.augmentation, "random changes of the training samples");
  visit("mixed_precision", c.mixed_precision, "compute in bfloat16 where that is safe; on CUDA only");
  visit("members", c.members, "networks that learn side by side and whose class scores are averaged",
        [](int n) { return n >= 1 && n <= 32 ? nullptr : "must be in 1..32"; });
}

}  // namespace merkit::neural
