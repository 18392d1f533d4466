#include "merkit/motion/motion_image.h"

#include "merkit/core/error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {

namespace {

/// u, v and strain at `size` x `size`. Strain is taken at full size: a smaller field has steeper derivatives.
std::array<cv::Mat1f, 3> resized_maps(const MotionField& motion, int size) {
  if (size < 1) throw ConfigError("the size of a motion image must be at least 1, got " + std::to_string(size));
  std::array<cv::Mat1f, 3> maps{motion.u, motion.v, optical_strain(motion)};
  for (cv::Mat1f& map : maps) {
    if (!cv::checkRange(map))
      throw std::invalid_argument("motion image: the motion field has values that are not finite");
    cv::Mat1f resized;
    cv::resize(map, resized, {size, size}, 0, 0, cv::INTER_AREA);
    map = resized;
  }
  return maps;
}

/// Values closer to each other than this share of the greatest count as equal: area averages of equal values differ in
/// their last bits, and stretching those would make a picture of rounding errors.
constexpr double kRounding = 1e-5;

cv::Mat1b stretched(const cv::Mat1f& map) {
  double least = 0, greatest = 0;
  cv::minMaxLoc(map, &least, &greatest);
  if (!(greatest - least > kRounding * std::max(std::abs(least), std::abs(greatest)))) return cv::Mat1b(map.size(), 0);
  cv::Mat1b result(map.size());
  std::transform(map.begin(), map.end(), result.begin(), [&](float value) {
    return static_cast<uchar>(std::lround((value - least) / (greatest - least) * 255));
  });
  return result;
}

}  // namespace

std::string_view to_string(MotionScaling scaling) {
  return motion_scaling_names().at(static_cast<std::size_t>(scaling));
}

const std::vector<std::string>& motion_scaling_names() {
  static const std::vector<std::string> names{"minmax", "fixed"};
  return names;
}

MotionScaling motion_scaling_from_string(std::string_view name) {
  const auto& names = motion_scaling_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw_unknown_name("motion scaling", name, names);
  return static_cast<MotionScaling>(found - names.begin());
}

cv::Mat motion_image_minmax(const MotionField& motion, int size) {
  const auto maps = resized_maps(motion, size);
  cv::Mat image;
  cv::merge(std::vector<cv::Mat>{stretched(maps[0]), stretched(maps[1]), stretched(maps[2])}, image);
  return image;
}

cv::Mat motion_image_fixed(const MotionField& motion, int size, double scale_px) {
  if (!(scale_px > 0) || !std::isfinite(scale_px))
    throw ConfigError("the scale of a motion image must be positive, got " + std::to_string(scale_px));
  const auto maps = resized_maps(motion, size);
  std::vector<cv::Mat> channels;
  for (const cv::Mat1f& map : maps) {
    // Strain is never negative, so one pair of bounds serves all three.
    cv::Mat1f channel(map.size());
    std::transform(map.begin(), map.end(), channel.begin(),
                   [&](float value) { return static_cast<float>(std::clamp(value / scale_px, -1.0, 1.0)); });
    channels.push_back(channel);
  }
  cv::Mat image;
  cv::merge(channels, image);
  return image;
}

}  // namespace merkit
