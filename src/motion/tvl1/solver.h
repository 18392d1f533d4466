#pragma once

#include "merkit/motion/optical_flow.h"
#include "motion/tvl1/kernels.h"

#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit::tvl1 {

/// TV-L1 optical flow (Zach, Pock, Bischof, DAGM 2007; IPOL 2013, doi:10.5201/ipol.2013.26) as OpenCV's DualTVL1 does
/// it: the same energy, pyramid, warps, median filter and stopping rule with the same parameters.
///
/// Where it departs: neighbours of a sample beyond the border repeat the border instead of being black; sample
/// positions are not rounded to 1/32 pixel; lengths are rounded once and not twice (hypot). Fields differ by hundredths
/// of a pixel.
///
/// One thread a pair. All memory is kept for the next pair; nothing is allocated while sizes stay the same.
class Solver {
 public:
  explicit Solver(const Tvl1Config& config);

  /// Grey 8-bit pictures of one size, at least 8x8.
  MotionField operator()(const cv::Mat1b& from, const cv::Mat1b& to);

 private:
  struct Level {
    cv::Mat1f from_memory;  ///< with a margin on the right, so that whole vectors can be read
    cv::Mat1f from, to;     ///< `from` is in from_memory
    Grid grid;
  };
  static void make_room(Level& level, cv::Size size);

  void build_pyramid(const cv::Mat1b& from, const cv::Mat1b& to);
  void prepare_warps(const cv::Mat1f& to);
  void solve(Level& level);
  void lift(const Grid& coarse, Grid& fine);

  Tvl1Config config_;
  std::vector<Level> levels_;
  int used_ = 0;  ///< levels of the present pair
  std::vector<float> warp_pixels_;
  WarpSource warp_source_{};
  Scratch scratch_;
};

}  // namespace merkit::tvl1
