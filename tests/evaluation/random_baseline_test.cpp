#include "merkit/evaluation/metrics.h"

#include <gtest/gtest.h>

namespace merkit {
namespace {

const LabelSet kTwo({"a", "b"});

/// One clip each: of this person, of this class.
std::vector<Outcome> clips(const std::vector<std::pair<std::string, int>>& truths) {
  std::vector<Outcome> outcomes;
  for (const auto& [subject, truth] : truths)
    outcomes.push_back({std::to_string(outcomes.size()), "set", "set/" + subject, truth, 0});
  return outcomes;
}

TEST(RandomBaseline, OfTwoClipsIsAsWorkedOutByHand) {
  const auto even = random_baseline(clips({{"s1", 0}, {"s2", 1}}), kTwo, RandomGuess::even);
  EXPECT_EQ(even.n, 2);
  EXPECT_NEAR(even.accuracy, 0.5, 1e-12);
  EXPECT_NEAR(even.uar, 0.5, 1e-12);
  EXPECT_NEAR(even.uf1, 5.0 / 12, 1e-12);  // right with 1/2, and then F1 is 1 or 2/3
  EXPECT_NEAR(even.weighted_f1, 5.0 / 12, 1e-12);
  EXPECT_NEAR(even.fold_mean_f1, 0.5, 1e-12);
}

TEST(RandomBaseline, ByFrequencyKnowsOnlyTheOtherPeople) {
  const auto two = random_baseline(clips({{"s1", 0}, {"s2", 1}}), kTwo, RandomGuess::by_frequency);
  EXPECT_EQ(two.accuracy, 0);
  EXPECT_EQ(two.uf1, 0);
  // s1 and s2 are guessed evenly, s3 is always said to be a.
  const auto three = random_baseline(clips({{"s1", 0}, {"s2", 0}, {"s3", 1}}), kTwo, RandomGuess::by_frequency);
  EXPECT_NEAR(three.accuracy, 1.0 / 3, 1e-12);
  EXPECT_NEAR(three.uar, 0.25, 1e-12);
  EXPECT_NEAR(three.uf1, (0.5 * 2 / 4 + 0.25 * 4 / 5) / 2, 1e-12);
  EXPECT_NEAR(three.weighted_f1, 0.3, 1e-12);
  EXPECT_NEAR(three.fold_mean_f1, 1.0 / 3, 1e-12);
}

TEST(RandomBaseline, OfOnePersonAloneIsEven) {
  const auto alone = clips({{"s1", 0}, {"s1", 0}, {"s1", 1}});
  EXPECT_EQ(random_baseline(alone, kTwo, RandomGuess::by_frequency).uf1,
            random_baseline(alone, kTwo, RandomGuess::even).uf1);
}

TEST(RandomBaseline, IsTheMeanOverAllGuesses) {
  const LabelSet labels({"a", "b", "c"});
  auto outcomes = clips({{"s1", 0}, {"s1", 1}, {"s1", 0}, {"s2", 2}, {"s2", 2}, {"s3", 1}, {"s3", 0}});
  RecognitionMetrics mean;
  const int guesses = 3 * 3 * 3 * 3 * 3 * 3 * 3;
  for (int guess = 0; guess < guesses; ++guess) {
    int rest = guess;
    for (auto& outcome : outcomes) {
      outcome.predicted = rest % 3;
      rest /= 3;
    }
    const auto metrics = recognition_metrics(outcomes, labels);
    for (const auto figure : {&RecognitionMetrics::uf1, &RecognitionMetrics::uar, &RecognitionMetrics::accuracy,
                              &RecognitionMetrics::weighted_f1, &RecognitionMetrics::fold_mean_f1})
      mean.*figure += metrics.*figure / guesses;
  }
  const auto expected = random_baseline(outcomes, labels, RandomGuess::even);
  EXPECT_NEAR(expected.uf1, mean.uf1, 1e-12);
  EXPECT_NEAR(expected.uar, mean.uar, 1e-12);
  EXPECT_NEAR(expected.accuracy, mean.accuracy, 1e-12);
  EXPECT_NEAR(expected.weighted_f1, mean.weighted_f1, 1e-12);
  EXPECT_NEAR(expected.fold_mean_f1, mean.fold_mean_f1, 1e-12);
}

TEST(RandomBaseline, ClassesThatDoNotOccurAreNotGuessed) {
  const auto outcomes = clips({{"s1", 0}, {"s2", 1}});
  const auto with_absent = random_baseline(outcomes, LabelSet({"a", "b", "c"}), RandomGuess::even);
  EXPECT_NEAR(with_absent.uf1, 5.0 / 12, 1e-12);
  EXPECT_NEAR(with_absent.uar, 0.5, 1e-12);
}

}  // namespace
}  // namespace merkit
