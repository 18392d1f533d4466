#pragma once

#include "merkit/core/settings.h"

#include <map>
#include <string>

#include <nlohmann/json.hpp>

namespace merkit {

struct Settings::Impl {
  nlohmann::ordered_json value = nlohmann::ordered_json::object();
  std::string path;                 ///< JSON pointer of `value` in the tree it is part of
  std::string origin = "built-in";  ///< where values without an entry in `places` come from
  std::map<std::string, std::string>
      places;  ///< JSON pointer in this tree -> "FILE:/pointer/there", as the user wrote it

  /// "ststnet.json:/training/epochs", for messages.
  std::string place(const std::string& key) const;
};

}  // namespace merkit
