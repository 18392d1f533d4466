#pragma once

#include "merkit/core/aligned_face.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

// Aligned crops drawn by hand, with known motion.
namespace merkit::testing {

constexpr int kWidth = 140, kHeight = 170;

/// A plain face in the crop: brows, nose, eyes and mouth where the aligner puts them.
inline Landmarks face_points() {
  Landmarks p{};
  for (int i = 0; i < 17; ++i) {
    const double angle = 3.14159265 * (16 - i) / 16;
    p[i] = cv::Point2f(70.f + 62.f * static_cast<float>(std::cos(angle)),
                       62.f + 95.f * static_cast<float>(std::sin(angle)));
  }
  for (int i = 0; i < 5; ++i) p[17 + i] = cv::Point2f(20.f + 9.f * i, 42.f - 2.f * (i == 2));
  for (int i = 0; i < 5; ++i) p[22 + i] = cv::Point2f(84.f + 9.f * i, 42.f - 2.f * (i == 2));
  for (int i = 0; i < 4; ++i) p[27 + i] = cv::Point2f(70.f, 60.f + 11.f * i);
  for (int i = 0; i < 5; ++i) p[31 + i] = cv::Point2f(58.f + 6.f * i, 102.f);
  const cv::Point2f eye[6] = {{-12, 0}, {-5, -4}, {5, -4}, {12, 0}, {5, 4}, {-5, 4}};
  for (int i = 0; i < 6; ++i) p[36 + i] = cv::Point2f(42, 62) + eye[i];
  for (int i = 0; i < 6; ++i) p[42 + i] = cv::Point2f(98, 62) + eye[i];
  const cv::Point2f mouth[20] = {{-22, 0}, {-14, -6}, {-6, -8}, {0, -7}, {6, -8},  {14, -6}, {22, 0},
                                 {14, 6},  {6, 9},    {0, 10},  {-6, 9}, {-14, 6}, {-18, 0}, {-6, -2},
                                 {0, -2},  {6, -2},   {18, 0},  {6, 2},  {0, 2},   {-6, 2}};
  for (int i = 0; i < 20; ++i) p[48 + i] = cv::Point2f(70, 126) + mouth[i];
  return p;
}

/// Skin: fixed smooth noise of a few pixels' grain.
inline cv::Mat3b skin(std::uint64_t seed = 7) {
  cv::Mat1f noise(kHeight, kWidth);
  cv::RNG random(seed);
  random.fill(noise, cv::RNG::NORMAL, 0, 1);
  cv::GaussianBlur(noise, noise, {0, 0}, 1.6);
  cv::normalize(noise, noise, 60, 200, cv::NORM_MINMAX);
  cv::Mat1b grey;
  noise.convertTo(grey, CV_8U);
  cv::Mat3b result;
  cv::cvtColor(grey, result, cv::COLOR_GRAY2BGR);
  return result;
}

/// The skin around `centre` moved down by `px`, less and less with distance.
inline cv::Mat moved(const cv::Mat& image, const std::vector<cv::Point2f>& centres, double reach_px, double px) {
  cv::Mat2f source(image.size());
  for (int y = 0; y < image.rows; ++y)
    for (int x = 0; x < image.cols; ++x) {
      double weight = 0;
      for (const auto& c : centres)
        weight += std::exp(-0.5 * ((x - c.x) * (x - c.x) + (y - c.y) * (y - c.y)) / (reach_px * reach_px));
      source(y, x) = cv::Vec2f(static_cast<float>(x), static_cast<float>(y - px * std::min(1.0, weight)));
    }
  cv::Mat result;
  cv::remap(image, result, source, cv::noArray(), cv::INTER_CUBIC, cv::BORDER_REPLICATE);
  return result;
}

inline double bump(double t, double onset, double apex, double offset) {
  if (t <= onset || t >= offset) return 0;
  const double share = t < apex ? (t - onset) / (apex - onset) : (offset - t) / (offset - apex);
  return 0.5 - 0.5 * std::cos(3.14159265358979 * share);
}

inline AlignedFace face_of(int number, double fps, const cv::Mat& image) {
  AlignedFace face;
  face.number = number;
  face.time_s = number / fps;
  face.success = true;
  face.confidence = 1;
  face.image = image;
  face.landmarks = face_points();
  return face;
}

}  // namespace merkit::testing
