#include "spotting/score_curve.h"

#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::spotting {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

std::vector<ScoredFrame> frames_with(const std::vector<float>& micro, double fps = 50) {
  std::vector<ScoredFrame> frames;
  for (std::size_t i = 0; i < micro.size(); ++i)
    frames.push_back({static_cast<int>(i), static_cast<double>(i) / fps, 0, micro[i], 0});
  return frames;
}

/// Intervals of the expected duration.
ScoreCurveConfig fixed(const std::string& threshold, double smoothing, double contrast, double contrast_s) {
  ScoreCurveConfig config;
  config.threshold = threshold;
  config.smoothing = smoothing;
  config.contrast = contrast;
  config.contrast_s = contrast_s;
  config.extent = 0;
  return config;
}

/// A triangle of height 1 around `centre`, in seconds.
double triangle(double t, double centre, double half_s) { return std::max(0.0, 1 - std::abs(t - centre) / half_s); }

TrueExpression expression(ExpressionType type, int onset, int offset) {
  return {{onset, std::nullopt, offset}, type, {}};
}

std::vector<int> numbers_of(const std::vector<int>& labels, int wanted) {
  std::vector<int> numbers;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] == wanted) numbers.push_back(static_cast<int>(i));
  return numbers;
}

TEST(PseudoLabels, AreTheMiddleOfAnExpressionAndShowNothingOfTheRestOfIt) {
  const auto frames = frames_with(std::vector<float>(25));
  const auto labels =
      pseudo_labels(frames, {expression(ExpressionType::micro, 10, 14), expression(ExpressionType::macro, 16, 22)},
                    ExpressionType::micro, 0.5, 4);
  EXPECT_THAT(numbers_of(labels, 1), ElementsAre(11, 12, 13));
  EXPECT_THAT(numbers_of(labels, -1), ElementsAre(10, 14));
}

TEST(PseudoLabels, AsPublishedAreWhereTheWindowMeetsAnExpression) {
  const auto frames = frames_with(std::vector<float>(25));
  const auto labels =
      pseudo_labels(frames, {expression(ExpressionType::micro, 10, 14), expression(ExpressionType::macro, 20, 22)},
                    ExpressionType::micro, 0, 4);
  EXPECT_THAT(numbers_of(labels, 1), ElementsAre(8, 9, 10, 11, 12, 13, 14, 15, 16));
  EXPECT_TRUE(numbers_of(labels, -1).empty());
}

TEST(PseudoLabels, ShowNoFrameWithoutAFace) {
  auto frames = frames_with(std::vector<float>(25));
  frames[12].run = -1;
  const auto labels = pseudo_labels(frames, {expression(ExpressionType::micro, 10, 14)}, ExpressionType::micro, 0.5, 4);
  EXPECT_THAT(numbers_of(labels, 1), ElementsAre(11, 13));
  EXPECT_EQ(labels[12], -1);
}

class ScorePeaksAt : public ::testing::TestWithParam<double> {};

TEST_P(ScorePeaksAt, AreHalfTheExpectedDurationToEitherSide) {
  const double fps = GetParam();
  std::vector<float> scores;
  for (int i = 0; i < std::lround(3 * fps); ++i)
    scores.push_back(static_cast<float>(triangle(i / fps, 1, 0.25) + 0.6 * triangle(i / fps, 2, 0.25)));
  const auto found =
      find_peaks(frames_with(scores, fps), ExpressionType::micro, {0.2, 0.3}, fixed("absolute", 0.5, 0, 1));
  ASSERT_EQ(found.detections.size(), 2u);
  const auto& first = found.detections[0];
  EXPECT_NEAR(first.onset_s, 0.8, 0.01);
  EXPECT_NEAR(first.apex_s, 1, 1e-9);
  EXPECT_NEAR(first.offset_s, 1.2, 0.01);
  EXPECT_EQ(first.interval.apex, std::lround(fps));
  EXPECT_GT(first.confidence, found.detections[1].confidence);
}

