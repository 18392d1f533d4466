#pragma once

#include "neural/dropout_mask.h"

#include <torch/torch.h>

namespace merkit::neural {

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

}  // namespace merkit::neural
