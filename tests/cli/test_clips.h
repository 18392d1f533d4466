#pragma once

#include <filesystem>
#include <string>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::testing {

/// A directory of `count` textured frames without a face, 000000.png and on.
inline void write_faceless_clip(const std::filesystem::path& folder, int count, cv::Size size = {160, 120}) {
  std::filesystem::create_directories(folder);
  for (int i = 0; i < count; ++i) {
    cv::Mat frame(size, CV_8UC3);
    cv::RNG random(1);
    random.fill(frame, cv::RNG::UNIFORM, 0, 255);
    cv::imwrite((folder / (std::string(6 - std::to_string(i).size(), '0') + std::to_string(i) + ".png")).string(),
                frame);
  }
}

/// A 28x28 motion image of three smooth maps that depend on `seed`.
inline void write_motion_image(const std::filesystem::path& file, int seed) {
  cv::Mat small(5, 5, CV_8UC3), image;
  cv::RNG random(seed);
  random.fill(small, cv::RNG::UNIFORM, 0, 255);
  cv::resize(small, image, {28, 28}, 0, 0, cv::INTER_CUBIC);
  cv::imwrite(file.string(), image);
}

}  // namespace merkit::testing
