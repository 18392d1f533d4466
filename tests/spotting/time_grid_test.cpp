#include "spotting/time_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::spotting {
namespace {

std::vector<FrameStamp> frames_at(const std::vector<double>& times_s) {
  std::vector<FrameStamp> frames;
  for (const double time_s : times_s) frames.push_back({static_cast<int>(frames.size()), time_s, true, 0});
  return frames;
}

std::vector<std::pair<int, int>> runs(const std::vector<FrameStamp>& frames) {
  std::vector<std::pair<int, int>> result;
  for (const FrameRun& run : runs_of(frames)) result.emplace_back(run.begin, run.end);
  return result;
}

TEST(TimeGrid, HasAPointAFrameAtAConstantRate) {
  // As a container writes 30 frames a second: in whole milliseconds.
  const auto frames = frames_at({0, 0.033, 0.067, 0.1, 0.133, 0.167, 0.2});
  const TimeGrid grid(frames, {0, 7});
  EXPECT_TRUE(grid.is_even());
  EXPECT_EQ(grid.points(), 7);
  EXPECT_NEAR(grid.rate(), 30, 0.01);
  EXPECT_EQ(grid.nearest(3), 3);
  const std::vector<float> values = {1, 5, 2, 4, 3, 3, 3};
  EXPECT_EQ(grid.on_grid(values, 1), values);
}

TEST(TimeGrid, FillsWhatIsMissingWithStraightLines) {
  const auto frames = frames_at({0, 0.02, 0.04, 0.08, 0.10, 0.12});
  const TimeGrid grid(frames, {0, 6});
  EXPECT_FALSE(grid.is_even());
  ASSERT_EQ(grid.points(), 7);
  EXPECT_NEAR(grid.rate(), 50, 1e-6);
  const std::vector<float> on_grid = grid.on_grid({0, 10, 1, 11, 2, 12, 4, 14, 5, 15, 6, 16}, 2);
  ASSERT_EQ(on_grid.size(), 14u);
  for (int p = 0; p < 7; ++p) {
    EXPECT_NEAR(on_grid[2 * p], p, 1e-4);
    EXPECT_NEAR(on_grid[2 * p + 1], p + 10, 1e-4);
  }
  EXPECT_EQ(grid.nearest(2), 2);
  EXPECT_EQ(grid.nearest(4), 3);
  EXPECT_EQ(grid.nearest(6), 5);
  EXPECT_THAT(grid.at_frames({0, 1, 2, 3, 4, 5, 6}),
              ::testing::Pointwise(::testing::DoubleNear(1e-6), {0., 1., 2., 4., 5., 6.}));
}

TEST(TimeGrid, DoesNotDriftOverALongClip) {
  std::vector<double> times_s;
  for (int i = 0; i < 20000; ++i) times_s.push_back(static_cast<int>(1000.0 * i / 29.97) / 1000.0);
  const auto frames = frames_at(times_s);
  const TimeGrid grid(frames, {0, 20000});
  EXPECT_EQ(grid.points(), 20000);
  EXPECT_NEAR(grid.position(19999), 19999, 0.5);
}

TEST(TimeGrid, OfASingleFrameIsAPoint) {
  const TimeGrid grid(frames_at({3}), {0, 1});
  EXPECT_EQ(grid.points(), 1);
  EXPECT_EQ(grid.nearest(0), 0);
}

TEST(FrameRuns, EndWhereTheFaceIsLostThePoseChangesOrTimeHasAGap) {
  auto frames = frames_at({0, 0.02, 0.04, 0.06, 0.08, 0.3, 0.32, 0.34});
  using Runs = std::vector<std::pair<int, int>>;
  EXPECT_EQ(runs(frames), (Runs{{0, 5}, {5, 8}}));
  frames[2].valid = false;
  EXPECT_EQ(runs(frames), (Runs{{0, 2}, {3, 5}, {5, 8}}));
  frames[7].segment = 1;
  EXPECT_EQ(runs(frames), (Runs{{0, 2}, {3, 5}, {5, 7}, {7, 8}}));
  EXPECT_EQ(runs(frames_at({0, 0.5, 1, 1.5})), (Runs{{0, 4}}));  // two frames a second are no gaps
  EXPECT_TRUE(runs({}).empty());
}

}  // namespace
}  // namespace merkit::spotting
