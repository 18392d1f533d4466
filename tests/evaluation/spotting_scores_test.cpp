#include "merkit/evaluation/spotting_scores.h"

#include "merkit/core/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr auto kMacro = ExpressionType::macro;

VideoInterval span(const std::string& video, int onset, int offset, double score = 0,
                   ExpressionType type = ExpressionType::micro) {
  return {video, {onset, std::nullopt, offset}, type, score};
}

VideoInterval with_apex(VideoInterval interval, int apex) {
  interval.interval.apex = apex;
  return interval;
}

VideoInterval of_emotion(VideoInterval interval, const std::string& emotion) {
  interval.emotion = emotion;
  return interval;
}

ScoredVideo video(const std::string& name, double fps, double duration_s, const std::string& dataset = {},
                  const std::string& subject = {}) {
  return {name, dataset, subject, fps, duration_s};
}

void expect_counts(const SpottingMetrics& metrics, int tp, int fp, int fn) {
  EXPECT_EQ(metrics.true_positives, tp);
  EXPECT_EQ(metrics.false_positives, fp);
  EXPECT_EQ(metrics.false_negatives, fn);
}

/// Four videos, worked by hand: "a" has two micro and a macro-expression, "b" a micro one, "c" none; "d" could not be
/// read.
SpottingData worked_by_hand() {
  SpottingData data;
  data.truth = {span("a", 100, 119), span("a", 200, 219), span("a", 300, 399, 0, kMacro), span("b", 50, 69),
                span("d", 10, 29)};
  data.predictions = {span("a", 100, 119, 0.9),  // right
                      span("a", 105, 124, 0.8),  // 15 of 25 frames, but the interval is taken: a duplicate
                      span("a", 219, 238, 0.7),  // touches the second: 1 of 39 frames
                      span("a", 300, 399, 0.6),  // where the macro-expression is, but said to be micro
                      span("b", 60, 69, 0.5),    // exactly half
                      span("c", 5, 24, 0.4)};
  data.videos = {video("a", 100, 60), video("b", 50, 30), video("c", 100, 30), {"d", {}, {}, 0, 0, true}};
  return data;
}

