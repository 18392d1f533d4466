#include "pipeline/early_detections.h"

#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

Detection detection(int onset, int offset) {
  Detection result;
  result.interval = {onset, std::nullopt, offset};
  result.onset_s = onset / 10.0;
  result.offset_s = offset / 10.0;
  return result;
}

/// Finds what the test says; ten frames a second.
struct ToldSession final : SpottingSession {
  std::vector<Detection> found;
  int looks = 0;
  void push(const AlignedFace&) override {}
  SpottingResult so_far() override {
    ++looks;
    return {found, {}};
  }
  SpottingResult finish() override { return {found, {}}; }
};

std::vector<int> onsets(const std::vector<Detection>& detections) {
  std::vector<int> result;
  for (const auto& detection : detections) result.push_back(detection.interval.onset);
  return result;
}

TEST(EarlyDetections, AreToldOnceAndNotBeforeTheirSurroundingsWereSeen) {
  ToldSession session;
  session.found = {detection(10, 20), detection(30, 40)};
  EarlyDetections early;
  EXPECT_TRUE(early.after(6.9, session).empty());
  EXPECT_EQ(onsets(early.after(8.9, session)), std::vector<int>{10});  // the other one ended 4.9 s ago
  EXPECT_EQ(onsets(early.after(10.9, session)), std::vector<int>{30});
  EXPECT_TRUE(early.after(13, session).empty());
}

TEST(EarlyDetections, WhatChangesAfterItWasToldIsNotToldAgain) {
  ToldSession session;
  session.found = {detection(10, 20)};
  EarlyDetections early;
  ASSERT_EQ(onsets(early.after(8, session)), std::vector<int>{10});
  session.found = {detection(8, 14), detection(15, 25), detection(26, 30)};
  EXPECT_EQ(onsets(early.after(10, session)), std::vector<int>{26}) << "the first two share frames with the one told";
}

TEST(EarlyDetections, LooksEveryTwoSecondsAndInLongClipsMoreRarely) {
  ToldSession session;
  EarlyDetections early;
  for (int frame = 0; frame < 100; ++frame) early.after(frame / 10.0, session);
  EXPECT_EQ(session.looks, 5);
  for (int frame = 100; frame < 36000; ++frame) early.after(frame / 10.0, session);
  EXPECT_LT(session.looks, 250) << "of an hour";
  EXPECT_GT(session.looks, 200);
}

}  // namespace
}  // namespace merkit::testing
