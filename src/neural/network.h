#pragma once

#include "motion/sample_motion.h"
#include "neural/dropout_mask.h"

#include <string>
#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

struct AugmentationConfig;

/// What a network reads: one tensor an input. encode() gives them without batch dimension, forward() takes them with.
using Tensors = std::vector<torch::Tensor>;

/// What a training step needs of one batch.
struct Loss {
  torch::Tensor value;   ///< scalar, mean over the batch
  torch::Tensor logits;  ///< [N, classes], for the running accuracy
};

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

  /// A batch of training samples, changed at random. Throws ConfigError unless a method says how.
  virtual Tensors augmented(const Tensors& batch, const AugmentationConfig& config,
                            const at::Generator& generator) const;

  /// Name of what encode() reads, stored in model files beside the settings in "input".
  virtual std::string input_kind() const { return kSampleMotionKind; }

  /// Trainable values.
  std::int64_t parameter_count() const;

  /// Gives every Dropout below its random numbers.
  void use_generator(const at::Generator& generator);
};

/// Inverted dropout like torch::nn::Dropout, but with a generator of its own network: LibTorch's draws from the
/// process-wide one, and then two trainings side by side would disturb each other. The generator gives one seed a call,
/// the mask is a hash of it (see DropoutMask). On CUDA, which has no such generators in the public interface, the
/// device's own is used.
class DropoutImpl : public torch::nn::Module {
 public:
  explicit DropoutImpl(double probability) : probability_(probability) {}
  torch::Tensor forward(const torch::Tensor& input);
  void use_generator(const at::Generator& generator) { generator_ = generator; }

  /// The mask of the next call, for code that drops by itself; keeps everything outside of training.
  DropoutMask next_mask();

 private:
  double probability_;
  c10::optional<at::Generator> generator_;
};
TORCH_MODULE(Dropout);

/// Parameters, then buffers, each by its dotted name: all that a model file holds of a network.
std::vector<std::pair<std::string, torch::Tensor>> named_values(const Network& network);

}  // namespace merkit::neural
