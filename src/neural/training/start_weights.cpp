#include "neural/training/start_weights.h"

#include "merkit/core/error.h"
#include "neural/tensors.h"
#include "neural/training/ensemble.h"

namespace merkit::neural {

void take_over(Network& network, const torch::nn::Module& part, const ModelFile& model, const std::string& method) {
  if (model.info.method != method)
    throw ModelError("model \"" + model.info.name + "\" is of method \"" + model.info.method + "\", not \"" + method +
                     "\", so its stage without labels is not the same");
  const std::string first = std::string(Ensemble::kFirst) + ".";
  const auto plain = [&](const std::string& name) {
    return name.rfind(first, 0) == 0 ? name.substr(first.size()) : name;
  };
  std::string prefix;
  for (const auto& module : network.named_modules())
    if (module.value().get() == &part) prefix = module.key() + ".";
  const auto in_part = [&](const std::string& name) { return plain(name).rfind(plain(prefix), 0) == 0; };
  std::vector<ModelTensor> values;
  for (const auto& [name, value] : named_values(network))
    if (!in_part(name)) values.push_back(to_model_tensor(name, value));
  for (ModelTensor tensor : model.tensors)
    if (in_part(tensor.name)) {
      tensor.name = prefix + plain(tensor.name).substr(plain(prefix).size());
      values.push_back(std::move(tensor));
    }
  copy_into(network, values, model.info.name);
}

}  // namespace merkit::neural
