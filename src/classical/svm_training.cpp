#include "classical/svm_training.h"

#include "learning/training_set.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include <libsvm/svm.h>

namespace merkit::svm {
namespace {

struct DestroyModel {
  void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
};
using Model = std::unique_ptr<svm_model, DestroyModel>;

/// libsvm tells of its progress on standard output otherwise. Its switch is process-wide.
void silence_libsvm() {
  static const bool done = [] {
    svm_set_print_string_function([](const char*) {});
    return true;
  }();
  static_cast<void>(done);
}

/// Samples in order of their classes: libsvm numbers classes as it meets them, and its ties go to the first.
std::vector<std::size_t> order_by_class(const std::vector<int>& labels) {
  std::vector<std::size_t> order(labels.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return labels[a] < labels[b]; });
  return order;
}

/// scikit-learn's "scale".
double scaled_gamma(const std::vector<double>& standardized, std::size_t features) {
  const auto n = static_cast<double>(standardized.size());
  const double mean = std::accumulate(standardized.begin(), standardized.end(), 0.0) / n;
  double squares = 0;
  for (const double value : standardized) squares += (value - mean) * (value - mean);
  const double variance = squares / n;
  return variance > 0 ? 1 / (static_cast<double>(features) * variance) : 1;
}

/// A kernel matrix as libsvm reads it: row i is (0, i + 1), (1, K(i, 0)), (2, K(i, 1)), ..., end.
class KernelMatrix {
 public:
  KernelMatrix(const std::vector<double>& standardized, std::size_t samples, const Kernel& kernel, int threads)
      : nodes_(samples * (samples + 2)) {
    const std::size_t features = standardized.size() / samples;
    for (std::size_t i = 0; i < samples; ++i) {
      rows_.push_back(&nodes_[i * (samples + 2)]);
      rows_[i][0] = {0, static_cast<double>(i + 1)};
      rows_[i][samples + 1] = {-1, 0};
    }
    for_each_number(samples, threads, [&](std::size_t i) {
      for (std::size_t j = 0; j <= i; ++j) {
        const double value = kernel(&standardized[i * features], &standardized[j * features], features);
        rows_[i][j + 1] = {static_cast<int>(j + 1), value};
        rows_[j][i + 1] = {static_cast<int>(i + 1), value};
      }
    });
  }
  svm_node** rows() { return rows_.data(); }
  double at(std::size_t i, std::size_t j) const { return rows_[i][j + 1].value; }

