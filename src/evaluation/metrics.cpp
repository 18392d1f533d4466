#include "merkit/evaluation/metrics.h"

#include "evaluation/confusion.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <numeric>

namespace merkit {

namespace {

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

int row_sum(const ConfusionMatrix& confusion, std::size_t row) {
  return std::accumulate(confusion[row].begin(), confusion[row].end(), 0);
}

int column_sum(const ConfusionMatrix& confusion, std::size_t column) {
  int sum = 0;
  for (const auto& row : confusion) sum += row[column];
  return sum;
}

/// Macro F1 over the classes of the truth, per subject, then the mean.
double fold_mean_f1(const std::map<std::string, ConfusionMatrix>& folds) {
  double sum = 0;
  for (const auto& [subject, confusion] : folds) {
    double f1 = 0;
    int present = 0;
    for (std::size_t c = 0; c < confusion.size(); ++c) {
      const int count = row_sum(confusion, c);
      if (count == 0) continue;
      ++present;
      f1 += ratio(2.0 * confusion[c][c], count + column_sum(confusion, c));
    }
    sum += ratio(f1, present);
  }
  return ratio(sum, static_cast<double>(folds.size()));
}

}  // namespace

std::map<std::string, ConfusionMatrix> confusion_by_subject(const std::vector<Outcome>& outcomes,
                                                            const LabelSet& labels) {
  std::map<std::string, ConfusionMatrix> result;
  const auto in_range = [&](int index) { return index >= 0 && index < labels.size(); };
  for (const auto& outcome : outcomes) {
    if (!in_range(outcome.truth) || !in_range(outcome.predicted))
      throw InputError("outcome \"" + outcome.id + "\": expected class indices in 0.." +
                       std::to_string(labels.size() - 1) + ", got truth " + std::to_string(outcome.truth) +
                       " and prediction " + std::to_string(outcome.predicted));
    auto& confusion = result[outcome.subject];
    if (confusion.empty()) confusion = empty_confusion(labels.size());
    ++confusion[outcome.truth][outcome.predicted];
  }
  return result;
}

ConfusionMatrix empty_confusion(int classes) { return ConfusionMatrix(classes, std::vector<int>(classes, 0)); }

void add_to(ConfusionMatrix& sum, const ConfusionMatrix& more) {
  for (std::size_t r = 0; r < sum.size(); ++r)
    for (std::size_t c = 0; c < sum.size(); ++c) sum[r][c] += more[r][c];
}

RecognitionMetrics metrics_of(const ConfusionMatrix& confusion, const LabelSet& labels) {
  RecognitionMetrics result;
  result.confusion = confusion;
  int right = 0, counted = 0;
  for (int c = 0; c < labels.size(); ++c) {
    ClassScore score;
    score.name = labels.name(c);
    score.count = row_sum(confusion, c);
    score.predicted = column_sum(confusion, c);
    score.precision = ratio(confusion[c][c], score.predicted);
    score.recall = ratio(confusion[c][c], score.count);
    score.f1 = ratio(2.0 * confusion[c][c], score.count + score.predicted);
    right += confusion[c][c];
    result.n += score.count;
    result.weighted_f1 += score.count * score.f1;
    if (score.count == 0) result.absent.push_back(score.name);
    if (score.count > 0 || score.predicted > 0) {
      ++counted;
      result.uf1 += score.f1;
      result.uar += score.recall;
    }
    result.classes.push_back(score);
  }
  result.uf1 = ratio(result.uf1, counted);
  result.uar = ratio(result.uar, counted);
  result.accuracy = ratio(right, result.n);
  result.weighted_f1 = ratio(result.weighted_f1, result.n);
  return result;
}

RecognitionMetrics recognition_metrics(const std::vector<Outcome>& outcomes, const LabelSet& labels) {
  const auto folds = confusion_by_subject(outcomes, labels);
  ConfusionMatrix pooled = empty_confusion(labels.size());
  for (const auto& [subject, confusion] : folds) add_to(pooled, confusion);
  RecognitionMetrics result = metrics_of(pooled, labels);
  result.fold_mean_f1 = fold_mean_f1(folds);
  return result;
}

RecognitionMetrics majority_baseline(const std::vector<Outcome>& outcomes, const LabelSet& labels) {
  const auto folds = confusion_by_subject(outcomes, labels);
  std::vector<int> totals(labels.size(), 0);
  for (const auto& outcome : outcomes) ++totals[outcome.truth];
  std::vector<Outcome> said = outcomes;
  for (auto& outcome : said) {
    std::vector<int> others = totals;
    const auto& own = folds.at(outcome.subject);
    for (std::size_t c = 0; c < others.size(); ++c) others[c] -= row_sum(own, c);
    outcome.predicted = static_cast<int>(std::max_element(others.begin(), others.end()) - others.begin());
  }
  return recognition_metrics(said, labels);
}

}  // namespace merkit
