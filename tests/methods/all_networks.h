#pragma once

#include "methods/every_recognizer.h"
#include "methods/method_list.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace merkit::neural {

/// The networks of all methods, with three classes and their default configuration but for the size of the input, where
/// it can be set: that of the synthetic samples, and one member. `settings` are for those that know them.
inline std::vector<std::pair<std::string, std::unique_ptr<Recognizer>>> all_networks(
    const std::vector<std::pair<std::string, std::string>>& settings = {}) {
  std::vector<std::pair<std::string, std::unique_ptr<Recognizer>>> list;
  for (const Method& method : {
#define MERKIT_METHOD(name) catalog::name(),
#include "neural_methods.inc"
#undef MERKIT_METHOD
       })
    if (method.make_recognizer) {
      Settings config;
      if (merkit::testing::knows(method.resolve_config(config), "input.size")) config.set("input.size", "28", "test");
      if (merkit::testing::knows(method.resolve_config(config), "training.members"))
        config.set("training.members", "1", "test");
      for (const auto& [path, value] : settings)
        if (merkit::testing::knows(method.resolve_config(config), path)) config.set(path, value, "test");
      list.emplace_back(method.name, method.make_recognizer(config, merkit::testing::three_emotions()));
    }
  return list;
}

}  // namespace merkit::neural
