#include "merkit/motion/optical_flow.h"
#include "support/read_npy.h"
#include "support/test_data.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <string>

#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

namespace merkit {

namespace {

constexpr int kPairs = 12;

/// Mean length of the error vectors, in pixels, where the true motion is known.
double endpoint_error(const MotionField& motion, const cv::Mat2f& truth) {
  double sum = 0;
  int known = 0;
  for (int y = 0; y < truth.rows; ++y)
    for (int x = 0; x < truth.cols; ++x) {
      const cv::Vec2f t = truth(y, x);
      if (!std::isfinite(t[0]) || !std::isfinite(t[1])) continue;
      sum += std::hypot(motion.u(y, x) - t[0], motion.v(y, x) - t[1]);
      ++known;
    }
  return sum / known;
}

struct Expected {
  std::string method, pictures;
  double mean_px, greatest_px;  ///< measured, over the twelve pairs; one may be off by a tenth
};

std::string name_of(const ::testing::TestParamInfo<Expected>& info) {
  return info.param.method + "_" + info.param.pictures;
}

}  // namespace

class ExactPairs : public ::testing::TestWithParam<Expected> {};

TEST_P(ExactPairs, AreMeasuredAsWellAsEver) {
  MERKIT_NEEDS_DATA("synthetic-me/exact");
  const auto folder = testing::data_directory() / "synthetic-me/exact";
  const auto& [method, pictures, mean_px, greatest_px] = GetParam();
  FlowConfig config;
  config.method = method;
  const auto flow = make_optical_flow(config);

  const std::string ending = pictures == "noisy" ? "_noisy.png" : ".png";
  double sum = 0, greatest = 0;
  for (int pair = 1; pair <= kPairs; ++pair) {
    std::array<char, 8> name{};
    std::snprintf(name.data(), name.size(), "e%02d", pair);
    const std::string stem = name.data();
    const cv::Mat onset = cv::imread((folder / (stem + "_onset" + ending)).string(), cv::IMREAD_COLOR);
    const cv::Mat apex = cv::imread((folder / (stem + "_apex" + ending)).string(), cv::IMREAD_COLOR);
    const cv::Mat2f truth = testing::read_npy_field(folder / (stem + "_flow.npy"));
    ASSERT_EQ(onset.size(), truth.size()) << stem;
    const double error = endpoint_error((*flow)(onset, apex), truth);
    std::cout << stem << " " << method << " " << pictures << ": " << error << " px\n";
    sum += error;
    greatest = std::max(greatest, error);
  }
  EXPECT_LT(sum / kPairs, 1.1 * mean_px);
  EXPECT_LT(greatest, 1.1 * greatest_px);
}

INSTANTIATE_TEST_SUITE_P(
    Methods, ExactPairs,
    ::testing::Values(Expected{"tvl1", "clean", 0.1853, 0.410}, Expected{"tvl1", "noisy", 0.2213, 0.537},
                      Expected{"dis", "clean", 0.1614, 0.375}, Expected{"dis", "noisy", 0.1989, 0.408},
                      Expected{"farneback", "clean", 0.2125, 0.696}, Expected{"farneback", "noisy", 0.2476, 0.666}),
    name_of);

}  // namespace merkit
