#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "merkit/core/settings.h"

namespace merkit {

struct Settings::Impl {
  nlohmann::ordered_json value = nlohmann::ordered_json::object();
  std::string path;                            ///< JSON pointer of `value` in the whole tree
  std::string origin = "built-in";             ///< where values without an entry in `origins` come from
  std::map<std::string, std::string> origins;  ///< JSON pointer -> file, flag or variable

  /// "ststnet.json:/training/epochs", for messages.
  std::string place(const std::string& key) const;
};

}  // namespace merkit
