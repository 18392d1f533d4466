#pragma once

#include "merkit/core/model_file.h"
#include "neural/network.h"

#include <string>

namespace merkit::neural {

/// Gives `part`, a module of the network, the values that it has in `model`, whether either is an ensemble or not.
/// Throws ModelError unless that is of the same method and its part of the same sizes.
void take_over(Network& network, const torch::nn::Module& part, const ModelFile& model, const std::string& method);

}  // namespace merkit::neural