 private:
  std::vector<svm_node> nodes_;
  std::vector<svm_node*> rows_;
};

Model solve(KernelMatrix& kernel, std::vector<double>& sorted_labels, const SvmConfig& config) {
  silence_libsvm();
  std::vector<int> present;
  std::vector<double> weights;
  for (const double label : sorted_labels)
    if (present.empty() || label != present.back()) present.push_back(static_cast<int>(label));
  for (const int label : present)
    weights.push_back(static_cast<double>(sorted_labels.size()) /
                      (static_cast<double>(present.size()) *
                       static_cast<double>(std::count(sorted_labels.begin(), sorted_labels.end(), label))));
  svm_parameter parameter = {};
  parameter.svm_type = C_SVC;
  parameter.kernel_type = PRECOMPUTED;
  parameter.cache_size = 200;
  parameter.eps = config.tolerance;
  parameter.C = config.c;
  parameter.shrinking = 1;
  if (config.balanced) {
    parameter.nr_weight = static_cast<int>(present.size());
    parameter.weight_label = present.data();
    parameter.weight = weights.data();
  }
  const svm_problem problem = {static_cast<int>(sorted_labels.size()), sorted_labels.data(), kernel.rows()};
  if (const char* wrong = svm_check_parameter(&problem, &parameter))
    throw ConfigError(std::string("libsvm refuses the settings: ") + wrong);
  return Model(svm_train(&problem, &parameter));
}

/// `model` has the classes that occur, LearnedMachines all: the rows and pairs between are 0.
void copy_machines(const svm_model& model, LearnedMachines& machines) {
  const auto classes = static_cast<std::size_t>(machines.classes), present = static_cast<std::size_t>(model.nr_class);
  const auto vectors = static_cast<std::size_t>(model.l);
  const auto pair_of = [](std::size_t i, std::size_t j, std::size_t n) { return i * (2 * n - i - 1) / 2 + j - i - 1; };
  machines.counts.assign(classes, 0);
  machines.coefficients.assign((classes - 1) * vectors, 0);
  machines.rho.assign(classes * (classes - 1) / 2, 0);
  std::vector<std::size_t> start(present + 1);
  for (std::size_t p = 0; p < present; ++p) {
    machines.counts[static_cast<std::size_t>(model.label[p])] = model.nSV[p];
    start[p + 1] = start[p] + static_cast<std::size_t>(model.nSV[p]);
  }
  for (std::size_t p = 0; p < present; ++p)
    for (std::size_t q = p + 1; q < present; ++q) {
      const auto i = static_cast<std::size_t>(model.label[p]), j = static_cast<std::size_t>(model.label[q]);
      machines.rho[pair_of(i, j, classes)] = model.rho[pair_of(p, q, present)];
      for (std::size_t s = start[p]; s < start[p + 1]; ++s)
        machines.coefficients[(j - 1) * vectors + s] = model.sv_coef[q - 1][s];
      for (std::size_t s = start[q]; s < start[q + 1]; ++s)
        machines.coefficients[i * vectors + s] = model.sv_coef[p][s];
    }
}

}  // namespace

Training train(const std::vector<std::vector<float>>& features, const std::vector<int>& labels, int classes,
               const SvmConfig& config, int threads) {
  const std::size_t samples = features.size(), length = features.at(0).size();
  Training result;
  LearnedMachines& machines = result.machines;
  machines.classes = classes;
  machines.standardization = config.standardize
                                 ? standardization_of(features)
                                 : Standardization{std::vector<double>(length, 0.0), std::vector<double>(length, 1.0)};

  const std::vector<std::size_t> order = order_by_class(labels);
  std::vector<double> standardized(samples * length), sorted_labels;
  for (std::size_t i = 0; i < samples; ++i) {
    machines.standardization.apply(features[order[i]].data(), &standardized[i * length]);
    sorted_labels.push_back(labels[order[i]]);
  }
  machines.kernel.type = config.kernel == "rbf" ? Kernel::Type::rbf : Kernel::Type::linear;
  machines.kernel.gamma = config.gamma > 0 ? config.gamma : scaled_gamma(standardized, length);

  KernelMatrix kernel(standardized, samples, machines.kernel, threads);
  const Model model = solve(kernel, sorted_labels, config);
  copy_machines(*model, machines);
  std::vector<std::size_t> chosen;  // support vectors, as rows of the kernel matrix
  for (int s = 0; s < model->l; ++s) chosen.push_back(static_cast<std::size_t>(model->sv_indices[s] - 1));
  for (const std::size_t row : chosen) {
    const std::vector<float>& vector = features[order[row]];
    machines.support_vectors.insert(machines.support_vectors.end(), vector.begin(), vector.end());
  }

  std::vector<double> kernel_values(chosen.size());
  for (std::size_t i = 0; i < samples; ++i) {
    for (std::size_t s = 0; s < chosen.size(); ++s) kernel_values[s] = kernel.at(i, chosen[s]);
    const std::vector<double> scores = softmax(class_values(decision_values(machines, kernel_values), machines.counts));
    const auto truth = static_cast<std::size_t>(sorted_labels[i]);
    result.loss -= std::log(scores[truth]) / static_cast<double>(samples);
    if (*std::max_element(scores.begin(), scores.end()) == scores[truth])
      result.accuracy += 1 / static_cast<double>(samples);
  }
  return result;
}

}  // namespace merkit::svm
