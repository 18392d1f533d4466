#include "merkit/evaluation/metrics.h"

#include "merkit/core/error.h"
#include "support/test_data.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

LabelSet three() { return LabelSet({"negative", "positive", "surprise"}); }

std::vector<Outcome> outcomes_of(const ConfusionMatrix& confusion, const std::string& subject = "set/s1") {
  std::vector<Outcome> outcomes;
  for (int t = 0; t < static_cast<int>(confusion.size()); ++t)
    for (int p = 0; p < static_cast<int>(confusion.size()); ++p)
      for (int i = 0; i < confusion[t][p]; ++i)
        outcomes.push_back({std::to_string(outcomes.size()), "set", subject, t, p});
  return outcomes;
}

TEST(RecognitionMetrics, GiveTheFiguresOfStstnetOnTheCompositeSet) {
  const ConfusionMatrix confusion = {{124, 26, 8}, {25, 54, 4}, {8, 4, 56}};
  const auto metrics = recognition_metrics(outcomes_of(confusion), three());
  EXPECT_EQ(metrics.n, 309);
  EXPECT_NEAR(metrics.accuracy, 0.7573, 5e-5);
  EXPECT_NEAR(metrics.uf1, 0.7525, 5e-5);
  EXPECT_NEAR(metrics.uar, 0.7530, 5e-5);
  EXPECT_EQ(metrics.confusion, confusion);
  EXPECT_THAT(metrics.absent, IsEmpty());
}

TEST(RecognitionMetrics, GiveTheFiguresOfTheReferenceLogits) {
  MERKIT_NEEDS_DATA("ststnet/reference_logits.csv");
  std::ifstream file(testing::data_directory() / "ststnet/reference_logits.csv");
  std::string line;
  std::getline(file, line);
  std::vector<Outcome> outcomes;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::vector<std::string> value(8);
    for (auto& field : value) std::getline(fields, field, ',');
    const std::vector<double> logits = {std::stod(value[5]), std::stod(value[6]), std::stod(value[7])};
    const auto best = std::max_element(logits.begin(), logits.end()) - logits.begin();
    outcomes.push_back(
        {value[0], value[1], value[1] + "/" + value[2], three().find(value[3]).value(), static_cast<int>(best)});
  }
  const auto metrics = recognition_metrics(outcomes, three());
  EXPECT_THAT(metrics.confusion, ElementsAre(ElementsAre(124, 26, 8), ElementsAre(25, 54, 4), ElementsAre(8, 4, 56)));
  EXPECT_NEAR(metrics.accuracy, 0.7573, 5e-5);
  EXPECT_NEAR(metrics.uf1, 0.7525, 5e-5);
  EXPECT_NEAR(metrics.uar, 0.7530, 5e-5);
}

TEST(RecognitionMetrics, UarIsRecallAndNotPrecision) {
  // Recalls 8/10 and 1/2, precisions 8/9 and 1/3.
  const auto metrics = recognition_metrics(outcomes_of({{8, 2}, {1, 1}}), LabelSet({"a", "b"}));
  EXPECT_NEAR(metrics.uar, (0.8 + 0.5) / 2, 1e-12);
  EXPECT_NEAR(metrics.classes[0].precision, 8.0 / 9, 1e-12);
  EXPECT_NEAR(metrics.classes[1].precision, 1.0 / 3, 1e-12);
  EXPECT_NEAR(metrics.classes[0].f1, 16.0 / 19, 1e-12);
  EXPECT_NEAR(metrics.classes[1].f1, 2.0 / 5, 1e-12);
  EXPECT_NEAR(metrics.uf1, (16.0 / 19 + 0.4) / 2, 1e-12);
  EXPECT_NEAR(metrics.weighted_f1, (10 * 16.0 / 19 + 2 * 0.4) / 12, 1e-12);
  EXPECT_NEAR(metrics.accuracy, 0.75, 1e-12);
  EXPECT_EQ(metrics.classes[1].count, 2);
  EXPECT_EQ(metrics.classes[1].predicted, 3);
}

