#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include <opencv2/core.hpp>

namespace merkit::testing {

/// A brightness that is known between the pixels too: waves of one to four times `shortest_px` in all directions, about
/// 128 and nearly always within 0..255.
class SmoothTexture {
 public:
  explicit SmoothTexture(std::uint32_t seed = 1, double shortest_px = 10) {
    std::mt19937 random(seed);
    const auto uniform = [&] { return static_cast<double>(random()) / 4294967296.0; };
    for (int i = 0; i < 40; ++i) {
      const double angle = 2 * CV_PI * uniform(), turns = 2 * CV_PI / (shortest_px * (1 + 3 * uniform()));
      waves_.push_back({turns * std::cos(angle), turns * std::sin(angle), 2 * CV_PI * uniform()});
    }
  }

  double at(double x, double y) const {
    double sum = 0;
    for (const auto& wave : waves_) sum += std::cos(wave[0] * x + wave[1] * y + wave[2]);
    return 128 + 9 * sum;
  }

  /// What was at (x, y) is at (x, y) + `moved_by`; CV_8UC1.
  cv::Mat1b picture(cv::Size size, cv::Point2d moved_by = {0, 0}) const {
    cv::Mat1b result(size);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) result(y, x) = cv::saturate_cast<uchar>(at(x - moved_by.x, y - moved_by.y));
    return result;
  }

 private:
  std::vector<cv::Vec3d> waves_;
};

}  // namespace merkit::testing
