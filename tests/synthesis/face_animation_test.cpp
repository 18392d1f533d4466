#include "merkit/synthesis/face_animation.h"

#include "merkit/core/error.h"
#include "synthesis/animated_still.h"

#include <algorithm>
#include <functional>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {

namespace {

using ::testing::AllOf;
using testing::animated;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::still_landmarks;
using testing::still_picture;

bool same(const cv::Mat& a, const cv::Mat& b) {
  return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0;
}

/// Message and hint of the E that `use` throws.
template <class E>
std::string refusal(const std::function<void()>& use) {
  try {
    use();
  } catch (const E& error) {
    return std::string(error.what()) + "\n" + error.hint();
  }
  return "not refused";
}

}  // namespace

TEST(FaceSide, IsReadFromItsName) {
  EXPECT_THAT(face_side_names(), ElementsAre("both", "left", "right"));
  EXPECT_EQ(face_side_from_string("both"), FaceSide::both);
  EXPECT_EQ(face_side_from_string("left"), FaceSide::left);
  EXPECT_EQ(face_side_from_string("right"), FaceSide::right);
  EXPECT_THAT(refusal<ConfigError>([] { face_side_from_string("top"); }),
              AllOf(HasSubstr("side of the face \"top\""), HasSubstr("both, left, right")));
}

TEST(FaceAnimation, CountsItsFramesFromTheDurations) {
  AnimationConfig config;
  config.fps = 100;
  config.duration_s = 0.3;
  config.lead_s = 0.2;
  const FaceAnimation animation = animated(config);
  EXPECT_EQ(animation.interval().onset, 20);
  EXPECT_EQ(animation.interval().offset, 50);
  EXPECT_EQ(animation.frame_count(), 71);  // as many neutral frames after the offset as before the onset
  ASSERT_TRUE(animation.interval().apex.has_value());
  EXPECT_TRUE(animation.interval().is_valid());
}

TEST(FaceAnimation, IsExactlyNeutralAtOnsetAndOffsetAndFullAtTheApex) {
  for (const double fps : {10.0, 25.0, 100.0, 203.0}) {
    AnimationConfig config;
    config.fps = fps;
    const FaceAnimation animation = animated(config);
    const Interval& interval = animation.interval();
    const int apex = interval.apex.value();
    EXPECT_EQ(animation.intensity(interval.onset), 0);
    EXPECT_EQ(animation.intensity(interval.offset), 0);
    EXPECT_EQ(animation.intensity(apex), 1);
    EXPECT_EQ(animation.intensity(0), 0);
    EXPECT_EQ(animation.intensity(animation.frame_count() - 1), 0);
    for (int i = interval.onset; i < apex; ++i) EXPECT_LT(animation.intensity(i), animation.intensity(i + 1)) << i;
    for (int i = apex; i < interval.offset; ++i) EXPECT_GT(animation.intensity(i), animation.intensity(i + 1)) << i;
  }
}

TEST(FaceAnimation, ShortestPossibleExpressionHasItsApexBetweenOnsetAndOffset) {
  AnimationConfig config;
  config.fps = 50;
  config.duration_s = 0.04;
  config.lead_s = 0;
  const FaceAnimation animation = animated(config);
  EXPECT_EQ(animation.frame_count(), 3);
  EXPECT_EQ(animation.interval().onset, 0);
  EXPECT_EQ(animation.interval().apex, 1);
  EXPECT_EQ(animation.interval().offset, 2);
}

TEST(FaceAnimation, NeutralFramesAreTheStillBitForBit) {
  const FaceAnimation animation = animated({});
  const Interval& interval = animation.interval();
  for (const int frame : {0, interval.onset, interval.offset, animation.frame_count() - 1})
    EXPECT_TRUE(same(animation.frame(frame), still_picture())) << frame;
  EXPECT_FALSE(same(animation.frame(*interval.apex), still_picture()));
}

TEST(FaceAnimation, TakesGreyStillsAndKeepsItsOwnCopy) {
  cv::Mat grey;
  cv::extractChannel(still_picture(), grey, 0);
  const FaceAnimation animation(grey, still_landmarks(), {});
  grey.setTo(0);
  const int apex = *animation.interval().apex;
  EXPECT_TRUE(same(animation.frame(0), still_picture()));
  EXPECT_TRUE(same(animation.frame(apex), animated({}).frame(apex)));

  cv::Mat colour = still_picture();
  const FaceAnimation of_colour(colour, still_landmarks(), {});
  colour.setTo(0);
  EXPECT_TRUE(same(of_colour.frame(0), still_picture()));
}

TEST(FaceAnimation, NoiseIsThatOfItsSeedInWhateverOrderFramesAreMade) {
  AnimationConfig config;
  config.noise_sigma = 3;
  config.seed = 11;
  const FaceAnimation animation = animated(config), again = animated(config);
  config.seed = 12;
  const FaceAnimation other = animated(config);
  const int apex = *animation.interval().apex;
  const cv::Mat late_first = animation.frame(apex), first = animation.frame(0);
  EXPECT_TRUE(same(again.frame(0), first));
  EXPECT_TRUE(same(again.frame(apex), late_first));
  EXPECT_TRUE(same(animation.frame(0), first));
  EXPECT_FALSE(same(animation.frame(1), first)) << "each neutral frame needs noise of its own";
  EXPECT_FALSE(same(other.frame(0), first));
}

