#include "neural/tensors.h"

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

std::string described(const ModelTensor& tensor) { return tensor.dtype + " " + shape_text(tensor.shape); }

/// What `given` lacks, has too much, or has in another form.
std::string differences(const std::vector<ModelTensor>& expected, const std::vector<ModelTensor>& given) {
  std::map<std::string, std::string> left;
  for (const ModelTensor& tensor : given) left[tensor.name] = described(tensor);
  std::string text;
  for (const ModelTensor& tensor : expected) {
    const auto found = left.find(tensor.name);
    if (found == left.end())
      text += "\n  missing: " + tensor.name + " " + described(tensor);
    else if (found->second != described(tensor))
      text += "\n  " + tensor.name + ": has " + found->second + ", expected " + described(tensor);
    if (found != left.end()) left.erase(found);
  }
  for (const auto& [name, form] : left) text += "\n  not part of the method: " + name + " " + form;
  return text;
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
  if (const std::string text = differences(expected, tensors); !text.empty())
    throw ModelError("the tensors of model \"" + model_name + "\" do not fit its method and configuration:" + text,
                     "the model was made for another method or another configuration");

  std::map<std::string, const ModelTensor*> by_name;
  for (const ModelTensor& tensor : tensors) by_name[tensor.name] = &tensor;
  const torch::NoGradGuard no_grad;
  for (const auto& [name, value] : values) {
    const ModelTensor& source = *by_name.at(name);
    const torch::Tensor plain = torch::empty(source.shape, value.options().device(torch::kCPU));
    if (plain.nbytes() != source.bytes.size())
      throw ModelError("tensor \"" + name + "\" of model \"" + model_name + "\" is incomplete");
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

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
  return "[" + text + "]";
}

}  // namespace merkit::neural
