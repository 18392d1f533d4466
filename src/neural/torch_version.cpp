#include "neural/torch_version.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace merkit::neural {

std::string torch_version() { return TORCH_VERSION; }

at::Generator make_generator(std::uint64_t seed) { return at::detail::createCPUGenerator(seed); }

namespace {

void set_autocast(bool on) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
  at::autocast::set_autocast_dtype(at::kCUDA, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCUDA, on);
#else
  at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
  at::autocast::set_enabled(on);
#endif
  if (!on) at::autocast::clear_cache();
}

}  // namespace

Autocast::Autocast(const torch::Device& device) : on_(device.is_cuda()) {
  if (on_) set_autocast(true);
}

Autocast::~Autocast() {
  if (on_) set_autocast(false);
}

std::vector<std::string> cuda_devices() {
  std::vector<std::string> names;
  if (!torch::cuda::is_available()) return names;
  // size_t in 1.13, c10::DeviceIndex in later releases
  const auto count = static_cast<int>(torch::cuda::device_count());
  for (int i = 0; i < count; ++i) names.push_back("cuda:" + std::to_string(i));
  return names;
}

}  // namespace merkit::neural
