#include "evaluation/confusion.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

namespace merkit {

namespace {

/// Uniform in 0..count-1. The library's distributions may differ between implementations; mt19937_64 itself may not.
std::size_t draw(std::mt19937_64& generator, std::size_t count) {
  const std::uint64_t largest = std::mt19937_64::max();
  const std::uint64_t fair_end = largest - largest % count;
  std::uint64_t value = generator();
  while (value >= fair_end) value = generator();
  return static_cast<std::size_t>(value % count);
}

/// Linear interpolation between order statistics, as NumPy's default.
double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(at));
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

ConfidenceInterval central_95(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.025), quantile(values, 0.975)};
}

}  // namespace

MetricIntervals bootstrap_over_subjects(const std::vector<Outcome>& outcomes, const LabelSet& labels, int resamples,
                                        unsigned seed) {
  std::vector<ConfusionMatrix> subjects;
  for (auto& [subject, confusion] : confusion_by_subject(outcomes, labels)) subjects.push_back(confusion);
  MetricIntervals result;
  if (subjects.empty() || resamples < 1) return result;

  std::mt19937_64 generator(seed);
  std::vector<double> uf1, uar, accuracy;
  for (int r = 0; r < resamples; ++r) {
    ConfusionMatrix pooled = empty_confusion(labels.size());
    for (std::size_t i = 0; i < subjects.size(); ++i) add_to(pooled, subjects[draw(generator, subjects.size())]);
    const RecognitionMetrics metrics = metrics_of(pooled, labels);
    uf1.push_back(metrics.uf1);
    uar.push_back(metrics.uar);
    accuracy.push_back(metrics.accuracy);
  }
  result.uf1 = central_95(uf1);
  result.uar = central_95(uar);
  result.accuracy = central_95(accuracy);
  result.resamples = resamples;
  return result;
}

}  // namespace merkit
