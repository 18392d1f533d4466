#include "merkit/evaluation/spotting_metrics.h"

#include "support/test_data.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace merkit {
namespace {

VideoInterval span(const std::string& video, int onset, int offset, double score = 0,
                   ExpressionType type = ExpressionType::micro) {
  return {video, {onset, std::nullopt, offset}, type, score};
}

void expect_counts(const SpottingMetrics& metrics, int tp, int fp, int fn) {
  EXPECT_EQ(metrics.true_positives, tp);
  EXPECT_EQ(metrics.false_positives, fp);
  EXPECT_EQ(metrics.false_negatives, fn);
}

TEST(SpottingMetrics, PoolCountsOverVideos) {
  const auto metrics = spotting_metrics({span("a", 10, 19), span("a", 50, 59), span("b", 10, 19)},
                                        {span("a", 10, 19), span("b", 100, 110), span("c", 10, 19)});
  expect_counts(metrics, 1, 2, 2);
  EXPECT_NEAR(metrics.precision, 1.0 / 3, 1e-12);
  EXPECT_NEAR(metrics.recall, 1.0 / 3, 1e-12);
  EXPECT_NEAR(metrics.f1, 1.0 / 3, 1e-12);
  ASSERT_EQ(metrics.matches.size(), 1u);
  EXPECT_EQ(metrics.matches[0].prediction, 0);
  EXPECT_EQ(metrics.matches[0].truth, 0);
  EXPECT_EQ(metrics.matches[0].iou, 1);
}

TEST(SpottingMetrics, TakeAnOverlapOfExactlyTheLimit) {
  // [0,9] and [5,9]: 5 of 10 frames, counted inclusively; exclusive counting would give 4/9.
  expect_counts(spotting_metrics({span("a", 0, 9)}, {span("a", 5, 9)}), 1, 0, 0);
  expect_counts(spotting_metrics({span("a", 0, 9)}, {span("a", 6, 9)}), 0, 1, 1);
  expect_counts(spotting_metrics({span("a", 0, 9)}, {span("a", 5, 9)}, 0.51), 0, 1, 1);
}

TEST(SpottingMetrics, CountTouchingIntervalsAsOneFrameInCommon) {
  const auto metrics = spotting_metrics({span("a", 1, 2)}, {span("a", 2, 3)}, 0.3);
  ASSERT_EQ(metrics.matches.size(), 1u);
  EXPECT_NEAR(metrics.matches[0].iou, 1.0 / 3, 1e-12);
  expect_counts(spotting_metrics({span("a", 1, 2)}, {span("a", 3, 4)}, 0), 0, 1, 1);
}

TEST(SpottingMetrics, MatchEachTrueIntervalOnce) {
  const auto metrics = spotting_metrics({span("a", 0, 9)}, {span("a", 0, 9), span("a", 0, 9)});
  expect_counts(metrics, 1, 1, 0);
  EXPECT_EQ(metrics.matches[0].prediction, 0) << "of equals the first";
}

TEST(SpottingMetrics, LetTheHigherScoreChooseFirst) {
  const auto metrics = spotting_metrics({span("a", 0, 9)}, {span("a", 0, 9, 0.2), span("a", 0, 7, 0.9)});
  ASSERT_EQ(metrics.matches.size(), 1u);
  EXPECT_EQ(metrics.matches[0].prediction, 1);
}

TEST(SpottingMetrics, BreakTiesByOverlap) {
  const auto metrics =
      spotting_metrics({span("a", 0, 9), span("a", 4, 13)}, {span("a", 2, 11, 0.5), span("a", 0, 9, 0.5)});
  // The exact match goes first and leaves the other prediction the second interval.
  ASSERT_EQ(metrics.matches.size(), 2u);
  EXPECT_EQ(metrics.matches[0].truth, 1);
  EXPECT_EQ(metrics.matches[1].truth, 0);
}

TEST(SpottingMetrics, CanCountOneTypeOnly) {
  const std::vector<VideoInterval> truth = {span("a", 0, 9), span("a", 20, 90, 0, ExpressionType::macro)};
  const std::vector<VideoInterval> predictions = {span("a", 0, 9, 1, ExpressionType::macro),
                                                  span("a", 20, 90, 1, ExpressionType::macro)};
  expect_counts(spotting_metrics(truth, predictions), 2, 0, 0);
  expect_counts(spotting_metrics(truth, predictions, ExpressionType::micro), 0, 0, 1);
  const auto macro = spotting_metrics(truth, predictions, ExpressionType::macro);
  expect_counts(macro, 1, 1, 0);
  EXPECT_EQ(macro.matches.at(0).truth, 1) << "indices are those of the vectors given";
  EXPECT_EQ(macro.matches.at(0).prediction, 1);
}

TEST(SpottingMetrics, OfBothTypesAreTheSumsOfTheirCounts) {
  SpottingMetrics micro, macro;
  micro.true_positives = 1, micro.false_positives = 2, micro.false_negatives = 3;
  macro.true_positives = 4, macro.false_positives = 5, macro.false_negatives = 6;
  const auto both = pooled(micro, macro);
  expect_counts(both, 5, 7, 9);
  EXPECT_NEAR(both.precision, 5.0 / 12, 1e-12);
  EXPECT_NEAR(both.recall, 5.0 / 14, 1e-12);
  EXPECT_NEAR(both.f1, 10.0 / 26, 1e-12);
}

TEST(SpottingMetrics, OfNothingAreZero) {
  expect_counts(spotting_metrics({}, {}), 0, 0, 0);
  EXPECT_EQ(spotting_metrics({}, {}).f1, 0);
  expect_counts(spotting_metrics({}, {span("a", 0, 9)}), 0, 1, 0);
  expect_counts(spotting_metrics({span("a", 0, 9)}, {}), 0, 0, 1);
}

TEST(SpottingMetrics, ReproduceAPublishedRecord) {
  MERKIT_NEEDS_DATA("spotting/mdmo_casme_sq_record.csv");
  std::ifstream file(testing::data_directory() / "spotting/mdmo_casme_sq_record.csv");
  std::string line;
  std::getline(file, line);
  std::vector<VideoInterval> truth, predictions;
  int compared = 0;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::vector<std::string> value(7);
    for (auto& field : value) std::getline(fields, field, ',');
    const auto t = span(value[0], std::stoi(value[1]), std::stoi(value[2]));
    const auto p = span(value[0], std::stoi(value[3]), std::stoi(value[4]));
    if (t.interval.onset >= 0) truth.push_back(t);
    if (p.interval.onset >= 0) predictions.push_back(p);
    if (t.interval.onset >= 0 && p.interval.onset >= 0) {
      EXPECT_NEAR(iou(t.interval, p.interval), std::stod(value[5]), 1e-12) << line;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 31);
  const auto metrics = spotting_metrics(truth, predictions);
  expect_counts(metrics, 31, 908, 26);
  EXPECT_NEAR(metrics.f1, 0.0622, 5e-5);
}

}  // namespace
}  // namespace merkit
