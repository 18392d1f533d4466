#pragma once

#include "classical/support_vector_machine.h"

#include <string>
#include <vector>

namespace merkit::svm {

struct SvmConfig {
  std::string kernel = "rbf";
  double c = 3;
  double gamma = 0;
  bool balanced = true;
  double tolerance = 1e-3;
  /// Whether features are brought to mean 0 and deviation 1 of the training samples. No setting: the method decides.
  bool standardize = true;
};

template <class Visitor>
void fields(Visitor&& visit, SvmConfig& c) {
  visit("kernel", c.kernel, "rbf (exp(-gamma squared distance)) or linear",
        [](const std::string& name) { return name == "rbf" || name == "linear" ? nullptr : "must be rbf or linear"; });
  visit("C", c.c, "cost of a training sample on the wrong side of its margin",
        [](double x) { return x >= 1e-6 && x <= 1e6 ? nullptr : "must be in 1e-6..1e6"; });
  visit("gamma", c.gamma, "of rbf; 0: 1 / (number of features x variance of the standardised training set)",
        [](double x) { return x >= 0 && x <= 1e6 ? nullptr : "must be in 0..1e6"; });
  visit("balanced", c.balanced, "multiply C by samples / (classes x samples of the class), so that all weigh the same");
  visit("tolerance", c.tolerance, "violation of the optimality conditions at which the solver stops",
        [](double x) { return x >= 1e-9 && x <= 0.1 ? nullptr : "must be in 1e-9..0.1"; });
}

struct Training {
  LearnedMachines machines;
  double loss = 0;      ///< mean of -log of the true class's score over the training samples
  double accuracy = 0;  ///< share of the training samples classified rightly
};

/// Fits one machine to each pair of classes there are among `labels` (0 .. classes - 1; at least two must occur).
/// `features`: one vector a sample, all of one length, finite. Deterministic, whatever `threads` is. Solved by libsvm
/// (C-SVC), from a kernel matrix made here: memory grows with the square of the number of samples (16 bytes a pair).
Training train(const std::vector<std::vector<float>>& features, const std::vector<int>& labels, int classes,
               const SvmConfig& config, int threads);

}  // namespace merkit::svm
