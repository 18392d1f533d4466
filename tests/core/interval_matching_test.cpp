#include "merkit/core/interval_matching.h"

#include "merkit/core/error.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace merkit {
namespace {

Interval span(int onset, int offset) { return {onset, std::nullopt, offset}; }

double sum_of_overlaps(const std::vector<IntervalMatch>& matches) {
  return std::accumulate(matches.begin(), matches.end(), 0.0,
                         [](double sum, const IntervalMatch& match) { return sum + match.iou; });
}

/// Pairs and their overlap of the best matching, by trying all.
std::pair<int, double> best_of_all(const std::vector<Interval>& truth, const std::vector<Interval>& predictions,
                                   std::size_t next, std::vector<bool>& taken, double min_iou) {
  if (next == predictions.size()) return {0, 0};
  auto best = best_of_all(truth, predictions, next + 1, taken, min_iou);
  for (std::size_t t = 0; t < truth.size(); ++t) {
    const double overlap = iou(predictions[next], truth[t]);
    if (taken[t] || overlap <= 0 || overlap < min_iou) continue;
    taken[t] = true;
    auto with = best_of_all(truth, predictions, next + 1, taken, min_iou);
    taken[t] = false;
    with.first += 1;
    with.second += overlap;
    best = std::max(best, with);
  }
  return best;
}

TEST(MaximumMatching, GivesUpAPairWhereThatBringsAnother) {
  const std::vector<Interval> truth{span(0, 9), span(8, 17)}, predictions{span(2, 13), span(0, 7)};
  // The first prediction has 8 of 14 frames in common with the first interval and 6 of 16 with the second.
  const auto greedy = matched_intervals(truth, predictions, {0.9, 0.1}, 0.3);
  ASSERT_EQ(greedy.size(), 1u);
  EXPECT_EQ(greedy[0].prediction, 0);
  EXPECT_EQ(greedy[0].truth, 0);
  const auto maximum = matched_intervals(truth, predictions, {0.9, 0.1}, 0.3, IntervalMatching::maximum);
  ASSERT_EQ(maximum.size(), 2u);
  EXPECT_EQ(maximum[0].truth, 1);
  EXPECT_DOUBLE_EQ(maximum[0].iou, 6.0 / 16);
  EXPECT_EQ(maximum[1].truth, 0);
  EXPECT_DOUBLE_EQ(maximum[1].iou, 0.8);
}

TEST(MaximumMatching, IsAsGoodAsTheBestOfAll) {
  std::mt19937 random(7);
  const auto intervals = [&](int count) {
    std::vector<Interval> result;
    for (int i = 0; i < count; ++i) {
      const int onset = static_cast<int>(random() % 25);
      result.push_back(span(onset, onset + static_cast<int>(random() % 12)));
    }
    return result;
  };
  int better_than_greedy = 0;
  for (int round = 0; round < 300; ++round) {
    const auto truth = intervals(1 + static_cast<int>(random() % 5)),
               predictions = intervals(1 + static_cast<int>(random() % 6));
    const double min_iou = round % 2 ? 0.2 : 0.5;
    const std::vector<double> scores(predictions.size(), 0);
    const auto found = matched_intervals(truth, predictions, scores, min_iou, IntervalMatching::maximum);
    std::vector<bool> taken(truth.size(), false);
    const auto [pairs, overlap] = best_of_all(truth, predictions, 0, taken, min_iou);
    ASSERT_EQ(found.size(), static_cast<std::size_t>(pairs)) << "round " << round;
    ASSERT_NEAR(sum_of_overlaps(found), overlap, 1e-9) << "round " << round;
    better_than_greedy += found.size() > matched_intervals(truth, predictions, scores, min_iou).size();
  }
  EXPECT_GT(better_than_greedy, 0) << "the rounds tell nothing of what is special";
}

TEST(IntervalMatching, IsNamed) {
  for (const auto& name : interval_matching_names()) EXPECT_EQ(to_string(interval_matching_from_string(name)), name);
  EXPECT_THROW(interval_matching_from_string("hungarian"), ConfigError);
}

}  // namespace
}  // namespace merkit
