#include "spotting/out_and_back.h"

#include "merkit/core/interval.h"

#include <cmath>

#include <gtest/gtest.h>

namespace merkit::spotting {
namespace {

/// A face at rest for `seconds`, with a tremble of 0.01 px that no two frames share.
std::vector<FrameMotion> rest(double seconds, double fps) {
  std::vector<FrameMotion> frames(static_cast<std::size_t>(std::lround(seconds * fps)));
  unsigned state = 1;
  for (std::size_t t = 0; t < frames.size(); ++t) {
    frames[t].number = static_cast<int>(t);
    frames[t].time_s = static_cast<double>(t) / fps;
    frames[t].valid = true;
    frames[t].face.resize(kFaceRegions);
    frames[t].eyes.resize(kEyeRegions);
    for (auto& region : frames[t].face) {
      for (float* value : {&region.u, &region.v}) {
        state = state * 1664525u + 1013904223u;
        *value = 0.02f * (static_cast<float>(state >> 8) / 16777216.f - 0.5f);
      }
    }
  }
  return frames;
}

/// Raised cosines from 0 at `onset` to 1 at `apex` and back to 0 at `offset`.
double course(double t, double onset, double apex, double offset) {
  if (t <= onset || t >= offset) return 0;
  const double share = t < apex ? (t - onset) / (apex - onset) : (offset - t) / (offset - apex);
  return 0.5 - 0.5 * std::cos(3.14159265358979 * share);
}

/// Mouth corners and lips go `px` up between `onset_s` and `offset_s`.
void add_smile(std::vector<FrameMotion>& frames, double fps, double onset_s, double apex_s, double offset_s,
               double px) {
  for (std::size_t t = 0; t < frames.size(); ++t)
    for (const int region : {9, 10, 11, 12})
      frames[t].face[region].v -=
          static_cast<float>(px * course(static_cast<double>(t) / fps, onset_s, apex_s, offset_s));
}

SpottingResult spotted(const std::vector<FrameMotion>& frames, const OutAndBackConfig& config = {},
                       const SelectionConfig& selection = {}) {
  return select_movements(*out_and_back(frames, config), selection);
}

double overlap(const Detection& found, double fps, double onset_s, double offset_s) {
  return iou(found.interval,
             {static_cast<int>(std::lround(onset_s * fps)), {}, static_cast<int>(std::lround(offset_s * fps))});
}

TEST(OutAndBack, TimesAMovementAtEveryFrameRate) {
  for (const double fps : {25.0, 50.0, 100.0, 200.0}) {
    auto frames = rest(4, fps);
    add_smile(frames, fps, 2.0, 2.12, 2.4, 1.0);
    const auto curve = spotted(frames);
    ASSERT_EQ(curve.detections.size(), 1u) << fps;
    EXPECT_GE(overlap(curve.detections[0], fps, 2.0, 2.4), 0.8) << fps;
    EXPECT_NEAR(curve.detections[0].apex_s, 2.12, 0.045) << fps;
    EXPECT_NEAR(curve.signal.values[*curve.detections[0].interval.apex], 1.0, 0.15) << fps;
  }
}

TEST(OutAndBack, GoesByTheTimesOfFramesAndNotByTheirNumbers) {
  const double fps = 100;
  auto frames = rest(6, fps);
  add_smile(frames, fps, 2.0, 2.15, 2.4, 1.0);
  add_smile(frames, fps, 3.5, 4.0, 5.0, 2.0);
  std::vector<FrameMotion> kept;  // three of four frames in the first half, one of three in the second
  for (std::size_t t = 0; t < frames.size(); ++t)
    if (t < 300 ? t % 4 != 1 : t % 3 == 0) kept.push_back(frames[t]);
  const auto found = spotted(kept).detections;
  ASSERT_EQ(found.size(), 2u);
  EXPECT_GE(overlap(found[0], fps, 2.0, 2.4), 0.8);  // frames keep their numbers
  EXPECT_EQ(found[0].type, ExpressionType::micro);
  EXPECT_GE(overlap(found[1], fps, 3.5, 5.0), 0.8);
  EXPECT_EQ(found[1].type, ExpressionType::macro);
}

TEST(OutAndBack, FindsNothingAtRest) {
  const auto curve = spotted(rest(4, 100));
  EXPECT_TRUE(curve.detections.empty());
  EXPECT_EQ(curve.signal.values.size(), 400u);
  EXPECT_GE(curve.signal.threshold, 0.08);
}

TEST(OutAndBack, FindsNothingInAStep) {
  auto frames = rest(4, 100);
  for (std::size_t t = 0; t < frames.size(); ++t)
    for (auto& region : frames[t].face)
      region.u += static_cast<float>(3 * course(static_cast<double>(t) / 100, 1.5, 2.5, 1e9));
  EXPECT_TRUE(spotted(frames).detections.empty());
}

TEST(OutAndBack, TakesTheRestBetweenTwoMovementsForRest) {
  auto frames = rest(8, 100);
  add_smile(frames, 100, 3.0, 3.15, 3.4, 1);
  add_smile(frames, 100, 4.0, 4.15, 4.4, 1);
  const auto found = spotted(frames).detections;
  ASSERT_EQ(found.size(), 2u);
  EXPECT_GE(overlap(found[0], 100, 3.0, 3.4), 0.8);
  EXPECT_GE(overlap(found[1], 100, 4.0, 4.4), 0.8);
}

TEST(OutAndBack, FindsAMicroExpressionBesideAStrongMacroExpression) {
  auto frames = rest(10, 50);
  add_smile(frames, 50, 2.0, 2.5, 4.0, 8);
  add_smile(frames, 50, 6.0, 6.15, 6.4, 0.5);
  const auto found = spotted(frames).detections;
  ASSERT_EQ(found.size(), 2u);
  EXPECT_GE(overlap(found[0], 50, 2.0, 4.0), 0.8);
  EXPECT_GE(overlap(found[1], 50, 6.0, 6.4), 0.8);
}

TEST(OutAndBack, ComparesNothingAcrossAGapOrASegment) {
  auto gap = rest(4, 100), segment = gap, missing = gap;
  // Out before the break, back after it: only a comparison across the break would see an excursion.
  for (auto* frames : {&gap, &segment, &missing}) add_smile(*frames, 100, 1.8, 2.0, 2.2, 2);
  gap[200].valid = false;
  gap[200].face.clear();
  gap[200].eyes.clear();
  for (std::size_t t = 200; t < 400; ++t) segment[t].segment = 1;
  for (std::size_t t = 200; t < 400; ++t) missing[t].time_s += 0.5;
  for (const auto* frames : {&gap, &segment, &missing}) {
    const auto curve = spotted(*frames);
    EXPECT_TRUE(curve.detections.empty());
    EXPECT_EQ(curve.signal.values.size(), 400u);
  }
  EXPECT_EQ(spotted(gap).signal.values[200], 0);
}

TEST(OutAndBack, PassesOverBlinks) {
  auto frames = rest(4, 100);
  add_smile(frames, 100, 2.0, 2.1, 2.3, 0.4);  // the little that lids pull along
  for (std::size_t t = 0; t < frames.size(); ++t)
    for (auto& eye : frames[t].eyes)
      eye.v += static_cast<float>(4 * course(static_cast<double>(t) / 100, 2.0, 2.1, 2.3));
  EXPECT_TRUE(spotted(frames).detections.empty());
  SelectionConfig tolerant;
  tolerant.blink_ratio = 0;
  EXPECT_EQ(spotted(frames, {}, tolerant).detections.size(), 1u);
}

TEST(OutAndBack, PassesOverSpeech) {
  auto frames = rest(8, 100);
  for (double s = 2.0; s < 4.5; s += 0.3) add_smile(frames, 100, s, s + 0.1, s + 0.25, 2);
  add_smile(frames, 100, 6.0, 6.1, 6.3, 2);
  const auto found = spotted(frames).detections;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_GE(overlap(found[0], 100, 6.0, 6.3), 0.8);
}

TEST(OutAndBack, KeepsExcursionsApartAndInOrder) {
  auto frames = rest(6, 50);
  add_smile(frames, 50, 1.0, 1.2, 1.4, 1);
  add_smile(frames, 50, 1.4, 1.5, 1.7, 2);
  add_smile(frames, 50, 4.0, 4.8, 5.5, 3);
  const auto found = spotted(frames).detections;
  ASSERT_EQ(found.size(), 3u);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_LE(found[i].interval.onset, *found[i].interval.apex);
    EXPECT_LE(*found[i].interval.apex, found[i].interval.offset);
    if (i > 0) {
      EXPECT_GT(found[i].interval.onset, found[i - 1].interval.offset);
    }
  }
}

TEST(OutAndBack, SeesStrainWhereAskedTo) {
  auto frames = rest(4, 100);
  for (std::size_t t = 0; t < frames.size(); ++t)
    for (const int region : {9, 10, 11})
      frames[t].face[region].strain = static_cast<float>(course(static_cast<double>(t) / 100, 2.0, 2.15, 2.4));
  OutAndBackConfig config;
  EXPECT_TRUE(spotted(frames, config).detections.empty());
  for (const char* feature : {"strain", "both"}) {
    config.feature = feature;
    const auto found = spotted(frames, config).detections;
    ASSERT_EQ(found.size(), 1u) << feature;
    EXPECT_GE(overlap(found[0], 100, 2.0, 2.4), 0.8) << feature;
  }
}

}  // namespace
}  // namespace merkit::spotting
