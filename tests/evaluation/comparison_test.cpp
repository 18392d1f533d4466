#include "merkit/evaluation/comparison.h"

#include "merkit/core/error.h"

#include <string>

#include <gtest/gtest.h>

namespace merkit {
namespace {

const LabelSet kLabels({"a", "b"});

/// Clips of `people` persons, `clips` each, of which the first `right` of each person are right.
std::vector<Outcome> run(int people, int clips, int right) {
  std::vector<Outcome> outcomes;
  for (int p = 0; p < people; ++p)
    for (int i = 0; i < clips; ++i) {
      const int truth = i % 2;
      outcomes.push_back({std::to_string(i), "d", "d/s" + std::to_string(p), truth, i < right ? truth : 1 - truth});
    }
  return outcomes;
}

TEST(CompareRuns, OfEqualRunsFindsNoDifference) {
  const auto same = compare_runs(run(3, 4, 2), run(3, 4, 2), kLabels);
  EXPECT_EQ(same.both_right, 6);
  EXPECT_EQ(same.both_wrong, 6);
  EXPECT_EQ(same.uf1_difference, 0);
  EXPECT_EQ(same.mcnemar_p, 1);
  EXPECT_EQ(same.permutation_p, 1);
}

TEST(CompareRuns, McNemarsTestIsTheBinomialOne) {
  // 8 clips only the first has right, 2 only the second: 2 (1 + 10 + 45) / 1024.
  std::vector<Outcome> first, second;
  for (int i = 0; i < 12; ++i) {
    first.push_back({std::to_string(i), "d", "d/s", 0, i < 8 || i >= 10 ? 0 : 1});
    second.push_back({std::to_string(i), "d", "d/s", 0, i < 8 ? 1 : 0});
  }
  const auto found = compare_runs(first, second, kLabels);
  EXPECT_EQ(found.only_first, 8);
  EXPECT_EQ(found.only_second, 2);
  EXPECT_EQ(found.both_right, 2);
  EXPECT_NEAR(found.mcnemar_p, 2 * (1 + 10 + 45) / 1024.0, 1e-12);
}

TEST(CompareRuns, ExchangesWholePeople) {
  // Every one of five people is better off with the first run: of 32 exchanges only none and all are as great.
  const auto few = compare_runs(run(5, 4, 4), run(5, 4, 2), kLabels);
  EXPECT_EQ(few.exchanges, 32);
  EXPECT_NEAR(few.permutation_p, 2 / 32.0, 1e-12);
  EXPECT_NEAR(few.uf1_difference, 0.5, 1e-12);
  // Many clips of one person are no evidence beyond that person, whatever McNemar's test says of them.
  const auto one = compare_runs(run(1, 40, 40), run(1, 40, 20), kLabels);
  EXPECT_LT(one.mcnemar_p, 1e-4);
  EXPECT_EQ(one.permutation_p, 1);
  const auto many = compare_runs(run(40, 4, 4), run(40, 4, 2), kLabels);
  EXPECT_EQ(many.exchanges, 9999);
  EXPECT_NEAR(many.permutation_p, 1e-4, 1e-12);
  EXPECT_EQ(many.permutation_p, compare_runs(run(40, 4, 4), run(40, 4, 2), kLabels).permutation_p);
}

TEST(CompareRuns, LeavesOutWhatOnlyOneHasAndRefusesWhatCannotBeCompared) {
  const auto found = compare_runs(run(3, 4, 2), run(2, 4, 2), kLabels);
  EXPECT_EQ(found.unmatched, 4);
  EXPECT_EQ(found.both_right + found.both_wrong, 8);
  auto other = run(3, 4, 2);
  for (auto& outcome : other) outcome.subject += "x";
  EXPECT_THROW(compare_runs(run(3, 4, 2), other, kLabels), InputError);
  other = run(3, 4, 2);
  other[0].truth = 1 - other[0].truth;
  EXPECT_THROW(compare_runs(run(3, 4, 2), other, kLabels), InputError);
}

}  // namespace
}  // namespace merkit
