#pragma once

#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// Uniform local binary patterns (8 neighbours on a circle of `radius` pixels) as bins of uniform_bins(), 0..58; the
/// size of `grey`, with bin 58 in a border as wide as the radius. Bit n is 1 where the neighbour at angle 2 pi n / 8,
/// sampled bilinearly, is not darker than the pixel; y counts upwards around the circle. Ojala, Pietikainen, Maenpaa,
/// IEEE TPAMI 24(7), 2002, doi:10.1109/TPAMI.2002.1017623.
cv::Mat1b uniform_patterns(const cv::Mat1b& grey, int radius);

/// Bins of uniform_patterns().
constexpr int kUniformPatterns = 59;

}  // namespace merkit
