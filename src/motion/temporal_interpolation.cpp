#include "motion/temporal_interpolation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include <opencv2/core.hpp>

namespace merkit {
namespace {

/// Products with 8-bit values, and sums of these, are then exact in float.
constexpr double kUnit = 16384;

/// To multiples of 1 / kUnit, what rounding leaves over going to the greatest weight.
void round_to_units(const std::vector<double>& weights, float* rounded) {
  const auto greatest = std::max_element(weights.begin(), weights.end()) - weights.begin();
  double rest = kUnit;
  std::vector<double> units;
  for (const double weight : weights) units.push_back(std::round(weight * kUnit));
  for (const double unit : units) rest -= unit;
  units[static_cast<std::size_t>(greatest)] += rest;
  for (std::size_t i = 0; i < units.size(); ++i) rounded[i] = static_cast<float>(units[i] / kUnit);
}

std::vector<double> linear_weights(int frames, double position) {
  std::vector<double> weights(static_cast<std::size_t>(frames));
  const int before = std::min(static_cast<int>(position), frames - 1), after = std::min(before + 1, frames - 1);
  weights[static_cast<std::size_t>(before)] += 1 - (position - before);
  weights[static_cast<std::size_t>(after)] += position - before;
  return weights;
}

/// cos(pi k (position + 1/2) / frames), k = 0..frames-1: the place of a frame, counted from 0, on the curve.
std::vector<double> on_curve(int frames, double position) {
  std::vector<double> place;
  for (int k = 0; k < frames; ++k) place.push_back(std::cos(CV_PI * k * (position + 0.5) / frames));
  return place;
}

}  // namespace

const std::vector<std::string>& temporal_interpolation_names() {
  static const std::vector<std::string> names = {"tim", "linear"};
  return names;
}

cv::Mat1f temporal_weights(int frames, int count, const std::string& name) {
  if (frames < 1 || count < 2) throw std::invalid_argument("temporal interpolation needs a frame, and two to make");
  if (name != "tim" && name != "linear") throw std::invalid_argument("no temporal interpolation is called " + name);
  std::vector<std::vector<double>> knots;
  for (int i = 0; i < frames && name == "tim"; ++i) knots.push_back(on_curve(frames, i));
  cv::Mat1f weights(count, frames);
  for (int j = 0; j < count; ++j) {
    const double position = static_cast<double>(j) * (frames - 1) / (count - 1);
    std::vector<double> exact;
    if (name == "linear") {
      exact = linear_weights(frames, position);
    } else {
      const std::vector<double> place = on_curve(frames, position);
      for (const auto& knot : knots)  // the product for k = 0 is 1, and counts once
        exact.push_back((2 * std::inner_product(place.begin(), place.end(), knot.begin(), 0.0) - 1) / frames);
    }
    round_to_units(exact, weights[j]);
  }
  return weights;
}

std::vector<cv::Mat1b> temporally_interpolated(const std::vector<cv::Mat1b>& pictures, int count,
                                               const std::string& name) {
  const int frames = static_cast<int>(pictures.size());
  const cv::Mat1f weights = temporal_weights(frames, count, name);
  const cv::Size size = pictures.front().size();
  std::vector<cv::Mat1b> result;
  for (int j = 0; j < count; ++j) result.emplace_back(size);
  const int width = size.width;
  cv::Mat1f row(frames, width);
  std::vector<float> mixed(static_cast<std::size_t>(width));
  for (int y = 0; y < size.height; ++y) {
    for (int i = 0; i < frames; ++i) std::copy_n(pictures[static_cast<std::size_t>(i)][y], width, row[i]);
    for (int j = 0; j < count; ++j) {
      std::fill(mixed.begin(), mixed.end(), 0.5f);
      for (int i = 0; i < frames; ++i) {
        const float weight = weights(j, i);
        if (weight == 0) continue;
        const float* const values = row[i];
        for (int x = 0; x < width; ++x) mixed[static_cast<std::size_t>(x)] += weight * values[x];
      }
      uchar* const out = result[static_cast<std::size_t>(j)][y];
      for (int x = 0; x < width; ++x)
        out[x] = static_cast<uchar>(static_cast<int>(std::clamp(mixed[static_cast<std::size_t>(x)], 0.f, 255.f)));
    }
  }
  return result;
}

}  // namespace merkit
