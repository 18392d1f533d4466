#include "motion/action_unit_regions.h"

#include <algorithm>
#include <vector>

namespace merkit {
namespace {

struct Region {
  const char* name;
  std::vector<std::size_t> landmarks;
  float above;  ///< what is added at the top, in widths of the region
};

const std::array<Region, kActionUnitRegions>& regions() {
  static const std::array<Region, kActionUnitRegions> all = {{
      {"left brow", {17, 18, 19, 20, 21}, 1.F / 3},
      {"right brow", {22, 23, 24, 25, 26}, 1.F / 3},
      {"left eye", {36, 37, 38, 39, 40, 41}, 0},
      {"right eye", {42, 43, 44, 45, 46, 47}, 0},
      {"nose", {27, 28, 29, 30, 31, 32, 33, 34, 35}, 0},
      {"left cheek and mouth corner", {48, 31, 4}, 0},
      {"right cheek and mouth corner", {54, 35, 12}, 0},
      {"lips", {48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65, 66, 67}, 0},
      {"chin", {6, 7, 8, 9, 10, 57}, 0},
  }};
  return all;
}

}  // namespace

std::array<cv::Rect2f, kActionUnitRegions> action_unit_regions(const Landmarks& landmarks, cv::Size picture) {
  constexpr float kPadding = 0.15F;
  const auto width = static_cast<float>(picture.width), height = static_cast<float>(picture.height);
  std::array<cv::Rect2f, kActionUnitRegions> boxes;
  for (std::size_t i = 0; i < kActionUnitRegions; ++i) {
    const Region& region = regions()[i];
    cv::Point2f least = landmarks[region.landmarks.front()], greatest = least;
    for (const std::size_t number : region.landmarks) {
      least = {std::min(least.x, landmarks[number].x), std::min(least.y, landmarks[number].y)};
      greatest = {std::max(greatest.x, landmarks[number].x), std::max(greatest.y, landmarks[number].y)};
    }
    const cv::Point2f padding = (greatest - least) * kPadding;
    least -= padding + cv::Point2f(0, region.above * (greatest.x - least.x));
    greatest += padding;
    // At least a pixel wide and high, so that there is something to look at whatever the landmarks are.
    const float left = std::clamp(least.x, 0.F, width - 1), top = std::clamp(least.y, 0.F, height - 1);
    const float right = std::clamp(greatest.x, left + 1, width), bottom = std::clamp(greatest.y, top + 1, height);
    boxes[i] = {left / width, top / height, (right - left) / width, (bottom - top) / height};
  }
  return boxes;
}

const char* action_unit_region_name(std::size_t region) { return regions().at(region).name; }

}  // namespace merkit
