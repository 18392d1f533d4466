#include "learning/device_name.h"

#include "merkit/core/error.h"

#include <algorithm>

namespace merkit {

std::string checked_device_name(const std::string& name) {
  if (name == "cpu" || name == "auto") return name;
  if (name == "cuda") return "cuda:0";
  const bool numbered = name.rfind("cuda:", 0) == 0 && name.size() > 5 && name.size() < 9 &&
                        std::all_of(name.begin() + 5, name.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!numbered) throw_unknown_name("device", name, {"cpu", "cuda", "cuda:N", "auto"});
  return "cuda:" + std::to_string(std::stoi(name.substr(5)));
}

std::string checked_cpu(const std::string& device, const std::string& method) {
  const std::string wanted = checked_device_name(device);
  if (wanted != "cpu" && wanted != "auto")
    throw MachineError(method + " computes on the CPU; there is no device \"" + device + "\" for it",
                       "use --device cpu or --device auto");
  return "cpu";
}

}  // namespace merkit
