#include "classical/support_vector_machine.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace merkit::svm {
namespace {

/// Sum of term(0) .. term(count - 1) in four interleaved parts: a fixed order that does not wait for each addition.
template <class Term>
double sum_of(std::size_t count, Term term) {
  double parts[4] = {};
  std::size_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (std::size_t k = 0; k < 4; ++k) parts[k] += term(i + k);
  for (; i < count; ++i) parts[0] += term(i);
  return (parts[0] + parts[1]) + (parts[2] + parts[3]);
}

}  // namespace

double Kernel::operator()(const double* a, const double* b, std::size_t features) const {
  if (type == Type::linear) return sum_of(features, [&](std::size_t i) { return a[i] * b[i]; });
  return std::exp(-gamma * sum_of(features, [&](std::size_t i) { return (a[i] - b[i]) * (a[i] - b[i]); }));
}

void Standardization::apply(const float* raw, double* result) const {
  for (std::size_t i = 0; i < mean.size(); ++i)
    result[i] = deviation[i] > 0 ? (static_cast<double>(raw[i]) - mean[i]) / deviation[i] : 0;
}

Standardization standardization_of(const std::vector<std::vector<float>>& samples) {
  const std::size_t features = samples.at(0).size();
  const auto n = static_cast<double>(samples.size());
  Standardization result{std::vector<double>(features), std::vector<double>(features)};
  for (std::size_t i = 0; i < features; ++i) {
    double sum = 0, squares = 0;
    bool varies = false;
    for (const auto& sample : samples) {
      sum += static_cast<double>(sample[i]);
      varies = varies || sample[i] != samples[0][i];
    }
    result.mean[i] = sum / n;
    if (!varies) continue;  // the sum of squares might be a rounding error, and divisions by it noise
    for (const auto& sample : samples) {
      const double difference = static_cast<double>(sample[i]) - result.mean[i];
      squares += difference * difference;
    }
    result.deviation[i] = std::sqrt(squares / n);
  }
  return result;
}

std::vector<double> decision_values(const LearnedMachines& machines, const std::vector<double>& kernel_values) {
  const auto classes = static_cast<std::size_t>(machines.classes);
  const std::size_t vectors = machines.vectors();
  std::vector<std::size_t> start(classes + 1);
  for (std::size_t i = 0; i < classes; ++i) start[i + 1] = start[i] + static_cast<std::size_t>(machines.counts[i]);
  std::vector<double> decisions(classes * (classes - 1) / 2);
  std::size_t pair = 0;
  for (std::size_t i = 0; i < classes; ++i)
    for (std::size_t j = i + 1; j < classes; ++j, ++pair) {
      if (start[i] == start[i + 1] || start[j] == start[j + 1]) continue;
      double sum = 0;
      for (std::size_t s = start[i]; s < start[i + 1]; ++s)
        sum += machines.coefficients[(j - 1) * vectors + s] * kernel_values[s];
      for (std::size_t s = start[j]; s < start[j + 1]; ++s)
        sum += machines.coefficients[i * vectors + s] * kernel_values[s];
      decisions[pair] = sum - machines.rho[pair];
    }
  return decisions;
}

std::vector<double> class_values(const std::vector<double>& decisions, const std::vector<std::int64_t>& counts) {
  const std::size_t classes = counts.size();
  std::vector<double> values(classes), sums(classes), votes(classes, -1.0);
  std::size_t pair = 0;
  for (std::size_t i = 0; i < classes; ++i)
    if (counts[i] > 0) votes[i] = 0;
  for (std::size_t i = 0; i < classes; ++i)
    for (std::size_t j = i + 1; j < classes; ++j, ++pair) {
      if (counts[i] == 0 || counts[j] == 0) continue;
      votes[decisions[pair] > 0 ? i : j] += 1;
      sums[i] += decisions[pair];
      sums[j] -= decisions[pair];
    }
  const auto winner = static_cast<std::size_t>(std::max_element(votes.begin(), votes.end()) - votes.begin());
  std::size_t strongest = winner;
  for (std::size_t i = 0; i < classes; ++i)
    if (votes[i] == votes[winner] && sums[i] > sums[strongest]) strongest = i;
  std::swap(sums[winner], sums[strongest]);
  for (std::size_t i = 0; i < classes; ++i)
    values[i] = counts[i] == 0 ? -static_cast<double>(classes) : votes[i] + sums[i] / (3 * (std::abs(sums[i]) + 1));
  return values;
}

std::vector<double> softmax(const std::vector<double>& values) {
  const double greatest = *std::max_element(values.begin(), values.end());
  std::vector<double> scores;
  for (const double value : values) scores.push_back(std::exp(value - greatest));
  const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  for (double& score : scores) score /= sum;
  return scores;
}

SupportVectorMachine::SupportVectorMachine(LearnedMachines learned)
    : learned_(std::move(learned)), standardized_(learned_.support_vectors.size()) {
  const std::size_t features = learned_.features();
  for (std::size_t s = 0; s < learned_.vectors(); ++s)
    learned_.standardization.apply(&learned_.support_vectors[s * features], &standardized_[s * features]);
}

std::vector<double> SupportVectorMachine::decide(const std::vector<float>& raw) const {
  const std::size_t features = learned_.features();
  std::vector<double> sample(features), kernel_values(learned_.vectors());
  learned_.standardization.apply(raw.data(), sample.data());
  for (std::size_t s = 0; s < kernel_values.size(); ++s)
    kernel_values[s] = learned_.kernel(&standardized_[s * features], sample.data(), features);
  return decision_values(learned_, kernel_values);
}

}  // namespace merkit::svm
