#pragma once

#include "support/drawn_face.h"

#include <cmath>
#include <filesystem>
#include <string>

#include <opencv2/imgcodecs.hpp>

namespace merkit::testing {

inline std::filesystem::path frame_file(const std::filesystem::path& clip, int number) {
  return clip / ("f" + std::to_string(100 + number) + ".png");
}

/// Frames 101, 102, ... of a face whose mouth corner region swells and goes back, then frames without any face.
inline void write_clip(const std::filesystem::path& clip, int faces, int blanks) {
  const cv::Mat face = drawn_face(240);
  std::filesystem::create_directories(clip);
  for (int i = 1; i <= faces; ++i) {
    cv::Mat1f x(face.size()), y(face.size());
    const double amount = 2.5 * std::exp(-0.5 * std::pow((i - faces / 2.0) / 3, 2));
    for (int row = 0; row < face.rows; ++row)
      for (int column = 0; column < face.cols; ++column) {
        const double far = std::hypot(column - 96, row - 175) / 22;
        x(row, column) = static_cast<float>(column);
        y(row, column) = static_cast<float>(row + amount * std::exp(-0.5 * far * far));
      }
    cv::Mat moved;
    cv::remap(face, moved, x, y, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    cv::imwrite(frame_file(clip, i).string(), moved);
  }
  for (int i = faces + 1; i <= faces + blanks; ++i)
    cv::imwrite(frame_file(clip, i).string(), cv::Mat(face.size(), CV_8UC3, cv::Scalar::all(90)));
}

}  // namespace merkit::testing
