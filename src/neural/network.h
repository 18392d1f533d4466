#pragma once

#include "motion/sample_motion.h"
#include "neural/dropout.h"

#include <functional>
#include <string>
#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

struct AugmentationConfig;
struct Pretraining;

/// What a network reads: one tensor an input. encode() gives them without batch dimension, forward() takes them with.
using Tensors = std::vector<torch::Tensor>;

/// What a training step needs of one batch.
struct Loss {
  torch::Tensor value;   ///< scalar, mean over the batch
  torch::Tensor logits;  ///< [N, classes], for the running accuracy; undefined where nothing is named
};

/// The last maps that still have a place on the face, [N, C, h, w], are observed under this name; those of one of
/// several streams under this, a space and the stream's name.
inline constexpr const char* kLastMaps = "last maps";

/// Hears of what a network computes on the way to its answer, for pictures of it.
using Probe = std::function<void(const std::string& name, const torch::Tensor& value)>;

/// What authors of a method write. Training and inference share encode() and forward(): NeuralRecognizer is the only
/// caller of either.
class Network : public torch::nn::Module {
 public:
  /// One sample as float tensors, on the CPU. Must not depend on training mode and may be called from many threads.
  /// Throws ClipError(unsupported or no_face) for a sample that it cannot read.
  virtual Tensors encode(const Sample& sample) const = 0;

  /// [N, classes], before the softmax.
  virtual torch::Tensor forward(const Tensors& batch) = 0;

  /// Cross-entropy unless a method has something better. `labels` is [N], int64; `class_weights` is [classes], or
  /// undefined where all count alike.
  virtual Loss loss(const Tensors& batch, const torch::Tensor& labels, const torch::Tensor& class_weights);

  /// Called before the first epoch, for what a method estimates from the training labels; `counts` is the number of
  /// samples of each class, [classes], float.
  virtual void see_class_counts(const torch::Tensor& /*counts*/) {}

  /// The stage before the one with labels, in which a part of the network learns from faces alone; null for none. The
  /// result lives as long as the network.
  virtual const Pretraining* pretraining() const { return nullptr; }

  /// What training with labels does not change any more is computed here, once for each sample: from encode()'s
  /// tensors, batched, to those that augmented(), loss() and forward() are given.
  virtual Tensors frozen_features(const Tensors& batch) { return batch; }

  /// The learning rate of a parameter in the stage with labels, as a share of that of the stage. 0: it stays.
  virtual double learning_rate_scale(const std::string& /*parameter*/) const { return 1; }

  /// A batch of training samples, changed at random. Throws ConfigError unless a method says how.
  virtual Tensors augmented(const Tensors& batch, const AugmentationConfig& config,
                            const at::Generator& generator) const;

  /// Name of what encode() reads, stored in model files beside the settings in "input".
  virtual std::string input_kind() const { return kSampleMotionKind; }

  /// Trainable values.
  std::int64_t parameter_count() const;

  /// Gives every Dropout below its random numbers.
  void use_generator(const at::Generator& generator);

  /// From now on what observe() is called with goes to `probe` too; empty: to nobody.
  void set_probe(Probe probe) { probe_ = std::move(probe); }

 protected:
  /// For use within forward(): `value`, and whoever probes the network hears of it under this name.
  const torch::Tensor& observe(const std::string& name, const torch::Tensor& value) const {
    if (probe_) probe_(name, value);
    return value;
  }

  /// For what is computed for probes alone.
  bool is_observed() const { return static_cast<bool>(probe_); }

 private:
  Probe probe_;
};

/// Cross-entropy of labels [N], int64; weights [classes] may be undefined. Scalar.
torch::Tensor weighted_cross_entropy(const torch::Tensor& logits, const torch::Tensor& labels,
                                     const torch::Tensor& class_weights);

/// Parameters, then buffers, each by its dotted name: all that a model file holds of a network.
std::vector<std::pair<std::string, torch::Tensor>> named_values(const Network& network);

}  // namespace merkit::neural
