#include "merkit/evaluation/evaluation.h"

#include <cmath>

namespace merkit {
namespace {

using BySeed = std::map<std::uint64_t, std::vector<Outcome>>;

/// Means of the figures over the seeds; counts and confusion matrix are sums.
RecognitionMetrics mean_over_seeds(const BySeed& outcomes, const LabelSet& labels) {
  std::vector<Outcome> all;
  for (const auto& [seed, of_seed] : outcomes) all.insert(all.end(), of_seed.begin(), of_seed.end());
  RecognitionMetrics mean = recognition_metrics(all, labels);
  if (outcomes.size() == 1) return mean;
  std::vector<RecognitionMetrics> each;
  for (const auto& [seed, of_seed] : outcomes) each.push_back(recognition_metrics(of_seed, labels));
  const auto average = [&](double RecognitionMetrics::*figure) {
    double sum = 0;
    for (const auto& metrics : each) sum += metrics.*figure;
    mean.*figure = sum / static_cast<double>(each.size());
  };
  average(&RecognitionMetrics::uf1);
  average(&RecognitionMetrics::uar);
  average(&RecognitionMetrics::accuracy);
  average(&RecognitionMetrics::weighted_f1);
  average(&RecognitionMetrics::fold_mean_f1);
  return mean;
}

std::vector<std::pair<std::string, RecognitionMetrics>> grouped(const BySeed& outcomes, const LabelSet& labels,
                                                                std::string Outcome::*key) {
  std::map<std::string, BySeed> groups;
  for (const auto& [seed, of_seed] : outcomes)
    for (const auto& outcome : of_seed) groups[outcome.*key][seed].push_back(outcome);
  std::vector<std::pair<std::string, RecognitionMetrics>> result;
  for (const auto& [name, members] : groups) result.emplace_back(name, mean_over_seeds(members, labels));
  return result;
}

}  // namespace

Evaluation::Recognition score_recognition(const std::map<std::uint64_t, std::vector<Outcome>>& outcomes,
                                          const LabelSet& labels) {
  Evaluation::Recognition result;
  result.labels = labels;
  result.metrics = mean_over_seeds(outcomes, labels);
  for (const auto& [seed, of_seed] : outcomes) {
    result.per_seed.emplace_back(seed, recognition_metrics(of_seed, labels));
    result.outcomes.insert(result.outcomes.end(), of_seed.begin(), of_seed.end());
  }
  result.intervals = bootstrap_over_subjects(result.outcomes, labels);
  result.majority = majority_baseline(outcomes.begin()->second, labels);
  result.random_by_frequency = random_baseline(outcomes.begin()->second, labels, RandomGuess::by_frequency);
  result.random_even = random_baseline(outcomes.begin()->second, labels, RandomGuess::even);
  result.per_dataset = grouped(outcomes, labels, &Outcome::dataset);
  result.per_subject = grouped(outcomes, labels, &Outcome::subject);
  return result;
}

double deviation_over_seeds(const Evaluation::Recognition& recognition, double RecognitionMetrics::*figure) {
  const auto& seeds = recognition.per_seed;
  if (seeds.size() < 2) return 0;
  double mean = 0, squares = 0;
  for (const auto& [seed, metrics] : seeds) mean += metrics.*figure / static_cast<double>(seeds.size());
  for (const auto& [seed, metrics] : seeds) squares += std::pow(metrics.*figure - mean, 2);
  return std::sqrt(squares / static_cast<double>(seeds.size() - 1));
}

}  // namespace merkit
