#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

struct LbpTopConfig {
  int neighbours = 8;
  int radius_xy = 1;
  int radius_t = 2;
  std::string sampling = "bilinear";
  int blocks = 5;
};

template <class Visitor>
void fields(Visitor&& visit, LbpTopConfig& c) {
  visit("neighbours", c.neighbours, "on each circle: 8 (58 uniform codes and one bin for all others) or 4 (16 codes)",
        [](int n) { return n == 4 || n == 8 ? nullptr : "must be 4 or 8"; });
  visit("radius_xy", c.radius_xy, "of the circles along x and y, in pixels of the crop",
        [](int n) { return n >= 1 && n <= 16 ? nullptr : "must be in 1..16"; });
  visit("radius_t", c.radius_t, "of the circles along time, in frames after interpolation",
        [](int n) { return n >= 1 && n <= 16 ? nullptr : "must be in 1..16"; });
  visit("sampling", c.sampling, "of neighbours between pixels: bilinear or nearest", [](const std::string& s) {
    return s == "bilinear" || s == "nearest" ? nullptr : "must be bilinear or nearest";
  });
  visit("blocks", c.blocks, "the crop is divided into this number of rows and of columns",
        [](int n) { return n >= 1 && n <= 16 ? nullptr : "must be in 1..16"; });
}

/// Bin of each 8-bit code: those with at most two changes between neighbouring bits around the circle have one each, in
/// ascending order (0..57), and all others share the last (58).
const std::array<int, 256>& uniform_bins();

/// blocks x blocks x 3 x (59 or 16).
std::size_t lbp_top_length(const LbpTopConfig& config);

/// Histograms of local binary patterns on three orthogonal planes: Zhao, Pietikainen, IEEE TPAMI 29(6), 2007,
/// doi:10.1109/TPAMI.2007.1110. `volume`: grey pictures of one size, in order of time.
///
/// Bit n of a pixel's code is 1 where its neighbour at angle 2 pi n / neighbours is not darker than itself; around the
/// circle, y counts upwards: (R cos, -R sin) in (x, y) on plane XY, (R cos, R_t sin) in (x, t) on XT, and (-R sin,
/// R_t cos) in (y, t) on YT. Pixels whose neighbours are all in the volume count, and are the region that is divided
/// into blocks; neighbours may lie in the next block. Each histogram is divided by its sum. Order: block row, block
/// column, plane (XY, XT, YT), bin. Bilinear weights are multiples of 2^-14, so that the result is exact.
///
/// Throws std::invalid_argument for fewer than 2 radius_t + 1 pictures, or pictures with a side under
/// 2 radius_xy + blocks.
std::vector<float> lbp_top_histograms(const std::vector<cv::Mat1b>& volume, const LbpTopConfig& config);

}  // namespace merkit
