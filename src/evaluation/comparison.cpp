#include "merkit/evaluation/comparison.h"

#include "evaluation/confusion.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>

namespace merkit {
namespace {

/// Two-sided exact binomial test with p = 1/2: twice the smaller tail.
double sign_test(int a, int b) {
  const int n = a + b;
  if (n == 0) return 1;
  const auto log_choose = [&](int k) { return std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0); };
  double tail = 0;
  for (int k = 0; k <= std::min(a, b); ++k) tail += std::exp(log_choose(k) - n * std::log(2.0));
  return std::min(1.0, 2 * tail);
}

/// One person's confusion matrices of the two runs.
struct Person {
  ConfusionMatrix first, second;
};

double uf1_difference(const std::vector<Person>& people, const std::vector<bool>& exchanged, const LabelSet& labels) {
  ConfusionMatrix sums[2] = {empty_confusion(labels.size()), empty_confusion(labels.size())};
  for (std::size_t i = 0; i < people.size(); ++i) {
    add_to(sums[exchanged[i]], people[i].first);
    add_to(sums[!exchanged[i]], people[i].second);
  }
  return metrics_of(sums[0], labels).uf1 - metrics_of(sums[1], labels).uf1;
}

}  // namespace

RunComparison compare_runs(const std::vector<Outcome>& first, const std::vector<Outcome>& second,
                           const LabelSet& labels, int exchanges, unsigned seed) {
  std::map<std::pair<std::string, std::string>, const Outcome*> others;
  for (const auto& outcome : second) others[{outcome.subject, outcome.id}] = &outcome;
  RunComparison result;
  std::vector<Outcome> matched_first, matched_second;
  for (const auto& outcome : first) {
    const auto found = others.find({outcome.subject, outcome.id});
    if (found == others.end()) continue;
    const Outcome& other = *found->second;
    if (other.truth != outcome.truth)
      throw InputError("the two runs disagree on what clip \"" + outcome.id + "\" of " + outcome.subject + " is",
                       "score both with the same labels");
    matched_first.push_back(outcome);
    matched_second.push_back(other);
    const bool right = outcome.predicted == outcome.truth, other_right = other.predicted == other.truth;
    ++(right         ? other_right ? result.both_right : result.only_first
       : other_right ? result.only_second
                     : result.both_wrong);
  }
  if (matched_first.empty())
    throw InputError("the two runs have no clip in common", "clips are matched by dataset, subject and clip_id");
  result.unmatched = static_cast<int>(first.size() + second.size() - 2 * matched_first.size());

  const RecognitionMetrics a = recognition_metrics(matched_first, labels);
  const RecognitionMetrics b = recognition_metrics(matched_second, labels);
  result.uf1_difference = a.uf1 - b.uf1;
  result.uar_difference = a.uar - b.uar;
  result.mcnemar_p = sign_test(result.only_first, result.only_second);

  std::vector<Person> people;
  const auto by_first = confusion_by_subject(matched_first, labels),
             by_second = confusion_by_subject(matched_second, labels);
  for (const auto& [subject, confusion] : by_first) people.push_back({confusion, by_second.at(subject)});
  const double observed = std::abs(result.uf1_difference) - 1e-12;
  std::vector<bool> exchanged(people.size());
  int as_great = 0;
  const bool all = people.size() < 31 && (std::int64_t{1} << people.size()) <= exchanges;
  if (all) {
    result.exchanges = 1 << people.size();
    for (int pattern = 0; pattern < result.exchanges; ++pattern) {
      for (std::size_t i = 0; i < people.size(); ++i) exchanged[i] = pattern >> i & 1;
      as_great += std::abs(uf1_difference(people, exchanged, labels)) >= observed;
    }
    result.permutation_p = static_cast<double>(as_great) / result.exchanges;
  } else {
    std::mt19937 random(seed);
    result.exchanges = exchanges;
    for (int draw = 0; draw < exchanges; ++draw) {
      for (std::size_t i = 0; i < people.size(); ++i) exchanged[i] = random() >> 31;
      as_great += std::abs(uf1_difference(people, exchanged, labels)) >= observed;
    }
    result.permutation_p = (as_great + 1.0) / (exchanges + 1.0);
  }
  return result;
}

}  // namespace merkit
