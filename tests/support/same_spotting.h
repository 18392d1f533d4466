#pragma once

#include "merkit/learning/spotter.h"

#include <cstddef>

#include <gtest/gtest.h>

namespace merkit::testing {

/// What was found and the curve it was found on, to the bit.
inline void expect_same(const SpottingResult& a, const SpottingResult& b) {
  ASSERT_EQ(a.detections.size(), b.detections.size());
  for (std::size_t i = 0; i < a.detections.size(); ++i) {
    const Detection &x = a.detections[i], &y = b.detections[i];
    EXPECT_EQ(x.interval.onset, y.interval.onset);
    EXPECT_EQ(x.interval.apex, y.interval.apex);
    EXPECT_EQ(x.interval.offset, y.interval.offset);
    EXPECT_EQ(x.type, y.type);
    EXPECT_EQ(x.confidence, y.confidence);
  }
  EXPECT_EQ(a.signal.frames, b.signal.frames);
  EXPECT_EQ(a.signal.times_s, b.signal.times_s);
  EXPECT_EQ(a.signal.values, b.signal.values);
  EXPECT_EQ(a.signal.threshold, b.signal.threshold);
}

}  // namespace merkit::testing
