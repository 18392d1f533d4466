#include "evaluation/confusion.h"
#include "merkit/evaluation/metrics.h"

#include <map>
#include <numeric>

namespace merkit {
namespace {

/// Probabilities of 0, 1, 2, ... successes.
using CountDistribution = std::vector<double>;

/// How many of several independent draws, each with a chance of its own, succeed.
class SuccessCount {
 public:
  void add(double chance) {
    probability_.push_back(0);
    for (std::size_t k = probability_.size() - 1; k > 0; --k)
      probability_[k] = probability_[k] * (1 - chance) + probability_[k - 1] * chance;
    probability_[0] *= 1 - chance;
  }
  const CountDistribution& probability() const { return probability_; }

 private:
  CountDistribution probability_{1};
};

/// Less than this adds nothing that a double could show.
constexpr double kNegligible = 1e-17;

/// Mean of 2 TP / (count + TP + FP), with TP and FP independent: they are draws for different clips.
double expected_f1(int count, const CountDistribution& hits, const CountDistribution& false_alarms) {
  double sum = 0;
  for (std::size_t tp = 1; tp < hits.size(); ++tp) {
    if (hits[tp] < kNegligible) continue;
    for (std::size_t fp = 0; fp < false_alarms.size(); ++fp)
      sum += hits[tp] * false_alarms[fp] * 2.0 * static_cast<double>(tp) / static_cast<double>(count + tp + fp);
  }
  return sum;
}

/// Clips of one person and one class, and with what chance each class is said of them.
struct Group {
  int truth = 0, count = 0;
  const std::vector<double>* chances = nullptr;
};

/// Expected F1 of each class over these clips; 0 for a class that is not there.
std::vector<double> expected_f1s(const std::vector<Group>& groups, const std::vector<int>& counts) {
  std::vector<double> result(counts.size(), 0);
  for (std::size_t c = 0; c < counts.size(); ++c) {
    if (counts[c] == 0) continue;
    SuccessCount hits, false_alarms;
    for (const Group& group : groups)
      for (int i = 0; i < group.count; ++i)
        (group.truth == static_cast<int>(c) ? hits : false_alarms).add((*group.chances)[c]);
    result[c] = expected_f1(counts[c], hits.probability(), false_alarms.probability());
  }
  return result;
}

double mean_over_present(const std::vector<double>& values, const std::vector<int>& counts) {
  double sum = 0;
  int present = 0;
  for (std::size_t c = 0; c < counts.size(); ++c)
    if (counts[c] > 0) {
      sum += values[c];
      ++present;
    }
  return present ? sum / present : 0;
}

std::vector<int> truths_of(const ConfusionMatrix& confusion) {
  std::vector<int> counts;
  for (const auto& row : confusion) counts.push_back(std::accumulate(row.begin(), row.end(), 0));
  return counts;
}

/// Shares of the classes in `totals` without `own`; the same for every class that occurs where there are no others.
std::vector<double> chances_of(RandomGuess guess, const std::vector<int>& totals, const std::vector<int>& own) {
  const bool alone = totals == own;
  std::vector<double> chances;
  for (std::size_t c = 0; c < totals.size(); ++c)
    chances.push_back(guess == RandomGuess::even || alone ? (totals[c] > 0 ? 1 : 0) : totals[c] - own[c]);
  const double sum = std::accumulate(chances.begin(), chances.end(), 0.0);
  for (double& chance : chances) chance /= sum;
  return chances;
}

}  // namespace

RecognitionMetrics random_baseline(const std::vector<Outcome>& outcomes, const LabelSet& labels, RandomGuess guess) {
  const auto folds = confusion_by_subject(outcomes, labels);
  std::vector<int> totals(labels.size(), 0);
  std::map<std::string, std::vector<int>> counts_of;
  for (const auto& [subject, confusion] : folds) {
    counts_of[subject] = truths_of(confusion);
    for (int c = 0; c < labels.size(); ++c) totals[c] += counts_of[subject][c];
  }
  RecognitionMetrics result;
  result.n = static_cast<int>(outcomes.size());
  if (outcomes.empty()) return result;

  std::map<std::string, std::vector<double>> chances;
  std::vector<Group> all;
  std::vector<double> expected_hits(labels.size(), 0);
  for (const auto& [subject, counts] : counts_of) {
    const auto& chance = chances[subject] = chances_of(guess, totals, counts);
    std::vector<Group> own;
    for (int c = 0; c < labels.size(); ++c) {
      if (counts[c] == 0) continue;
      own.push_back({c, counts[c], &chance});
      expected_hits[c] += counts[c] * chance[c];
    }
    result.fold_mean_f1 += mean_over_present(expected_f1s(own, counts), counts) / static_cast<double>(counts_of.size());
    all.insert(all.end(), own.begin(), own.end());
  }
  const std::vector<double> f1s = expected_f1s(all, totals);
  std::vector<double> recalls(labels.size(), 0);
  for (int c = 0; c < labels.size(); ++c) {
    if (totals[c] > 0) recalls[c] = expected_hits[c] / totals[c];
    result.accuracy += expected_hits[c] / result.n;
    result.weighted_f1 += f1s[c] * totals[c] / result.n;
  }
  result.uf1 = mean_over_present(f1s, totals);
  result.uar = mean_over_present(recalls, totals);
  return result;
}

}  // namespace merkit
