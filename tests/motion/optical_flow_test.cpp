#include "merkit/motion/optical_flow.h"

#include "merkit/core/error.h"
#include "support/smooth_texture.h"

#include <cmath>
#include <map>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {

namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SmoothTexture;

const cv::Size kCrop(140, 170);

FlowConfig method_named(const std::string& name) {
  FlowConfig config;
  config.method = name;
  return config;
}

/// Mean distance from `truth`, leaving out `border` pixels on each side.
double mean_error(const MotionField& motion, cv::Point2d truth, int border = 0) {
  double sum = 0;
  for (int y = border; y < motion.u.rows - border; ++y)
    for (int x = border; x < motion.u.cols - border; ++x)
      sum += std::hypot(motion.u(y, x) - truth.x, motion.v(y, x) - truth.y);
  return sum / ((motion.u.rows - 2 * border) * (motion.u.cols - 2 * border));
}

double largest(const MotionField& motion) {
  return std::max(cv::norm(motion.u, cv::NORM_INF), cv::norm(motion.v, cv::NORM_INF));
}

double mean_difference(const cv::Mat& a, const cv::Mat& b) {
  return cv::norm(a, b, cv::NORM_L1) / static_cast<double>(a.total());
}

cv::Mat mirrored(const cv::Mat& image) {
  cv::Mat result;
  cv::flip(image, result, 1);
  return result;
}

void expect_same(const MotionField& a, const MotionField& b) {
  EXPECT_EQ(cv::norm(a.u, b.u, cv::NORM_INF), 0);
  EXPECT_EQ(cv::norm(a.v, b.v, cv::NORM_INF), 0);
}

/// Sets OpenCV's threads and gives them back.
struct Threads {
  explicit Threads(int count) { cv::setNumThreads(count); }
  ~Threads() { cv::setNumThreads(before); }
  int before = cv::getNumThreads();
};

}  // namespace

TEST(FlowMethod, NamesGoThereAndBack) {
  EXPECT_THAT(flow_method_names(), ElementsAre("tvl1", "dis", "farneback"));
  for (const auto& name : flow_method_names()) EXPECT_EQ(to_string(flow_method_from_string(name)), name);
  EXPECT_EQ(flow_method_from_string("dis"), FlowMethod::dis);
}

TEST(FlowMethod, UnknownNamesAreRefusedWithTheKnownOnes) {
  try {
    flow_method_from_string("tvl2");
    FAIL() << "not refused";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("optical flow method \"tvl2\""), HasSubstr("did you mean \"tvl1\"?")));
    EXPECT_THAT(error.hint(), HasSubstr("tvl1, dis, farneback"));
  }
  EXPECT_THROW(flow_method_from_string(""), ConfigError);
  EXPECT_THROW(flow_method_from_string("TVL1"), ConfigError);
  EXPECT_THROW(make_optical_flow(method_named("raft")), ConfigError);
}

class EveryFlow : public ::testing::TestWithParam<std::string> {
 protected:
  MotionField flow(const cv::Mat& from, const cv::Mat& to) const {
    return optical_flow(from, to, method_named(GetParam()));
  }
  const SmoothTexture texture_;
};

TEST_P(EveryFlow, IsZeroBetweenEqualPictures) {
  const cv::Mat picture = texture_.picture(kCrop);
  const MotionField motion = flow(picture, picture.clone());
  ASSERT_EQ(motion.u.size(), kCrop);
  ASSERT_EQ(motion.v.size(), kCrop);
  // Farneback's polynomials are cut at the border, where its iterations then leave traces: measured 0.0009 on average.
  EXPECT_LT(mean_error(motion, {0, 0}), 0.0015);
  EXPECT_LT(mean_error(motion, {0, 0}, 10), 1e-5);
}

TEST_P(EveryFlow, FindsTranslationsSmallerAndLargerThanAPixel) {
  // Measured at most 0.050 (tvl1), 0.024 (dis), 0.011 (farneback).
  const std::map<std::string, double> tolerance{{"tvl1", 0.058}, {"dis", 0.028}, {"farneback", 0.0125}};
  const cv::Mat from = texture_.picture(kCrop);
  for (const cv::Point2d moved : {cv::Point2d(0.3, -0.4), cv::Point2d(1.25, 0.5), cv::Point2d(-3.2, 2.1)})
    EXPECT_LT(mean_error(flow(from, texture_.picture(kCrop, moved)), moved, 10), tolerance.at(GetParam())) << moved;
}

TEST_P(EveryFlow, OfMirroredPicturesIsMirroredWithUNegated) {
  const cv::Mat from = texture_.picture(kCrop), to = texture_.picture(kCrop, {1.25, 0.5});
  const MotionField motion = flow(from, to), other = flow(mirrored(from), mirrored(to));
  // Measured 0.011 on average for tvl1, whose forward and backward differences look to opposite sides.
  EXPECT_LT(mean_difference(motion.u, -mirrored(other.u)), 0.0125);
  EXPECT_LT(mean_difference(motion.v, mirrored(other.v)), 0.0125);
}

