#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace merkit::svm {

/// How alike two standardised feature vectors are: exp(-gamma |a - b|^2), or their inner product.
struct Kernel {
  enum class Type { rbf, linear } type = Type::rbf;
  double gamma = 1;  ///< of rbf
  double operator()(const double* a, const double* b, std::size_t features) const;
};

/// Brings every feature to mean 0 and deviation 1 of the training samples. One that never varied there has deviation 0,
/// and is 0 ever after.
struct Standardization {
  std::vector<double> mean, deviation;  ///< [features]; population deviation
  void apply(const float* raw, double* result) const;
};
Standardization standardization_of(const std::vector<std::vector<float>>& samples);

/// All that training finds: one machine for each pair of classes i < j, sharing their support vectors.
///
///     d_ij(x) = sum over support vectors s of i and j of coefficient(s, against the other class) K(s, x) - rho_ij
///
/// speaks for i when it is above 0 and for j otherwise.
struct LearnedMachines {
  int classes = 0;
  Kernel kernel;
  Standardization standardization;
  std::vector<std::int64_t> counts;    ///< [classes]: support vectors of each; 0: the class was not trained
  std::vector<float> support_vectors;  ///< [all of them, features], class by class, before standardisation
  std::vector<double> coefficients;  ///< [classes - 1, all of them], in libsvm's order: row j - 1 of a vector of class
                                     ///< i < j serves d_ij, row i of one of class j
  std::vector<double> rho;           ///< [pairs], in the order of pairs (0, 1), (0, 2), ..., (1, 2), ...
  std::size_t features() const { return standardization.mean.size(); }
  std::size_t vectors() const { return features() == 0 ? 0 : support_vectors.size() / features(); }
};

/// d_ij of all pairs, from the kernel of a sample with every support vector. 0 where a class was not trained.
std::vector<double> decision_values(const LearnedMachines& machines, const std::vector<double>& kernel_values);

/// One value a class, finite, greatest for the class that libsvm names (most votes; of several the first):
///
///     votes + s / (3 (|s| + 1)),  s = sum of the class's decision values
///
/// as in scikit-learn's one-vs-rest decision function; the second term stays within a third. Where the class that
/// libsvm names has as many votes as another but not the greatest s, those two exchange their second terms.
/// A class that was not trained gets -(number of classes), below all others.
std::vector<double> class_values(const std::vector<double>& decisions, const std::vector<std::int64_t>& counts);

/// exp(value) / sum of all.
std::vector<double> softmax(const std::vector<double>& values);

/// LearnedMachines, ready for use. Immutable, so safe to share between threads.
class SupportVectorMachine {
 public:
  explicit SupportVectorMachine(LearnedMachines learned);
  const LearnedMachines& learned() const { return learned_; }
  /// `raw` as the support vectors are, before standardisation.
  std::vector<double> decide(const std::vector<float>& raw) const;

 private:
  LearnedMachines learned_;
  std::vector<double> standardized_;  ///< support vectors
};

}  // namespace merkit::svm
