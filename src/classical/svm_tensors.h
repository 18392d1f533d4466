#pragma once

#include "classical/support_vector_machine.h"
#include "merkit/core/model_file.h"

#include <string>
#include <vector>

namespace merkit::svm {

/// The tensors of a model file for machines of that many classes, features and support vectors, without payload.
std::vector<ModelTensor> tensor_layout(Kernel::Type kernel, int classes, std::size_t features, std::int64_t vectors);

/// The same with payload.
std::vector<ModelTensor> to_tensors(const LearnedMachines& machines);

/// And back, bit for bit. Nothing is believed: throws ModelError for other names, dtypes, shapes or sizes, counts that
/// do not add up, and values that are not finite or beyond what training can give.
LearnedMachines from_tensors(const std::vector<ModelTensor>& tensors, Kernel::Type kernel, int classes,
                             std::size_t features, const std::string& model_name);

}  // namespace merkit::svm
