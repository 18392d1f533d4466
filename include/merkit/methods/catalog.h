#pragma once

#include "merkit/learning/method.h"

#include <memory>
#include <string_view>
#include <vector>

namespace merkit {

/// Every method, by name. Methods built on LibTorch lie in a plug-in beside the program, which this loads.
const std::vector<Method>& methods();

/// One method; does not load the plug-in when the method does not need it. Throws ConfigError listing the names.
const Method& find_method(std::string_view name);

/// configs/methods/<name>.json. Throws ConfigError.
Settings default_config(std::string_view name);

/// A recognizer ready to use from a model file, whichever method made it. Throws ModelError.
std::unique_ptr<Recognizer> load_recognizer(const ModelFile& model);

/// The same for a spotter.
std::unique_ptr<Spotter> load_spotter(const ModelFile& model);

}  // namespace merkit
