#include "classical/bi_woof_histograms.h"

#include <array>
#include <cmath>
#include <stdexcept>

#include <opencv2/core.hpp>

namespace merkit {

std::vector<BlockRange> block_ranges(int length, const BlockConfig& config) {
  std::vector<BlockRange> ranges;
  const int step = length / config.blocks;
  for (int i = 0; i < config.blocks; ++i) {
    const bool first = i == 0, last = i == config.blocks - 1;
    if (config.faithful_blocks)
      ranges.push_back({first ? 0 : i * step - 1, last ? length : (i + 1) * step + 1});
    else
      ranges.push_back({i * length / config.blocks, (i + 1) * length / config.blocks});
  }
  return ranges;
}

// By comparison, not by angle: exact, and the same for motion that is any number of times longer.
std::size_t orientation_of(float u, float v) {
  if (v < 0) {
    if (u < 0) return -v < -u ? 0 : 1;
    return u < -v ? 2 : 3;
  }
  if (u > 0) return v < u ? 4 : 5;
  if (v == 0) return 0;
  return -u < v ? 6 : 7;
}

std::vector<float> bi_woof_histograms(const MotionField& motion, const cv::Mat1f& strain, const BlockConfig& config) {
  const cv::Mat1f &u = motion.u, &v = motion.v;
  if (u.size() != v.size() || u.size() != strain.size())
    throw std::invalid_argument("Bi-WOOF: the maps differ in size");
  if (u.rows < 2 * config.blocks || u.cols < 2 * config.blocks)
    throw std::invalid_argument("Bi-WOOF: the maps are too small");
  std::vector<double> values;
  double squares = 0;
  for (const BlockRange& rows : block_ranges(u.rows, config))
    for (const BlockRange& columns : block_ranges(u.cols, config)) {
      std::array<double, kOrientations> histogram{};
      double length = 0, deformation = 0;
      for (int y = rows.begin; y < rows.end; ++y)
        for (int x = columns.begin; x < columns.end; ++x) {
          const double right = u(y, x), down = v(y, x), magnitude = std::sqrt(right * right + down * down);
          histogram[orientation_of(u(y, x), v(y, x))] += magnitude;
          length += magnitude;
          deformation += strain(y, x);
        }
      for (const double weight : histogram) {
        values.push_back(length > 0 ? weight / length * deformation : 0);
        squares += values.back() * values.back();
      }
    }
  if (!std::isfinite(squares)) throw std::invalid_argument("Bi-WOOF: the maps have values that are not finite");
  std::vector<float> features;
  for (const double value : values)
    features.push_back(static_cast<float>(squares > 0 ? value / std::sqrt(squares) : 0));
  return features;
}

}  // namespace merkit
