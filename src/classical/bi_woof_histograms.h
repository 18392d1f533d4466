#pragma once

#include "merkit/motion/optical_flow.h"

#include <cstddef>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

struct BlockConfig {
  int blocks = 5;
  bool faithful_blocks = false;
};

template <class Visitor>
void fields(Visitor&& visit, BlockConfig& c) {
  visit("blocks", c.blocks, "the face is divided into this number of rows and of columns",
        [](int n) { return n >= 1 && n <= 16 ? nullptr : "must be in 1..16"; });
  visit("faithful_blocks", c.faithful_blocks,
        "borders of the authors' code: blocks share two rows or columns with each neighbour, the last takes what is "
        "left");
}

/// A half-open range of rows or columns.
struct BlockRange {
  int begin, end;
};

/// The `blocks` ranges of `length` >= 2 `blocks` pixels: disjoint and as equal as can be, or as the authors' code has
/// them.
std::vector<BlockRange> block_ranges(int length, const BlockConfig& config);

inline constexpr std::size_t kOrientations = 8;

/// Which eighth of the circle, counted from -180 degrees, the direction atan2(v, u) is in: its lower bound belongs to
/// it. To the left (180 degrees) is -180 degrees: 0. No motion has no direction; it gets one that has no weight.
std::size_t orientation_of(float u, float v);

/// blocks x blocks x 8 values, block row by block row: Liong, See, Wong, Phan, Signal Processing: Image Communication
/// 62, 2018, doi:10.1016/j.image.2017.11.006. A block's histogram of orientations, each pixel weighing as much as its
/// motion is long, is divided by its sum (0 where nothing moves) and multiplied by the block's sum of `strain`. The
/// whole has length 1, or 0 where there is neither motion nor strain. Throws std::invalid_argument for maps that differ
/// in size, are smaller than 2 pixels a block, or hold what is not finite.
std::vector<float> bi_woof_histograms(const MotionField& motion, const cv::Mat1f& strain, const BlockConfig& config);

}  // namespace merkit
