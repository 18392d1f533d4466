#include "classical/svm_tensors.h"

#include "learning/stored_model.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

namespace merkit::svm {
namespace {

// Far beyond what training can give, and so small that no decision value overflows: (x - mean) / deviation stays below
// 1e70, its square times the number of features times a coefficient below 1e250.
constexpr double kLargestFeature = 1e9, kSmallestDeviation = 1e-60, kLargestCoefficient = 1e100;

/// The tensors of a file, each read once by name.
class Reader {
 public:
  Reader(const std::vector<ModelTensor>& tensors, const std::string& model_name) : model_(model_name) {
    for (const ModelTensor& tensor : tensors) by_name_[tensor.name] = &tensor;
  }

  /// Values of a tensor whose dtype was checked. Every one must be finite and pass `accepts`.
  template <class T, class Check>
  std::vector<T> values(const std::string& name, const char* expected, Check accepts) const {
    const ModelTensor& tensor = *by_name_.at(name);
    const std::size_t count = tensor.bytes.size() / sizeof(T);
    std::size_t promised = 1;
    for (const std::int64_t extent : tensor.shape) {
      if (extent < 0 ||
          (extent > 0 && promised > std::numeric_limits<std::size_t>::max() / 16 / static_cast<std::size_t>(extent)))
        throw_incomplete(name, model_);
      promised *= static_cast<std::size_t>(extent);
    }
    if (tensor.bytes.size() % sizeof(T) != 0 || count != promised) throw_incomplete(name, model_);
    std::vector<T> result(count);
    if (count > 0) std::memcpy(result.data(), tensor.bytes.data(), tensor.bytes.size());
    for (const T value : result)
      if (!std::isfinite(static_cast<double>(value)) || !accepts(value)) refuse(name, expected);
    return result;
  }

  [[noreturn]] void refuse(const std::string& name, const std::string& expected) const {
    throw ModelError("tensor \"" + name + "\" of model \"" + model_ + "\" does not hold " + expected,
                     "train the model again");
  }

 private:
  std::map<std::string, const ModelTensor*> by_name_;
  const std::string& model_;
};

/// Only the file knows how many support vectors there are.
std::int64_t stored_vectors(const std::vector<ModelTensor>& tensors) {
  const auto found = std::find_if(tensors.begin(), tensors.end(),
                                  [](const ModelTensor& tensor) { return tensor.name == "support_vectors"; });
  return found == tensors.end() || found->shape.empty() ? 0 : found->shape[0];
}

template <class T>
void put(std::vector<ModelTensor>& tensors, const std::string& name, const std::vector<T>& values) {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const ModelTensor& tensor) { return tensor.name == name; });
  found->bytes.resize(values.size() * sizeof(T));
  std::memcpy(found->bytes.data(), values.data(), found->bytes.size());
}

}  // namespace

std::vector<ModelTensor> tensor_layout(Kernel::Type kernel, int classes, std::size_t features, std::int64_t vectors) {
  const std::int64_t k = classes, length = static_cast<std::int64_t>(features);
  std::vector<ModelTensor> layout = {
      {"support_vectors", "F32", {vectors, length}, {}},
      {"coefficients", "F64", {k - 1, vectors}, {}},
      {"rho", "F64", {k * (k - 1) / 2}, {}},
      {"counts", "I64", {k}, {}},
      {"mean", "F64", {length}, {}},
      {"deviation", "F64", {length}, {}},
  };
  if (kernel == Kernel::Type::rbf) layout.push_back({"gamma", "F64", {1}, {}});
  return layout;
}

std::vector<ModelTensor> to_tensors(const LearnedMachines& machines) {
  std::vector<ModelTensor> tensors = tensor_layout(machines.kernel.type, machines.classes, machines.features(),
                                                   static_cast<std::int64_t>(machines.vectors()));
  put(tensors, "support_vectors", machines.support_vectors);
  put(tensors, "coefficients", machines.coefficients);
  put(tensors, "rho", machines.rho);
  put(tensors, "counts", machines.counts);
  put(tensors, "mean", machines.standardization.mean);
  put(tensors, "deviation", machines.standardization.deviation);
  if (machines.kernel.type == Kernel::Type::rbf) put(tensors, "gamma", std::vector<double>{machines.kernel.gamma});
  return tensors;
}

LearnedMachines from_tensors(const std::vector<ModelTensor>& tensors, Kernel::Type kernel, int classes,
                             std::size_t features, const std::string& model_name) {
  const std::int64_t vectors = stored_vectors(tensors);
  check_layout(tensor_layout(kernel, classes, features, vectors), tensors, model_name);
  const Reader reader(tensors, model_name);
  const auto within = [](double limit) { return [limit](auto value) { return std::abs(value) <= limit; }; };

  LearnedMachines machines;
  machines.classes = classes;
  machines.kernel.type = kernel;
  machines.support_vectors = reader.values<float>("support_vectors", "feature values", within(kLargestFeature));
  machines.coefficients = reader.values<double>("coefficients", "coefficients", within(kLargestCoefficient));
  machines.rho = reader.values<double>("rho", "thresholds", within(kLargestCoefficient));
  machines.standardization.mean = reader.values<double>("mean", "means of feature values", within(kLargestFeature));
  machines.standardization.deviation = reader.values<double>(
      "deviation", "standard deviations of feature values",
      [](double value) { return value == 0 || (value >= kSmallestDeviation && value <= kLargestFeature); });
  if (kernel == Kernel::Type::rbf)
    machines.kernel.gamma =
        reader.values<double>("gamma", "a positive number", [](double g) { return g > 0 && g <= kLargestCoefficient; })
            .at(0);

  const char* const expected = "how many support vectors each class has";
  machines.counts =
      reader.values<std::int64_t>("counts", expected, [&](std::int64_t n) { return n >= 0 && n <= vectors; });
  std::int64_t left = vectors;
  for (const std::int64_t count : machines.counts) {
    if (count > left) reader.refuse("counts", std::string(expected) + " (their sum is too great)");
    left -= count;
  }
  if (left != 0) reader.refuse("counts", std::string(expected) + " (their sum is too small)");
  if (std::count_if(machines.counts.begin(), machines.counts.end(), [](std::int64_t n) { return n > 0; }) < 2)
    reader.refuse("counts", std::string(expected) + " (two classes at least have some)");
  return machines;
}

}  // namespace merkit::svm
