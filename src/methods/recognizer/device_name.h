#pragma once

#include <string>

namespace merkit {

/// "cpu", "auto" or "cuda:N" ("cuda" is "cuda:0"). Throws ConfigError for anything else.
std::string checked_device_name(const std::string& name);

}  // namespace merkit
