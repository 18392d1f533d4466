#pragma once

#include <string>

namespace merkit {

/// "cpu", "auto" or "cuda:N" ("cuda" is "cuda:0"). Throws ConfigError for anything else.
std::string checked_device_name(const std::string& name);

/// "cpu", for a method that computes nowhere else. Throws ConfigError as above, MachineError for another device.
std::string checked_cpu(const std::string& device, const std::string& method);

}  // namespace merkit
