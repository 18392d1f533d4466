#include "neural/torch_version.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/version.h>

namespace merkit::neural {

std::string torch_version() { return TORCH_VERSION; }

at::Generator make_generator(std::uint64_t seed) { return at::detail::createCPUGenerator(seed); }

std::vector<std::string> cuda_devices() {
  std::vector<std::string> names;
  if (!torch::cuda::is_available()) return names;
  // size_t in 1.13, c10::DeviceIndex in later releases
  const auto count = static_cast<int>(torch::cuda::device_count());
  for (int i = 0; i < count; ++i) names.push_back("cuda:" + std::to_string(i));
  return names;
}

}  // namespace merkit::neural
