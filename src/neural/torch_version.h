#pragma once

#include <cstdint>
#include <string>

#include <torch/torch.h>

namespace merkit::neural {

/// Everything that differs between LibTorch releases (1.13 of Debian 12 and 2.x are supported) is in this file.

/// "1.13.1", "2.4.0", ...
std::string torch_version();

/// A CPU generator of its own, apart from the process-wide one, so that trainings may run side by side.
at::Generator make_generator(std::uint64_t seed);

/// While it lives, this thread computes on a CUDA device in bfloat16 what that is good enough for (LibTorch's
/// autocast); on the CPU nothing changes.
class Autocast {
 public:
  explicit Autocast(const torch::Device& device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool on_;
};

/// Names of the CUDA devices that LibTorch can use: "cuda:0", "cuda:1", ... Empty without CUDA.
std::vector<std::string> cuda_devices();

}  // namespace merkit::neural
