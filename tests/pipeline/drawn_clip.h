#pragma once

#include "support/drawn_face.h"

#include <cmath>
#include <filesystem>
#include <string>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::testing {

inline std::filesystem::path frame_file(const std::filesystem::path& clip, int number) {
  return clip / ("f" + std::to_string(100 + number) + ".png");
}

/// The drawn face of 240 pixels with the skin beside the mouth's corner `amount` pixels lower.
inline cv::Mat moved_mouth(double amount) {
  static const cv::Mat face = drawn_face(240);
  cv::Mat1f x(face.size()), y(face.size());
  for (int row = 0; row < face.rows; ++row)
    for (int column = 0; column < face.cols; ++column) {
      const double far = std::hypot(column - 96, row - 175) / 22;
      x(row, column) = static_cast<float>(column);
      y(row, column) = static_cast<float>(row + amount * std::exp(-0.5 * far * far));
    }
  cv::Mat moved;
  cv::remap(face, moved, x, y, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  return moved;
}

/// How far the mouth has gone `frames` frames from the apex of an expression that takes about 15.
inline double course(double frames) { return 2.5 * std::exp(-0.5 * frames * frames / 9); }

/// Frames 101, 102, ... of a face whose mouth corner region swells and goes back, then frames without any face.
inline void write_clip(const std::filesystem::path& clip, int faces, int blanks) {
  std::filesystem::create_directories(clip);
  for (int i = 1; i <= faces; ++i) cv::imwrite(frame_file(clip, i).string(), moved_mouth(course(i - faces / 2.0)));
  for (int i = faces + 1; i <= faces + blanks; ++i)
    cv::imwrite(frame_file(clip, i).string(), cv::Mat(240, 240, CV_8UC3, cv::Scalar::all(90)));
}

}  // namespace merkit::testing
