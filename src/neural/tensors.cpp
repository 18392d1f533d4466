#include "neural/tensors.h"

#include "learning/stored_model.h"
#include "merkit/core/error.h"

#include <cstring>
#include <map>

namespace merkit::neural {
namespace {

std::string dtype_name(const std::string& name, torch::Dtype dtype) {
  switch (dtype) {
    case torch::kFloat32:
      return "F32";
    case torch::kFloat64:
      return "F64";
    case torch::kInt64:
      return "I64";
    case torch::kUInt8:
      return "U8";
    default:
      throw ModelError("tensor \"" + name + "\" is of type " + c10::toString(dtype) + ", which model files lack");
  }
}

}  // namespace

ModelTensor layout_of(const std::string& name, const torch::Tensor& tensor) {
  return {name, dtype_name(name, tensor.scalar_type()), tensor.sizes().vec(), {}};
}

ModelTensor to_model_tensor(const std::string& name, const torch::Tensor& tensor) {
  ModelTensor result = layout_of(name, tensor);
  const torch::Tensor plain = tensor.detach().to(torch::kCPU).contiguous();
  result.bytes.resize(plain.nbytes());
  std::memcpy(result.bytes.data(), plain.data_ptr(), result.bytes.size());
  return result;
}

void copy_into(Network& network, const std::vector<ModelTensor>& tensors, const std::string& model_name) {
  const auto values = named_values(network);
  std::vector<ModelTensor> expected;
  for (const auto& [name, value] : values) expected.push_back(layout_of(name, value));
  check_layout(expected, tensors, model_name);

  std::map<std::string, const ModelTensor*> by_name;
  for (const ModelTensor& tensor : tensors) by_name[tensor.name] = &tensor;
  const torch::NoGradGuard no_grad;
  for (const auto& [name, value] : values) {
    const ModelTensor& source = *by_name.at(name);
    const torch::Tensor plain = torch::empty(source.shape, value.options().device(torch::kCPU));
    if (plain.nbytes() != source.bytes.size()) throw_incomplete(name, model_name);
    std::memcpy(plain.data_ptr(), source.bytes.data(), source.bytes.size());
    torch::Tensor target = value;
    target.copy_(plain);
  }
}

Tensors stacked(const std::vector<Tensors>& samples) {
  Tensors result;
  for (std::size_t input = 0; input < samples.at(0).size(); ++input) {
    Tensors column;
    for (const Tensors& sample : samples) column.push_back(sample.at(input));
    result.push_back(torch::stack(column));
  }
  return result;
}

Tensors rows(const Tensors& batch, const torch::Tensor& indices) {
  Tensors result;
  for (const torch::Tensor& input : batch) result.push_back(input.index_select(0, indices.to(input.device())));
  return result;
}

Tensors moved(const Tensors& batch, const torch::Device& device) {
  Tensors result;
  for (const torch::Tensor& input : batch) result.push_back(input.to(device));
  return result;
}

}  // namespace merkit::neural
