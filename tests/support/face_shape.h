#pragma once

#include "merkit/core/aligned_face.h"

#include <cmath>

#include <opencv2/core.hpp>

namespace merkit::testing {

/// The 68 landmarks of a plain frontal face, symmetric about the upright line through `between_eyes`.
inline Landmarks face_shape(cv::Point2d between_eyes, double inter_ocular_px) {
  Landmarks points{};
  // In inter-ocular distances from between the eyes, x rightwards and y downwards.
  const auto put = [&](int index, double x, double y) {
    points.at(static_cast<std::size_t>(index)) = cv::Point2d(between_eyes + inter_ocular_px * cv::Point2d(x, y));
  };
  for (int i = 0; i <= 16; ++i) {
    const double angle = CV_PI * (16 - i) / 16;
    put(i, 1.1 * std::cos(angle), 1.75 * std::sin(angle));
  }
  for (int i = 0; i < 5; ++i) {
    const double arch = -0.36 - 0.04 * (2 - std::abs(i - 2));
    put(17 + i, -0.86 + 0.15 * i, arch);
    put(26 - i, 0.86 - 0.15 * i, arch);
  }
  for (int i = 0; i < 4; ++i) put(27 + i, 0, 0.05 + 0.19 * i);
  for (int i = 0; i < 5; ++i) put(31 + i, 0.11 * (i - 2), 0.74);
  const cv::Point2d eye[6] = {{-0.21, 0}, {-0.09, -0.07}, {0.09, -0.07}, {0.21, 0}, {0.09, 0.07}, {-0.09, 0.07}};
  for (int i = 0; i < 6; ++i) {
    put(36 + i, -0.5 + eye[i].x, eye[i].y);
    put(42 + i, 0.5 + eye[i].x, eye[i].y);
  }
  const cv::Point2d mouth[20] = {{-0.40, 1.10}, {-0.25, 1.00}, {-0.10, 0.96}, {0, 0.98},     {0.10, 0.96},
                                 {0.25, 1.00},  {0.40, 1.10},  {0.25, 1.21},  {0.10, 1.26},  {0, 1.27},
                                 {-0.10, 1.26}, {-0.25, 1.21}, {-0.33, 1.10}, {-0.10, 1.07}, {0, 1.07},
                                 {0.10, 1.07},  {0.33, 1.10},  {0.10, 1.12},  {0, 1.12},     {-0.10, 1.12}};
  for (int i = 0; i < 20; ++i) put(48 + i, mouth[i].x, mouth[i].y);
  return points;
}

}  // namespace merkit::testing
