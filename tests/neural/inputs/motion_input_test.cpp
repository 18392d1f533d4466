#include "neural/inputs/motion_input.h"

#include "merkit/core/error.h"
#include "support/synthetic_samples.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit::neural {
namespace {

using merkit::testing::synthetic_motion_image;
using ::testing::HasSubstr;

Sample ready_sample() {
  Sample sample;
  sample.id = "clip";
  sample.motion_image = synthetic_motion_image(1, 5);
  return sample;
}

AlignedFace face(int number, double shift) {
  AlignedFace result;
  result.number = number;
  result.success = true;
  result.image.create(96, 80, CV_8UC3);
  for (int row = 0; row < 96; ++row)
    for (int column = 0; column < 80; ++column) {
      const double x = column - shift;
      const auto grey = static_cast<unsigned char>(128 + 60 * std::sin(x / 4.0) + 50 * std::sin(row / 5.0 + x / 11.0));
      result.image.at<cv::Vec3b>(row, column) = {grey, grey, grey};
    }
  return result;
}

/// Everything moves right by 1.5 pixels from frame 3 to frame 7.
Sample moving_sample() {
  Sample sample;
  sample.id = "clip";
  sample.interval = {3, 7, 9};
  sample.faces = {face(3, 0), face(7, 1.5)};
  return sample;
}

struct Refusal {
  std::string status, message;
};

Refusal refusal(const Sample& sample, const MotionInputConfig& config = {}) {
  try {
    onset_apex_motion(sample, config);
  } catch (const ClipError& error) {
    return {std::string(to_string(error.status())), error.what()};
  }
  return {"accepted", ""};
}

TEST(MotionInput, TakesAReadyImageUnscaledInTheConfiguredOrder) {
  const Sample sample = ready_sample();
  const cv::Mat& image = *sample.motion_image;
  const torch::Tensor tensor = onset_apex_motion(sample, {});
  ASSERT_EQ(tensor.sizes().vec(), (std::vector<std::int64_t>{3, 28, 28}));
  EXPECT_EQ(tensor.scalar_type(), torch::kFloat32);
  MotionInputConfig uv;
  uv.channels = {"u", "v"};
  const torch::Tensor two = onset_apex_motion(sample, uv);
  ASSERT_EQ(two.size(0), 2);
  for (const auto& [row, column] : {std::pair(0, 0), std::pair(3, 20), std::pair(27, 26)}) {
    const cv::Vec3b pixel = image.at<cv::Vec3b>(row, column);
    for (int channel = 0; channel < 3; ++channel)
      EXPECT_EQ(tensor[channel][row][column].item<float>(), pixel[2 - channel]);
    for (int channel = 0; channel < 2; ++channel) EXPECT_EQ(two[channel][row][column].item<float>(), pixel[channel]);
  }
}

TEST(MotionInput, OutlivesTheSample) {
  torch::Tensor tensor;
  {
    const Sample sample = ready_sample();
    tensor = onset_apex_motion(sample, {}).clone();
  }
  EXPECT_TRUE(tensor.equal(onset_apex_motion(ready_sample(), {})));
}

TEST(MotionInput, ReadsImagesThatArePartsOfLargerOnes) {
  Sample sample = ready_sample();
  cv::Mat larger(40, 40, CV_8UC3, cv::Scalar::all(9));
  cv::Mat part = larger(cv::Rect(5, 6, 28, 28));
  sample.motion_image->copyTo(part);
  Sample other = sample;
  other.motion_image = part;
  EXPECT_TRUE(onset_apex_motion(sample, {}).equal(onset_apex_motion(other, {})));
}

TEST(MotionInput, RefusesReadyImagesItCannotServe) {
  Sample sample = ready_sample();
  sample.motion_image = synthetic_motion_image(0, 1, 32);
  EXPECT_EQ(refusal(sample).status, "unsupported");
  EXPECT_THAT(refusal(sample).message,
              HasSubstr("sample \"clip\": its motion image is 32x32 pixels; the method expects 28x28"));
  MotionInputConfig fixed;
  fixed.scaling = "fixed";
  EXPECT_EQ(refusal(ready_sample(), fixed).status, "unsupported");
  EXPECT_THAT(refusal(ready_sample(), fixed).message, HasSubstr("min-max scaled"));
  sample.motion_image = cv::Mat(28, 28, CV_32FC3, cv::Scalar::all(0));
  EXPECT_EQ(refusal(sample).status, "unsupported");
  EXPECT_EQ(refusal(Sample()).status, "unsupported");
}

TEST(MotionInput, MeasuresTheMotionBetweenOnsetAndApex) {
  MotionInputConfig config;
  config.scaling = "fixed";
  config.channels = {"u", "v", "strain"};
  const torch::Tensor motion = onset_apex_motion(moving_sample(), config);
  ASSERT_EQ(motion.sizes().vec(), (std::vector<std::int64_t>{3, 28, 28}));
  EXPECT_NEAR(motion[0].slice(0, 8, 20).slice(1, 8, 20).mean().item<float>(), 1.5 / 3, 0.1);
  EXPECT_NEAR(motion[1].slice(0, 8, 20).slice(1, 8, 20).mean().item<float>(), 0, 0.05);
  EXPECT_GE(motion[2].min().item<float>(), 0);
}

TEST(MotionInput, StretchesMapsOfFramesTo255) {
  const torch::Tensor motion = onset_apex_motion(moving_sample(), {});
  for (int channel = 0; channel < 3; ++channel) {
    EXPECT_EQ(motion[channel].min().item<float>(), 0);
    EXPECT_EQ(motion[channel].max().item<float>(), 255);
  }
}

TEST(MotionInput, PrefersFramesWhereAReadyImageWillNotDo) {
  Sample sample = moving_sample();
  sample.motion_image = synthetic_motion_image(0, 1);
  MotionInputConfig fixed;
  fixed.scaling = "fixed";
  EXPECT_TRUE(onset_apex_motion(sample, fixed).equal(onset_apex_motion(moving_sample(), fixed)));
}

TEST(MotionInput, UsesTheMiddleWhereThereIsNoApex) {
  Sample sample = moving_sample();
  sample.interval = {3, std::nullopt, 11};
  EXPECT_TRUE(onset_apex_motion(sample, {}).equal(onset_apex_motion(moving_sample(), {})));
}

TEST(MotionInput, NamesTheFrameWithoutFace) {
  Sample sample = moving_sample();
  sample.faces.pop_back();
  EXPECT_EQ(refusal(sample).status, "no_face");
  EXPECT_THAT(refusal(sample).message, HasSubstr("apex frame 7"));
  sample = moving_sample();
  sample.faces[0].success = false;
  EXPECT_EQ(refusal(sample).status, "no_face");
  EXPECT_THAT(refusal(sample).message, HasSubstr("onset frame 3"));
  sample = moving_sample();
  sample.faces[1].segment = 1;
  EXPECT_EQ(refusal(sample).status, "unsupported");
  EXPECT_THAT(refusal(sample).message, HasSubstr("lost between onset 3 and apex 7"));
}

}  // namespace
}  // namespace merkit::neural