TEST_P(EveryFlow, OfConstantPicturesIsZero) {
  for (const auto& [first, second] : {std::pair{0, 0}, {255, 255}, {0, 255}, {130, 125}})
    EXPECT_EQ(largest(flow(cv::Mat1b(kCrop, uchar(first)), cv::Mat1b(kCrop, uchar(second)))), 0)
        << first << " to " << second;
}

TEST_P(EveryFlow, DoesNotDependOnTheNumberOfThreads) {
  cv::Mat from = texture_.picture(kCrop), to = texture_.picture(kCrop, {0.7, -0.6}), noise(kCrop, CV_8UC1);
  cv::RNG(5).fill(noise, cv::RNG::UNIFORM, 0, 12);
  to += noise;
  const auto with_threads = [&](int count) {
    const Threads threads(count);
    return flow(from, to);
  };
  const MotionField one = with_threads(1);
  EXPECT_GT(largest(one), 0.5);
  expect_same(with_threads(2), one);
}

TEST_P(EveryFlow, IsAsFiniteAndAsLargeAsItsPicturesWhateverTheirShape) {
  for (const cv::Size size : {cv::Size(8, 8), cv::Size(8, 120), cv::Size(31, 9), cv::Size(17, 16), cv::Size(201, 47)}) {
    const MotionField motion = flow(texture_.picture(size), texture_.picture(size, {0.5, 0.25}));
    EXPECT_EQ(motion.u.size(), size);
    EXPECT_EQ(motion.v.size(), size);
    EXPECT_TRUE(cv::checkRange(motion.u) && cv::checkRange(motion.v)) << size;
    EXPECT_LT(mean_error(motion, {0.5, 0.25}), 0.31) << size;  // 0.56 would be no better than no motion at all
    EXPECT_LT(largest(motion), 3) << size;
  }
}

TEST_P(EveryFlow, TakesColourForItsGrey) {
  const cv::Mat from = texture_.picture({40, 48}), to = texture_.picture({40, 48}, {0.6, 0.2});
  cv::Mat from_bgr, to_bgr;
  cv::cvtColor(from, from_bgr, cv::COLOR_GRAY2BGR);
  cv::cvtColor(to, to_bgr, cv::COLOR_GRAY2BGR);
  expect_same(flow(from_bgr, to_bgr), flow(from, to));
  expect_same(flow(from_bgr, to), flow(from, to));
}

TEST_P(EveryFlow, ReusedGivesWhatAFreshOneGives) {
  const auto reused = make_optical_flow(method_named(GetParam()));
  // Small pictures between: some solvers keep the pyramid that they shortened for them.
  for (const cv::Size size : {cv::Size(96, 80), cv::Size(12, 9), cv::Size(50, 64), cv::Size(96, 80)}) {
    const cv::Mat from = texture_.picture(size), to = texture_.picture(size, {1.5, -0.5});
    expect_same((*reused)(from, to), flow(from, to));
  }
}

TEST_P(EveryFlow, KeepsEarlierResultsWhenItRunsAgain) {
  const auto reused = make_optical_flow(method_named(GetParam()));
  const cv::Mat from = texture_.picture({40, 48});
  const MotionField first = (*reused)(from, texture_.picture({40, 48}, {0.6, 0.2}));
  const MotionField copy{first.u.clone(), first.v.clone()};
  (*reused)(from, texture_.picture({40, 48}, {-1, -1}));
  expect_same(first, copy);
}

TEST_P(EveryFlow, RefusesPicturesItCannotUse) {
  const cv::Mat good(20, 20, CV_8UC1, cv::Scalar(7));
  const auto refusal = [&](const cv::Mat& from, const cv::Mat& to) -> std::string {
    try {
      flow(from, to);
    } catch (const ClipError& error) {
      EXPECT_EQ(error.status(), Status::unsupported);
      return error.what();
    }
    return "not refused";
  };
  EXPECT_THAT(refusal({}, {}), HasSubstr("an empty picture"));
  EXPECT_THAT(refusal(good, {}), HasSubstr("an empty picture"));
  EXPECT_THAT(refusal(cv::Mat1b(20, 7, uchar{1}), good), AllOf(HasSubstr("at least 8x8"), HasSubstr("7x20")));
  EXPECT_THAT(refusal(good, cv::Mat1b(7, 20, uchar{1})), AllOf(HasSubstr("at least 8x8"), HasSubstr("20x7")));
  EXPECT_THAT(refusal(good, cv::Mat1b(20, 21, uchar{1})),
              AllOf(HasSubstr("of one size"), HasSubstr("20x20"), HasSubstr("21x20")));
  EXPECT_THAT(refusal(cv::Mat1f(20, 20, 1.f), good), HasSubstr("CV_32FC1"));
  EXPECT_THAT(refusal(good, cv::Mat(20, 20, CV_8UC4, cv::Scalar::all(1))), HasSubstr("CV_8UC4"));
  EXPECT_THAT(refusal(cv::Mat(20, 20, CV_16UC1, cv::Scalar(1)), good), HasSubstr("CV_16UC1"));
}

INSTANTIATE_TEST_SUITE_P(Methods, EveryFlow, ::testing::ValuesIn(flow_method_names()),
                         [](const auto& info) { return info.param; });

}  // namespace merkit
