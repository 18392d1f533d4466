#include "motion/key_frames.h"

#include "support/synthetic_samples.h"

#include <set>

#include <gtest/gtest.h>

namespace merkit {
namespace {

using merkit::testing::synthetic_samples;

/// Onset 0, apex 4, offset 8, a face in each frame.
Sample nine_frames() { return synthetic_samples(1, 1).front(); }

using Pairs = std::set<std::pair<int, int>>;

Pairs pairs_of(const std::vector<Sample>& samples) {
  Pairs pairs;
  for (const Sample& sample : samples) pairs.insert({sample.interval.onset, *sample.interval.apex});
  return pairs;
}

TEST(KeyFrames, MoveByNoMoreThanTheShareTheAnnotatedOnesFirst) {
  const Sample sample = nine_frames();
  const auto views = with_moved_key_frames(sample, 0.125, 100);  // by one frame
  EXPECT_EQ(pairs_of(views), (Pairs{{0, 4}, {0, 3}, {0, 5}, {1, 3}, {1, 4}, {1, 5}}));
  EXPECT_EQ(views.size(), 6u) << "each once";
  EXPECT_EQ(views[0].faces.size(), sample.faces.size());
  EXPECT_EQ(views[0].interval.apex, 4);
  for (const Sample& view : views) {
    EXPECT_EQ(view.label, sample.label);
    EXPECT_EQ(view.subject, sample.subject);
    EXPECT_TRUE(view.interval.is_valid());
    EXPECT_EQ(view.face_at(*view.interval.apex)->image.data, sample.face_at(*view.interval.apex)->image.data);
  }
}

TEST(KeyFrames, AreAsManyAsAskedForAndAlwaysTheSame) {
  const auto views = with_moved_key_frames(nine_frames(), 0.25, 4);
  EXPECT_EQ(pairs_of(views).size(), 4u);
  EXPECT_EQ(pairs_of(views), pairs_of(with_moved_key_frames(nine_frames(), 0.25, 4)));
  EXPECT_EQ(with_moved_key_frames(nine_frames(), 0, 4).size(), 1u);
}

TEST(KeyFrames, PassOverFramesWithoutAFaceInTheSamePose) {
  Sample sample = nine_frames();
  sample.faces[3].success = false;
  sample.faces[5].segment = 1;
  EXPECT_EQ(pairs_of(with_moved_key_frames(sample, 0.125, 100)), (Pairs{{0, 4}, {1, 4}}));
  sample.faces.clear();
  EXPECT_EQ(with_moved_key_frames(sample, 0.125, 100).size(), 1u) << "a ready motion image has one view";
}

}  // namespace
}  // namespace merkit
