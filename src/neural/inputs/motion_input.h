#pragma once

#include "motion/sample_motion.h"
#include "neural/network.h"

#include <torch/torch.h>

namespace merkit::neural {

/// sample_motion() as a tensor of its own: [channels, size, size], float. Throws what that throws.
torch::Tensor onset_apex_motion(const Sample& sample, const MotionInputConfig& config);

/// A network that reads onset-to-apex motion images and nothing else: [N, channels, size, size].
class MotionNetwork : public Network {
 public:
  explicit MotionNetwork(MotionInputConfig input) : input_(std::move(input)) {}

  Tensors encode(const Sample& sample) const override { return {onset_apex_motion(sample, input_)}; }
  Tensors augmented(const Tensors& batch, const AugmentationConfig& changes,
                    const at::Generator& generator) const override;

 protected:
  /// The images of a batch in a range of about 1: maps scaled to 0..255 are divided by it.
  torch::Tensor unit_images(const Tensors& batch) const;

  /// observe() for the last maps of streams that read one channel each.
  void observe_last_maps(const Tensors& streams) const;

 private:
  MotionInputConfig input_;
};

}  // namespace merkit::neural
