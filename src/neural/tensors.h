#pragma once

#include "merkit/core/model_file.h"
#include "neural/network.h"

#include <vector>

namespace merkit::neural {

/// One tensor as a model file stores it. Throws ModelError for a dtype that model files do not have.
ModelTensor to_model_tensor(const std::string& name, const torch::Tensor& tensor);

/// The same without bytes.
ModelTensor layout_of(const std::string& name, const torch::Tensor& tensor);

/// Copies the tensors of `model` into `network`. Names, dtypes and shapes must match exactly, each way; throws
/// ModelError that lists every difference, and then leaves `network` untouched.
void copy_into(Network& network, const std::vector<ModelTensor>& tensors, const std::string& model_name);

/// Samples side by side along a new first dimension: [C, H, W] each -> [N, C, H, W].
Tensors stacked(const std::vector<Tensors>& samples);

/// The rows `indices` of each tensor.
Tensors rows(const Tensors& batch, const torch::Tensor& indices);

Tensors moved(const Tensors& batch, const torch::Device& device);

}  // namespace merkit::neural
