#include "merkit/evaluation/metrics.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace merkit {
namespace {

/// Twenty subjects of five clips; subject s has s % 4 wrong ones.
std::vector<Outcome> outcomes() {
  std::vector<Outcome> result;
  for (int s = 0; s < 20; ++s)
    for (int i = 0; i < 5; ++i)
      result.push_back({"c", "set", "set/s" + std::to_string(s), i % 2, i < s % 4 ? 1 - i % 2 : i % 2});
  return result;
}

const LabelSet kLabels({"a", "b"});

TEST(Bootstrap, GivesTheSameEndsForTheSameSeed) {
  auto shuffled = outcomes();
  std::reverse(shuffled.begin(), shuffled.end());
  const auto one = bootstrap_over_subjects(outcomes(), kLabels, 300, 7);
  const auto two = bootstrap_over_subjects(shuffled, kLabels, 300, 7);
  const auto other = bootstrap_over_subjects(outcomes(), kLabels, 300, 8);
  EXPECT_EQ(one.uf1.low, two.uf1.low);
  EXPECT_EQ(one.uar.high, two.uar.high);
  EXPECT_EQ(one.resamples, 300);
  EXPECT_NE(one.uf1.low, other.uf1.low);
}

TEST(Bootstrap, BracketsTheFigureAndHasThePlausibleWidth) {
  const auto interval = bootstrap_over_subjects(outcomes(), kLabels, 4000, 1).accuracy;
  // Accuracy 0.7; the subjects' accuracies 1, .8, .6, .4 have a standard deviation of 0.2236, the mean of 20 has 0.05.
  EXPECT_NEAR(interval.low, 0.7 - 1.96 * 0.05, 0.01);
  EXPECT_NEAR(interval.high, 0.7 + 1.96 * 0.05, 0.01);
}

TEST(Bootstrap, DrawsPeopleAndNotClips) {
  // One subject: whoever is drawn, the figures are the same.
  std::vector<Outcome> one;
  for (int i = 0; i < 10; ++i) one.push_back({"c", "set", "set/s", i % 2, i < 3 ? 0 : i % 2});
  const auto interval = bootstrap_over_subjects(one, kLabels, 100, 1);
  EXPECT_EQ(interval.accuracy.low, 0.9);
  EXPECT_EQ(interval.accuracy.high, 0.9);
}

TEST(Bootstrap, OfNothingHasNoResamples) {
  EXPECT_EQ(bootstrap_over_subjects({}, kLabels).resamples, 0);
  EXPECT_EQ(bootstrap_over_subjects(outcomes(), kLabels, 0).resamples, 0);
}

TEST(Bootstrap, DoesNotDependOnTheStandardLibrary) {
  // mt19937_64 is fixed by the standard and the rest is our own: these figures must hold with every library.
  const auto interval = bootstrap_over_subjects(outcomes(), kLabels, 50, 3).accuracy;
  EXPECT_DOUBLE_EQ(interval.low, 0.58675);  // computed apart, in Python
  EXPECT_DOUBLE_EQ(interval.high, 0.77325);
}

}  // namespace
}  // namespace merkit