TEST(SpottingScores, AreThoseWorkedByHand) {
  const SpottingScores scores = score_spotting(worked_by_hand());
  expect_counts(scores.micro, 2, 4, 2);
  expect_counts(scores.macro, 0, 0, 1);
  expect_counts(scores.overall, 2, 4, 3);
  EXPECT_DOUBLE_EQ(scores.overall.precision, 2.0 / 6);
  EXPECT_DOUBLE_EQ(scores.overall.recall, 2.0 / 5);
  EXPECT_DOUBLE_EQ(scores.overall.f1, 4.0 / 11);
  EXPECT_EQ(scores.videos, 4);
  EXPECT_EQ(scores.videos_without_expression, 1);
  EXPECT_EQ(scores.videos_failed, 1);
  EXPECT_EQ(scores.dropped, 0);
  ASSERT_EQ(scores.overall.matches.size(), 2u);
  EXPECT_EQ(scores.overall.matches[1].prediction, 4);
  EXPECT_EQ(scores.overall.matches[1].truth, 3);
  EXPECT_DOUBLE_EQ(scores.overall.matches[1].iou, 0.5);
  EXPECT_THAT(scores.counted_predictions, ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(SpottingScores, MayCountAnExpressionWhateverItsType) {
  SpottingRules rules;
  rules.types_must_agree = false;
  const SpottingScores scores = score_spotting(worked_by_hand(), rules);
  expect_counts(scores.micro, 2, 3, 2);
  expect_counts(scores.macro, 1, 0, 0);
  expect_counts(scores.overall, 3, 3, 2);
}

TEST(SpottingScores, LeaveOutTypesThatTheRulesDoNotCount) {
  SpottingData data = worked_by_hand();
  data.predictions.insert(data.predictions.begin(), span("a", 300, 399, 0.6, kMacro));
  SpottingRules rules;
  rules.types = {ExpressionType::micro};
  const SpottingScores scores = score_spotting(data, rules);
  expect_counts(scores.overall, 2, 4, 2);
  EXPECT_EQ(scores.dropped, 1);
  EXPECT_EQ(scores.overall.matches[0].prediction, 1) << "positions are those of the data";
  EXPECT_THAT(scores.counted_predictions, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(SpottingScores, DropPredictionsOfOtherLengths) {
  SpottingData data = worked_by_hand();
  for (auto& video : data.videos) video.dataset = "x";
  SpottingRules rules;
  rules.prediction_lengths["x"][ExpressionType::micro] = {11, 20};
  const SpottingScores scores = score_spotting(data, rules);
  EXPECT_EQ(scores.dropped, 2) << "one of 100 frames and one of 10";
  expect_counts(scores.overall, 1, 3, 4);
  data.videos[1].dataset = "y";
  try {
    score_spotting(data, rules);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("that of video b is \"y\""));
  }
}

TEST(SpottingScores, CanMatchAsManyAsCanBe) {
  SpottingData data;
  data.truth = {span("a", 0, 9), span("a", 8, 17)};
  data.predictions = {span("a", 2, 13, 0.9), span("a", 0, 7, 0.1)};
  SpottingRules rules;
  rules.min_iou = 0.3;
  expect_counts(score_spotting(data, rules).overall, 1, 1, 1);
  rules.matching = IntervalMatching::maximum;
  expect_counts(score_spotting(data, rules).overall, 2, 0, 0);
}

TEST(SpottingScores, CountFalseAlarmsByTheMinute) {
  SpottingData data = worked_by_hand();
  const SpottingScores scores = score_spotting(data);
  ASSERT_TRUE(scores.minutes);
  EXPECT_DOUBLE_EQ(*scores.minutes, 2) << "a video that could not be read has none";
  EXPECT_DOUBLE_EQ(*scores.false_alarms_per_minute, 2);
  data.videos[2].duration_s = 0;
  EXPECT_FALSE(score_spotting(data).false_alarms_per_minute) << "how long a video is, is not guessed";
  EXPECT_FALSE(score_spotting({data.truth, data.predictions, {}, {}}).minutes);
}

TEST(SpottingScores, CountBlinksTakenForExpressions) {
  SpottingData data = worked_by_hand();
  EXPECT_FALSE(score_spotting(data).blinks);
  // The false alarms' middles are 114, 228, 349 and, in "c", 14; a right one's is 109.
  data.blinks = {span("a", 112, 116), span("a", 228, 233), span("a", 200, 227), span("b", 14, 14), span("a", 108, 110)};
  const auto blinks = score_spotting(data).blinks;
  ASSERT_TRUE(blinks);
  EXPECT_EQ(blinks->blinks, 5);
  EXPECT_EQ(blinks->taken, 2);
  EXPECT_EQ(blinks->false_alarms, 2);
  data.predictions[2] = with_apex(data.predictions[2], 219);
  EXPECT_EQ(score_spotting(data).blinks->taken, 2) << "the apex decides: now it is in the blink before";
  data.predictions[2] = with_apex(data.predictions[2], 238);
  EXPECT_EQ(score_spotting(data).blinks->taken, 1);
}

TEST(SpottingScores, AreSharedOutByDataSetAndSubject) {
  SpottingData data = worked_by_hand();
  data.videos = {video("a", 0, 0, "x", "s1"), video("b", 0, 0, "y", "s1"), video("c", 0, 0, "y"), video("d", 0, 0)};
  const SpottingScores scores = score_spotting(data);
  ASSERT_EQ(scores.per_dataset.size(), 2u);
  EXPECT_EQ(scores.per_dataset[0].first, "x");
  expect_counts(scores.per_dataset[0].second.overall, 1, 3, 2);
  expect_counts(scores.per_dataset[1].second.overall, 1, 1, 0);
  ASSERT_EQ(scores.per_subject.size(), 2u);
  EXPECT_EQ(scores.per_subject[1].first, "y/s1");
  expect_counts(scores.per_subject[1].second.overall, 1, 0, 0);
}

TEST(SpottingScores, RefuseDataThatCannotBe) {
  SpottingData data;
  data.truth = {span("a", 9, 3)};
  EXPECT_THROW(score_spotting(data), InputError);
  data.truth.clear();
  data.videos = {video("a", 50, 1), video("a", 50, 1)};
  EXPECT_THROW(score_spotting(data), InputError);
}

TEST(SpottingScores, OfNothingAreZero) {
  const SpottingScores scores = score_spotting({});
  expect_counts(scores.overall, 0, 0, 0);
  EXPECT_EQ(scores.overall.f1, 0);
  EXPECT_EQ(scores.apex.rate, 0);
  EXPECT_EQ(scores.map.at_50, 0);
  EXPECT_FALSE(scores.recognition || scores.blinks || scores.minutes || scores.apex.mae_frames);
}

TEST(ApexScores, CountApexesStrictlyInside) {
  SpottingData data;
  data.truth = {with_apex(span("a", 10, 20), 14), span("b", 10, 20), with_apex(span("c", 10, 20), 12)};
  data.predictions = {with_apex(span("a", 9, 19), 10),   // on the onset: not inside
                      span("b", 8, 19),                  // middle 13, the truth's 15
                      with_apex(span("c", 19, 40), 19),  // inside, though the interval is not matched
                      with_apex(span("a", 9, 90, 0, kMacro), 15)};
  data.videos = {video("a", 50, 1), video("b", 200, 1), video("c", 0, 0)};
  const SpottingScores scores = score_spotting(data);
  EXPECT_EQ(scores.micro_apex.expressions, 3);
  EXPECT_EQ(scores.micro_apex.spotted, 2);
  EXPECT_DOUBLE_EQ(scores.micro_apex.rate, 2.0 / 3);
  EXPECT_EQ(scores.micro_apex.matched, 2);
  EXPECT_DOUBLE_EQ(*scores.micro_apex.mae_frames, (4 + 2) / 2.0);
  EXPECT_DOUBLE_EQ(*scores.micro_apex.mae_ms, (80 + 10) / 2.0);
  EXPECT_EQ(scores.macro_apex.expressions, 0);
  EXPECT_EQ(scores.apex.spotted, 2);
  EXPECT_DOUBLE_EQ(*scores.apex.mae_ms, 45);
  SpottingRules any_type;
  any_type.types_must_agree = false;
  EXPECT_EQ(score_spotting(data, any_type).micro_apex.spotted, 3) << "the macro one's apex counts then";
}

TEST(ApexScores, HaveNoMillisecondsWhereAFrameRateIsNotKnown) {
  SpottingData data;
  data.truth = {span("a", 10, 20), span("b", 100, 199, 0, kMacro)};
  data.predictions = {span("a", 12, 20), span("b", 100, 195, 0, kMacro)};
  data.videos = {video("a", 50, 1)};
  const SpottingScores scores = score_spotting(data);
  EXPECT_TRUE(scores.micro_apex.mae_ms);
  EXPECT_FALSE(scores.macro_apex.mae_ms);
  EXPECT_FALSE(scores.apex.mae_ms);
  EXPECT_DOUBLE_EQ(*scores.apex.mae_frames, (1 + 2) / 2.0);
}

TEST(AveragePrecision, IsTheMeanOver101Recalls) {
  SpottingData data;
  data.truth = {span("a", 10, 19), span("b", 10, 19)};
  data.predictions = {span("a", 10, 19, 0.9), span("c", 10, 19, 0.8), span("b", 10, 19, 0.7)};
  // Precision is 1 up to recall 0.5, which are 51 of the recalls, and 2/3 after that.
  const double expected = (51 + 50 * 2.0 / 3) / 101;
  const SpottingScores scores = score_spotting(data);
  EXPECT_NEAR(scores.micro_ap.at_50, expected, 1e-12);
  EXPECT_NEAR(scores.micro_ap.at_50_95, expected, 1e-12) << "the overlaps are whole";
  EXPECT_NEAR(scores.map.at_50, expected, 1e-12) << "there is no macro-expression to average with";
  for (auto& prediction : data.predictions) prediction.score = 0;
  EXPECT_NEAR(score_spotting(data).micro_ap.at_50, 2.0 / 3, 1e-12) << "equal scores enter together";
}

TEST(AveragePrecision, AsksForMoreOverlapStepByStep) {
  SpottingData data;
  data.truth = {span("a", 0, 9), span("a", 100, 199, 0, kMacro)};
  data.predictions = {span("a", 0, 5, 1)};  // IoU 0.6: right at 0.5, 0.55 and 0.6
  const SpottingScores scores = score_spotting(data);
  EXPECT_NEAR(scores.micro_ap.at_50, 1, 1e-12);
  EXPECT_NEAR(scores.micro_ap.at_50_95, 0.3, 1e-12);
  EXPECT_EQ(scores.macro_ap.at_50, 0);
  EXPECT_NEAR(scores.map.at_50, 0.5, 1e-12);
  EXPECT_NEAR(scores.map.at_50_95, 0.15, 1e-12);
  data.predictions = {span("a", 0, 8, 1)};  // IoU 0.9: wrong at 0.95 only
  EXPECT_NEAR(score_spotting(data).micro_ap.at_50_95, 0.9, 1e-12);
}

TEST(SpotThenRecognizeScore, IsThatOfTheExampleItWasPublishedWith) {
  // The five intervals of github.com/genbing99/STRS-Metric: three are spotted, and of these one is recognized.
  SpottingData data;
  data.truth = {of_emotion(span("EP02_01f", 45, 85), "happiness"), of_emotion(span("EP03_02", 130, 160), "others"),
                of_emotion(span("EP04_02", 20, 75), "others"), of_emotion(span("EP01_11f", 45, 95), "repression"),
                of_emotion(span("EP02_04f", 30, 140), "repression")};
  data.predictions = {of_emotion(span("EP02_01f", 10, 70), "happiness"),
                      of_emotion(span("EP03_02", 100, 170), "others"), of_emotion(span("EP04_02", 0, 70), "others"),
                      of_emotion(span("EP01_11f", 20, 90), "happiness"),
                      of_emotion(span("EP02_04f", 70, 140), "happiness")};
  const SpottingScores scores = score_spotting(data);
  expect_counts(scores.overall, 3, 2, 2);
  ASSERT_TRUE(scores.recognition);
  EXPECT_THAT(scores.recognition->labels.classes(), ElementsAre("happiness", "others", "repression"));
  EXPECT_EQ(scores.recognition->n, 3);
  EXPECT_DOUBLE_EQ(scores.recognition->precision, 1.0 / 3);
  EXPECT_DOUBLE_EQ(scores.recognition->recall, 1.0 / 3);
  EXPECT_NEAR(scores.recognition->strs, 0.2, 1e-12);
}

TEST(SpotThenRecognizeScore, IsThatOfThePublishedBaselineOfMegc2025) {
  // SAMM in the challenge's table (arXiv:2506.15298): 6 TP, 217 FP, 202 FN, of which two true positives have one of
  // the three classes. What the table calls UAR, 0.1667, is the macro precision.
  SpottingData data;
  for (int i = 0; i < 208; ++i) data.truth.push_back(of_emotion(span("v", 100 * i, 100 * i + 19), "others"));
  data.truth[0].emotion = "disgust";
  data.truth[1].emotion = "happiness";
  for (int i = 0; i < 223; ++i)
    data.predictions.push_back(of_emotion(span(i < 6 ? "v" : "w", 100 * i, 100 * i + 19), "negative"));
  const SpottingScores scores = score_spotting(data, SpottingRules::find("megc2025"));
  expect_counts(scores.overall, 6, 217, 202);
  EXPECT_NEAR(scores.overall.f1, 0.0278, 5e-5);
  const SpottedRecognition recognition = scores.recognition.value();
  EXPECT_EQ(recognition.n, 2);
  EXPECT_EQ(recognition.without_class, 4);
  EXPECT_NEAR(recognition.precision, 0.1667, 5e-5);
  EXPECT_NEAR(recognition.recall, 0.3333, 5e-5);
  EXPECT_NEAR(recognition.f1, 0.2222, 5e-5);
  EXPECT_NEAR(recognition.uf1, 0.2222, 5e-5);
  EXPECT_NEAR(recognition.strs, 0.0062, 5e-5);
}

TEST(SpotThenRecognizeScore, TakesAnEmotionWithoutClassForAMiss) {
  SpottingData data;
  data.truth = {of_emotion(span("a", 0, 9), "Anger"), of_emotion(span("a", 20, 29), "happiness"),
                of_emotion(span("a", 40, 49), "happiness")};
  data.predictions = {of_emotion(span("a", 0, 9), "anger"), of_emotion(span("a", 20, 29), "happiness"),
                      of_emotion(span("a", 40, 49), "boredom")};
  const SpottedRecognition recognition = score_spotting(data).recognition.value();
  EXPECT_EQ(recognition.n, 3);
  EXPECT_EQ(recognition.other_emotions, 1);
  EXPECT_THAT(recognition.confusion, ElementsAre(ElementsAre(1, 0), ElementsAre(0, 1)));
  EXPECT_DOUBLE_EQ(recognition.precision, 1);
  EXPECT_DOUBLE_EQ(recognition.recall, 0.75);
  EXPECT_NEAR(recognition.uf1, (1 + 2.0 / 3) / 2, 1e-12);
  const LabelSet two({"negative", "positive"}, {{"anger", "negative"}, {"happiness", "positive"}});
  EXPECT_THAT(score_spotting(data, {}, two).recognition->labels.classes(), ElementsAre("negative", "positive"));
}

TEST(SpotThenRecognizeScore, NeedsEmotionsOnBothSides) {
  SpottingData data;
  data.truth = {of_emotion(span("a", 0, 9), "anger")};
  data.predictions = {span("a", 0, 9)};
  EXPECT_FALSE(score_spotting(data).recognition);
  data.predictions[0] = of_emotion(span("b", 0, 9), "anger");
  const auto missed = score_spotting(data).recognition;
  ASSERT_TRUE(missed) << "where nothing is spotted rightly the score is 0, not absent";
  EXPECT_EQ(missed->strs, 0);
  EXPECT_EQ(missed->n, 0);
}

}  // namespace
}  // namespace merkit