TEST(RecognitionMetrics, LeaveOutAClassThatIsNeitherTrueNorPredicted) {
  const auto metrics = recognition_metrics(outcomes_of({{3, 1, 0}, {0, 4, 0}, {0, 0, 0}}), three());
  EXPECT_NEAR(metrics.uar, (0.75 + 1) / 2, 1e-12);
  EXPECT_NEAR(metrics.uf1, (6.0 / 7 + 8.0 / 9) / 2, 1e-12);
  EXPECT_THAT(metrics.absent, ElementsAre("surprise"));
}

TEST(RecognitionMetrics, CountAnAbsentClassThatWasPredictedAsZero) {
  const auto metrics = recognition_metrics(outcomes_of({{3, 0, 1}, {0, 4, 0}, {0, 0, 0}}), three());
  EXPECT_NEAR(metrics.uar, (0.75 + 1 + 0) / 3, 1e-12);
  EXPECT_NEAR(metrics.uf1, (6.0 / 7 + 1 + 0) / 3, 1e-12);
  EXPECT_THAT(metrics.absent, ElementsAre("surprise"));
}

TEST(RecognitionMetrics, PoolBeforeTheyAverage) {
  // Alone, the folds have macro F1 1 (only class a) and 1/3 (a right, b wrong): mean 2/3. Pooled it is another figure.
  auto outcomes = outcomes_of({{3, 0}, {0, 0}}, "set/s1");
  for (const auto& more : outcomes_of({{1, 0}, {1, 0}}, "set/s2")) outcomes.push_back(more);
  const auto metrics = recognition_metrics(outcomes, LabelSet({"a", "b"}));
  EXPECT_NEAR(metrics.fold_mean_f1, (1 + 1.0 / 3) / 2, 1e-12);
  EXPECT_NEAR(metrics.uf1, (8.0 / 9 + 0) / 2, 1e-12);
}

TEST(RecognitionMetrics, OfNothingAreZero) {
  const auto metrics = recognition_metrics({}, three());
  EXPECT_EQ(metrics.n, 0);
  EXPECT_EQ(metrics.uf1, 0);
  EXPECT_EQ(metrics.uar, 0);
  EXPECT_EQ(metrics.accuracy, 0);
  EXPECT_EQ(metrics.absent.size(), 3u);
}

TEST(RecognitionMetrics, RefuseAnUnknownClassIndex) {
  try {
    recognition_metrics({{"clip7", "set", "set/s", 0, 3}}, three());
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("outcome \"clip7\": expected class indices in 0..2"));
  }
  EXPECT_THROW(recognition_metrics({{"c", "set", "set/s", -1, 0}}, three()), InputError);
}

TEST(MajorityBaseline, NeverLooksAtTheSubjectItself) {
  // Without s1 class b is the most frequent one, without s2 class a.
  auto outcomes = outcomes_of({{3, 0}, {0, 0}}, "set/s1");
  for (const auto& more : outcomes_of({{0, 0}, {0, 2}}, "set/s2")) outcomes.push_back(more);
  const auto metrics = majority_baseline(outcomes, LabelSet({"a", "b"}));
  EXPECT_THAT(metrics.confusion, ElementsAre(ElementsAre(0, 3), ElementsAre(2, 0)));
}

TEST(MajorityBaseline, SaysTheMostFrequentClass) {
  std::vector<Outcome> outcomes;
  for (int s = 0; s < 4; ++s)
    for (const auto& more : outcomes_of({{2, 0, 0}, {0, 1, 0}, {0, 0, 0}}, "set/s" + std::to_string(s)))
      outcomes.push_back(more);
  const auto metrics = majority_baseline(outcomes, three());
  EXPECT_NEAR(metrics.accuracy, 2.0 / 3, 1e-12);
  EXPECT_NEAR(metrics.uar, 0.5, 1e-12);
}

}  // namespace
}  // namespace merkit
