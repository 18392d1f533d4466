#pragma once

#include "merkit/core/model_file.h"

#include <string>
#include <vector>

namespace merkit {

/// In the file of a method that spots and recognizes, the tensors of the spotter begin with this; the others are those
/// of the recognizer, which leaves the spotter's alone.
inline constexpr const char* kSpotterPart = "spotter.";

/// The tensors whose names begin with `prefix`, without it.
std::vector<ModelTensor> part_of(const std::vector<ModelTensor>& tensors, const std::string& prefix);

/// The tensors whose names do not.
std::vector<ModelTensor> without_part(const std::vector<ModelTensor>& tensors, const std::string& prefix);

}  // namespace merkit
