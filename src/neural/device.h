#pragma once

#include <string>

#include <torch/torch.h>

namespace merkit::neural {

/// "cpu", "cuda", "cuda:N" or "auto" (CUDA where there is one) as a device. Throws ConfigError for anything else,
/// MachineError listing the devices there are for one that is absent.
torch::Device device_from_string(const std::string& name);

}  // namespace merkit::neural