TEST_P(ScorePeaksAt, LastAsLongAsTheScoreStaysUp) {
  const double fps = GetParam();
  std::vector<float> scores;
  for (int i = 0; i < std::lround(6 * fps); ++i) {
    const double t = i / fps;
    scores.push_back(
        static_cast<float>(triangle(t, 1, 0.1) + triangle(t, 2, 0.2) + triangle(t, 3.5, 1) + triangle(t, 5, 0.02)));
  }
  ScoreCurveConfig config = fixed("absolute", 0, 0, 1);
  config.extent = 0.25;
  config.stretch = 1.2;
  const auto found = find_peaks(frames_with(scores, fps), ExpressionType::micro, {0.2, 0.3}, config).detections;
  ASSERT_EQ(found.size(), 4u);
  const auto length_s = [&](std::size_t i) { return found[i].offset_s - found[i].onset_s; };
  const double frames = 2.1 / fps;  // each end lies on a frame
  EXPECT_NEAR(length_s(0), 1.2 * 2 * 0.75 * 0.1, frames);
  EXPECT_NEAR(length_s(1), 1.2 * 2 * 0.75 * 0.2, frames);
  EXPECT_NEAR(length_s(2), 1.5 * 0.4, frames) << "no more than 1.5 times the expected duration";
  EXPECT_NEAR(length_s(3), 0.4 * 0.4, frames) << "no less than 0.4 times";
  EXPECT_NEAR(found[1].onset_s, 2 - 0.18, frames);
  EXPECT_NEAR(found[1].apex_s, 2, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(FramesPerSecond, ScorePeaksAt, ::testing::Values(50.0, 100.0, 200.0),
                         ::testing::PrintToStringParamName());

TEST(ScorePeaks, AreSmoothedByAMovingAverageOfTheExpectedDuration) {
  std::vector<float> scores(21);
  scores[10] = 1;
  const auto found = find_peaks(frames_with(scores), ExpressionType::micro, {0.04, 0.1}, fixed("absolute", 1, 0, 1));
  for (int i = 0; i < 21; ++i) EXPECT_NEAR(found.curve[i], std::abs(i - 10) <= 2 ? 0.2 : 0, 1e-6) << i;
}

TEST(ScorePeaks, StandAboveAShareOfTheClipsOwnRangeIfAsked) {
  std::vector<float> scores(20, 0.1f);
  scores[5] = 1.1f;
  scores[15] = 0.5f;
  const auto found = find_peaks(frames_with(scores), ExpressionType::micro, {0.04, 0.5}, fixed("relative", 0, 0, 1));
  const double mean = (18 * 0.1 + 1.1 + 0.5) / 20;
  EXPECT_NEAR(found.threshold, mean + 0.5 * (1.1 - mean), 1e-6);
  ASSERT_EQ(found.detections.size(), 1u);
  EXPECT_EQ(found.detections[0].interval.apex, 5);
}

TEST(ScorePeaks, StandOutFromWhatIsAroundThem) {
  std::vector<float> scores(200);
  for (int i = 40; i < 43; ++i) scores[i] = 0.8f;  // alone
  for (int i = 120; i < 180; i += 6)               // speech
    for (int k = 0; k < 3; ++k) scores[i + k] = 0.8f;
  const auto numbers = [&](double contrast) {
    std::vector<int> found;
    const auto peaks =
        find_peaks(frames_with(scores), ExpressionType::micro, {0.04, 0.3}, fixed("absolute", 0, contrast, 0.5));
    for (const auto& detection : peaks.detections) found.push_back(*detection.interval.apex);
    return found;
  };
  EXPECT_EQ(numbers(0).size(), 11u);
  EXPECT_THAT(numbers(3), ElementsAre(42));
  const auto curve =
      find_peaks(frames_with(scores), ExpressionType::micro, {0.04, 0.3}, fixed("absolute", 0, 2, 0.5)).curve;
  EXPECT_NEAR(curve[41], 0.8, 1e-6) << "nothing around";
  EXPECT_NEAR(curve[47], -2 * 0.8 * 3 / 50, 1e-6) << "three of the fifty frames around";
}

TEST(ScorePeaks, NearAHigherOneAreNone) {
  std::vector<float> scores(40);
  scores[10] = 1;
  scores[14] = 0.8f;
  scores[30] = 0.6f;
  const auto found = find_peaks(frames_with(scores), ExpressionType::micro, {0.1, 0.3}, fixed("absolute", 0, 0, 1));
  ASSERT_EQ(found.detections.size(), 2u);
  EXPECT_EQ(found.detections[0].interval.apex, 10);
  EXPECT_EQ(found.detections[1].interval.apex, 30);
}

TEST(ScorePeaks, EndWhereTheFaceIsLost) {
  std::vector<float> scores(40);
  scores[10] = 1;
  auto frames = frames_with(scores);
  frames[8].run = -1;
  for (int i = 0; i < 8; ++i) frames[i].micro = 9;  // another run, of which nothing is averaged in
  for (std::size_t i = 9; i < frames.size(); ++i) frames[i].run = 1;
  const auto found = find_peaks(frames, ExpressionType::micro, {0.1, 0.15}, fixed("absolute", 0, 0, 1));
  ASSERT_EQ(found.detections.size(), 2u);
  EXPECT_EQ(found.detections[1].interval.onset, 9);
  EXPECT_EQ(found.detections[1].interval.offset, 15);
  EXPECT_EQ(found.curve[8], 0);
}

TEST(ScorePeaks, AreNotLookedForWithoutAnExpectedDuration) {
  const auto found = find_peaks(frames_with(std::vector<float>(9, 1)), ExpressionType::macro, {0, 0.1}, {});
  EXPECT_TRUE(found.detections.empty());
  EXPECT_THAT(found.curve, Each(0));
}

TEST(Decision, LeavesOutWhatOverlapsSomethingMoreConfident) {
  auto frames = frames_with(std::vector<float>(200));
  for (int i = 60; i <= 140; ++i) frames[i].macro = static_cast<float>(0.9 * triangle(i, 100, 80));
  frames[90].micro = 0.6f;   // within the macro-expression
  frames[170].micro = 0.6f;  // apart from it
  const auto result = decide(frames, {{0.1, 0.5}, {0.8, 0.4}}, fixed("absolute", 0, 0, 1));
  ASSERT_EQ(result.detections.size(), 2u);
  EXPECT_EQ(result.detections[0].type, ExpressionType::macro);
  EXPECT_EQ(result.detections[1].type, ExpressionType::micro);
  EXPECT_EQ(result.detections[1].interval.onset, 165);
  EXPECT_EQ(result.detections[1].interval.offset, 175);
  EXPECT_EQ(result.signal.threshold, 0.5);
  EXPECT_EQ(result.signal.frames.size(), 200u);
}

}  // namespace
}  // namespace merkit::spotting
