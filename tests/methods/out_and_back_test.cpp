#include "methods/spotting/out_and_back.h"

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

double overlap(const Excursion& found, double fps, double onset_s, double offset_s) {
  return iou({found.onset, {}, found.offset},
             {static_cast<int>(std::lround(onset_s * fps)), {}, static_cast<int>(std::lround(offset_s * fps))});
}

TEST(OutAndBack, TimesAMovementAtEveryFrameRate) {
  for (const double fps : {25.0, 50.0, 100.0, 200.0}) {
    auto frames = rest(4, fps);
    add_smile(frames, fps, 2.0, 2.12, 2.4, 1.0);
    const auto curve = find_excursions(frames, fps, {});
    ASSERT_EQ(curve.excursions.size(), 1u) << fps;
    EXPECT_GE(overlap(curve.excursions[0], fps, 2.0, 2.4), 0.8) << fps;
    EXPECT_NEAR(curve.excursions[0].apex / fps, 2.12, 0.045) << fps;
    EXPECT_NEAR(curve.excursions[0].strength_px, 1.0, 0.15) << fps;
  }
}

TEST(OutAndBack, FindsNothingAtRest) {
  const auto curve = find_excursions(rest(4, 100), 100, {});
  EXPECT_TRUE(curve.excursions.empty());
  EXPECT_EQ(curve.strength_px.size(), 400u);
  EXPECT_GE(curve.threshold_px, 0.08);
}

TEST(OutAndBack, FindsNothingInAStep) {
  auto frames = rest(4, 100);
  for (std::size_t t = 0; t < frames.size(); ++t)
    for (auto& region : frames[t].face)
      region.u += static_cast<float>(3 * course(static_cast<double>(t) / 100, 1.5, 2.5, 1e9));
  EXPECT_TRUE(find_excursions(frames, 100, {}).excursions.empty());
}

TEST(OutAndBack, TakesTheRestBetweenTwoMovementsForRest) {
  auto frames = rest(8, 100);
  add_smile(frames, 100, 3.0, 3.15, 3.4, 1);
  add_smile(frames, 100, 4.0, 4.15, 4.4, 1);
  const auto found = find_excursions(frames, 100, {}).excursions;
  ASSERT_EQ(found.size(), 2u);
  EXPECT_GE(overlap(found[0], 100, 3.0, 3.4), 0.8);
  EXPECT_GE(overlap(found[1], 100, 4.0, 4.4), 0.8);
}

TEST(OutAndBack, FindsAMicroExpressionBesideAStrongMacroExpression) {
  auto frames = rest(10, 50);
  add_smile(frames, 50, 2.0, 2.5, 4.0, 8);
  add_smile(frames, 50, 6.0, 6.15, 6.4, 0.5);
  const auto found = find_excursions(frames, 50, {}).excursions;
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
    const auto curve = find_excursions(*frames, 100, {});
    EXPECT_TRUE(curve.excursions.empty());
    EXPECT_EQ(curve.strength_px.size(), 400u);
  }
  EXPECT_EQ(find_excursions(gap, 100, {}).strength_px[200], 0);
}

TEST(OutAndBack, PassesOverBlinks) {
  auto frames = rest(4, 100);
  add_smile(frames, 100, 2.0, 2.1, 2.3, 0.4);  // the little that lids pull along
  for (std::size_t t = 0; t < frames.size(); ++t)
    for (auto& eye : frames[t].eyes)
      eye.v += static_cast<float>(4 * course(static_cast<double>(t) / 100, 2.0, 2.1, 2.3));
  EXPECT_TRUE(find_excursions(frames, 100, {}).excursions.empty());
  OutAndBackConfig tolerant;
  tolerant.blink_ratio = 0;
  EXPECT_EQ(find_excursions(frames, 100, tolerant).excursions.size(), 1u);
}

TEST(OutAndBack, PassesOverSpeech) {
  auto frames = rest(8, 100);
  for (double s = 2.0; s < 4.5; s += 0.3) add_smile(frames, 100, s, s + 0.1, s + 0.25, 2);
  add_smile(frames, 100, 6.0, 6.1, 6.3, 2);
  const auto found = find_excursions(frames, 100, {}).excursions;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_GE(overlap(found[0], 100, 6.0, 6.3), 0.8);
}

TEST(OutAndBack, KeepsExcursionsApartAndInOrder) {
  auto frames = rest(6, 50);
  add_smile(frames, 50, 1.0, 1.2, 1.4, 1);
  add_smile(frames, 50, 1.4, 1.5, 1.7, 2);
  add_smile(frames, 50, 4.0, 4.8, 5.5, 3);
  const auto found = find_excursions(frames, 50, {}).excursions;
  ASSERT_EQ(found.size(), 3u);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_LE(found[i].onset, found[i].apex);
    EXPECT_LE(found[i].apex, found[i].offset);
    if (i > 0) {
      EXPECT_GT(found[i].onset, found[i - 1].offset);
    }
  }
}

TEST(OutAndBack, SeesStrainWhereAskedTo) {
  auto frames = rest(4, 100);
  for (std::size_t t = 0; t < frames.size(); ++t)
    for (const int region : {9, 10, 11})
      frames[t].face[region].strain = static_cast<float>(course(static_cast<double>(t) / 100, 2.0, 2.15, 2.4));
  OutAndBackConfig config;
  EXPECT_TRUE(find_excursions(frames, 100, config).excursions.empty());
  for (const char* feature : {"strain", "both"}) {
    config.feature = feature;
    const auto found = find_excursions(frames, 100, config).excursions;
    ASSERT_EQ(found.size(), 1u) << feature;
    EXPECT_GE(overlap(found[0], 100, 2.0, 2.4), 0.8) << feature;
  }
}

}  // namespace
}  // namespace merkit::spotting
