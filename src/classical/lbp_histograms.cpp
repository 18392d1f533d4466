#include "classical/lbp_histograms.h"

#include "classical/lbp_top_histograms.h"

#include <cmath>

namespace merkit {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr int kNeighbours = 8;
constexpr float kEqual = 1e-3f;  // grey levels; rounding must not tell equal from darker

/// Where a neighbour lies, and how much of each of the four pixels around it there is.
struct Neighbour {
  int x, y;
  float weights[4];
};

Neighbour neighbour(int n, int radius) {
  const double angle = 2 * kPi * n / kNeighbours, x = radius * std::cos(angle), y = -radius * std::sin(angle);
  Neighbour result{static_cast<int>(std::floor(x + 1e-9)), static_cast<int>(std::floor(y + 1e-9)), {}};
  const auto right = static_cast<float>(x - result.x), down = static_cast<float>(y - result.y);
  result.weights[0] = (1 - right) * (1 - down);
  result.weights[1] = right * (1 - down);
  result.weights[2] = (1 - right) * down;
  result.weights[3] = right * down;
  return result;
}

}  // namespace

cv::Mat1b uniform_patterns(const cv::Mat1b& grey, int radius) {
  const auto& bins = uniform_bins();
  cv::Mat1b codes(grey.size(), static_cast<uchar>(0)), result(grey.size(), static_cast<uchar>(kUniformPatterns - 1));
  const int border = radius + 1;  // bilinear sampling reaches a pixel further
  for (int n = 0; n < kNeighbours; ++n) {
    const Neighbour at = neighbour(n, radius);
    for (int row = border; row < grey.rows - border; ++row) {
      const uchar *centre = grey[row], *upper = grey[row + at.y] + at.x, *lower = grey[row + at.y + 1] + at.x;
      uchar* code = codes[row];
      for (int x = border; x < grey.cols - border; ++x) {
        const float value = at.weights[0] * upper[x] + at.weights[1] * upper[x + 1] + at.weights[2] * lower[x] +
                            at.weights[3] * lower[x + 1];
        code[x] = static_cast<uchar>(code[x] | (static_cast<int>(value + kEqual >= centre[x]) << n));
      }
    }
  }
  for (int row = border; row < grey.rows - border; ++row)
    for (int x = border; x < grey.cols - border; ++x) result(row, x) = static_cast<uchar>(bins[codes(row, x)]);
  return result;
}

}  // namespace merkit