TEST(FaceAnimation, NoiseHasTheSpreadAskedForAndNoBias) {
  AnimationConfig config;
  config.noise_sigma = 4;
  cv::Mat difference;
  cv::subtract(animated(config).frame(0), still_picture(), difference, cv::noArray(), CV_32F);
  cv::Scalar mean, deviation;
  cv::meanStdDev(difference, mean, deviation);
  for (int c = 0; c < 3; ++c) {
    EXPECT_NEAR(mean[c], 0, 0.1);
    EXPECT_NEAR(deviation[c], 4, 0.1);
  }
}

TEST(FaceAnimation, SeedDoesNotMatterWithoutNoise) {
  AnimationConfig config;
  const int apex = *animated(config).interval().apex;
  const cv::Mat frame = animated(config).frame(apex);
  config.seed = 99;
  EXPECT_TRUE(same(animated(config).frame(apex), frame));
}

TEST(FaceAnimation, HasNoFramesBeforeItsFirstOrAfterItsLast) {
  const FaceAnimation animation = animated({});
  EXPECT_THROW(animation.frame(-1), std::out_of_range);
  EXPECT_THROW(animation.frame(animation.frame_count()), std::out_of_range);
}

TEST(FaceAnimation, RefusesSettingsOutOfRangeByName) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto with = [](double AnimationConfig::*member, double value) {
    return refusal<ConfigError>([=] {
      AnimationConfig config;
      config.*member = value;
      animated(config);
    });
  };
  for (const double value : {0.0, -25.0, 1e9, nan})
    EXPECT_THAT(with(&AnimationConfig::fps, value), HasSubstr("animation: fps must be positive")) << value;
  for (const double value : {0.0, -2.0, nan})
    EXPECT_THAT(with(&AnimationConfig::amplitude_px, value), HasSubstr("animation: amplitude_px must be positive"));
  for (const double value : {0.0, 11.0, nan})
    EXPECT_THAT(with(&AnimationConfig::duration_s, value), HasSubstr("animation: duration_s must be in 0.04..10"));
  EXPECT_THAT(with(&AnimationConfig::lead_s, -0.1), HasSubstr("animation: lead_s must be in 0..60"));
  EXPECT_THAT(with(&AnimationConfig::noise_sigma, -1), HasSubstr("animation: noise_sigma must be in 0..255"));
  EXPECT_THAT(with(&AnimationConfig::fps, 4),
              AllOf(HasSubstr("no frame between onset and offset"), HasSubstr("raise fps to at least 7")));
}

TEST(FaceAnimation, RefusesUnknownExpressionsWithTheKnownOnes) {
  const auto message = refusal<ConfigError>([] { animated(testing::expressing("hapiness")); });
  EXPECT_THAT(message, AllOf(HasSubstr("expression \"hapiness\""), HasSubstr("did you mean \"happiness\"?")));
  for (const auto& name : animated_expressions()) EXPECT_THAT(message, HasSubstr(name));
}

TEST(FaceAnimation, RefusesAnAmplitudeThatWouldFoldTheFaceAndNamesTheLargest) {
  AnimationConfig config;
  config.amplitude_px = 200;
  const auto message = refusal<ConfigError>([&] { animated(config); });
  EXPECT_THAT(message, AllOf(HasSubstr("200 pixels would fold the face"), HasSubstr("largest possible here is ")));
  const std::string words = "largest possible here is ";
  config.amplitude_px = std::stod(message.substr(message.find(words) + words.size()));
  const MotionField motion = testing::apex_motion(config);
  double smallest = 1;  // area that a pixel keeps; 0 would be a fold
  for (int y = 0; y + 1 < motion.u.rows; ++y)
    for (int x = 0; x + 1 < motion.u.cols; ++x) {
      const double u_x = motion.u(y, x + 1) - motion.u(y, x), u_y = motion.u(y + 1, x) - motion.u(y, x);
      const double v_x = motion.v(y, x + 1) - motion.v(y, x), v_y = motion.v(y + 1, x) - motion.v(y, x);
      smallest = std::min(smallest, (1 + u_x) * (1 + v_y) - u_y * v_x);
    }
  EXPECT_GT(smallest, 0.04);
  EXPECT_LT(smallest, 0.1) << "a larger amplitude would do";
  config.amplitude_px += 0.02;
  EXPECT_THROW(animated(config), ConfigError);
}

TEST(FaceAnimation, RefusesPicturesAndFacesItCannotMove) {
  const auto with = [](const cv::Mat& still, const Landmarks& landmarks) {
    return refusal<ClipError>([&] { FaceAnimation(still, landmarks, {}); });
  };
  EXPECT_THAT(with({}, still_landmarks()), HasSubstr("got an empty one"));
  EXPECT_THAT(with(cv::Mat(31, 90, CV_8UC3), still_landmarks()), AllOf(HasSubstr("32x32"), HasSubstr("90x31")));
  EXPECT_THAT(with(cv::Mat(90, 90, CV_32FC3), still_landmarks()), HasSubstr("CV_32FC3"));
  EXPECT_THAT(with(still_picture(), {}), HasSubstr("face is too small"));
  EXPECT_THAT(with(still_picture(), testing::face_shape({100, 80}, 9.5)), HasSubstr("9.5 pixels apart"));
  EXPECT_THAT(with(still_picture(), testing::face_shape({900, 80}, 64)), HasSubstr("outside the picture"));
  Landmarks unknown = still_landmarks();
  unknown[40].y = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(with(still_picture(), unknown), HasSubstr("not finite"));
}

}  // namespace merkit
