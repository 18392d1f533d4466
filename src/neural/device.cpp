#include "neural/device.h"

#include "learning/device_name.h"
#include "merkit/core/error.h"
#include "neural/torch_version.h"

#include <algorithm>

namespace merkit::neural {

torch::Device device_from_string(const std::string& name) {
  const std::string wanted = checked_device_name(name);
  if (wanted == "cpu") return torch::kCPU;
  const std::vector<std::string> present = cuda_devices();
  if (wanted == "auto") return present.empty() ? torch::Device(torch::kCPU) : torch::Device(present.front());
  if (std::find(present.begin(), present.end(), wanted) == present.end()) {
    std::string offered = "cpu";
    for (const std::string& device : present) offered += ", " + device;
    throw MachineError(
        "there is no device \"" + name + "\"; this machine and LibTorch " + torch_version() + " offer: " + offered,
        "use --device cpu or --device auto");
  }
  return torch::Device(wanted);
}

}  // namespace merkit::neural
