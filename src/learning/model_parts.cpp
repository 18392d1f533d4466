#include "learning/model_parts.h"

namespace merkit {

std::vector<ModelTensor> part_of(const std::vector<ModelTensor>& tensors, const std::string& prefix) {
  std::vector<ModelTensor> part;
  for (const ModelTensor& tensor : tensors) {
    if (tensor.name.rfind(prefix, 0) != 0) continue;
    part.push_back(tensor);
    part.back().name = tensor.name.substr(prefix.size());
  }
  return part;
}

std::vector<ModelTensor> without_part(const std::vector<ModelTensor>& tensors, const std::string& prefix) {
  std::vector<ModelTensor> rest;
  for (const ModelTensor& tensor : tensors)
    if (tensor.name.rfind(prefix, 0) != 0) rest.push_back(tensor);
  return rest;
}

}  // namespace merkit
