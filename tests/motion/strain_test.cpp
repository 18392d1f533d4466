#include "merkit/motion/optical_flow.h"

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit {

namespace {

using Map = std::function<double(int x, int y)>;

MotionField field(cv::Size size, const Map& u, const Map& v) {
  MotionField motion{cv::Mat1f(size), cv::Mat1f(size)};
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      motion.u(y, x) = static_cast<float>(u(x, y));
      motion.v(y, x) = static_cast<float>(v(x, y));
    }
  return motion;
}

double nothing(int /*x*/, int /*y*/) { return 0; }

void expect_everywhere(const cv::Mat1f& strain, double expected) {
  for (int y = 0; y < strain.rows; ++y)
    for (int x = 0; x < strain.cols; ++x)
      ASSERT_NEAR(strain(y, x), expected, 1e-5) << "at " << x << ", " << y << " of " << strain.size();
}

}  // namespace

TEST(OpticalStrain, IsZeroForPureTranslation) {
  const auto move = [](double by) { return [by](int, int) { return by; }; };
  const cv::Mat1f strain = optical_strain(field({13, 9}, move(2.5), move(-1.25)));
  EXPECT_EQ(strain.size(), cv::Size(13, 9));
  EXPECT_EQ(cv::countNonZero(strain), 0);
}

TEST(OpticalStrain, OfAUniformStretchIsItsRateUpToTheBorder) {
  for (const double rate : {0.05, -0.2}) {
    expect_everywhere(optical_strain(field(
                          {17, 11}, [=](int x, int) { return rate * x; }, nothing)),
                      std::abs(rate));
    expect_everywhere(optical_strain(field({17, 11}, nothing, [=](int, int y) { return rate * y; })), std::abs(rate));
  }
}

TEST(OpticalStrain, OfAShearIsItsRateOverRootTwo) {
  const double rate = 0.12;
  const double expected = rate / std::sqrt(2.0);
  expect_everywhere(optical_strain(field(
                        {17, 11}, [=](int, int y) { return rate * y; }, nothing)),
                    expected);
  expect_everywhere(optical_strain(field({17, 11}, nothing, [=](int x, int) { return -rate * x; })), expected);
}

TEST(OpticalStrain, IsBlindToASmallRotation) {
  const double turn = 0.03;
  expect_everywhere(optical_strain(field(
                        {17, 11}, [=](int, int y) { return -turn * y; }, [=](int x, int) { return turn * x; })),
                    0);
}

TEST(OpticalStrain, CombinesStretchAndShearAsTheFormulaSays) {
  const double a = 0.1, b = 0.04, c = -0.07, d = 0.05;
  expect_everywhere(
      optical_strain(field(
          {10, 20}, [=](int x, int y) { return a * x + b * y; }, [=](int x, int y) { return c * x + d * y; })),
      std::sqrt(a * a + d * d + (b + c) * (b + c) / 2));
}

TEST(OpticalStrain, TakesCentralDifferencesAndRepeatsThemAtTheBorder) {
  const cv::Mat1f strain = optical_strain(field(
      {6, 5}, [](int x, int) { return 0.5 * x * x; }, nothing));
  const float expected[6] = {1, 1, 2, 3, 4, 4};  // the derivative of x^2 / 2 is x
  for (int y = 0; y < strain.rows; ++y)
    for (int x = 0; x < strain.cols; ++x) EXPECT_FLOAT_EQ(strain(y, x), expected[x]) << x << ", " << y;
}

TEST(OpticalStrain, WorksOnFieldsTooSmallForCentralDifferences) {
  const auto rising = [](int x, int y) { return 0.5 * x + 0.25 * y; };
  expect_everywhere(optical_strain(field({1, 1}, rising, rising)), 0);
  expect_everywhere(optical_strain(field({2, 1}, rising, nothing)), 0.5);
  expect_everywhere(optical_strain(field({1, 2}, nothing, rising)), 0.25);
}

TEST(OpticalStrain, OfAPartOfALargerFieldLooksAtThatPartOnly) {
  MotionField whole = field(
      {12, 12}, [](int x, int) { return 0.1 * x; }, nothing);
  whole.u.col(9).setTo(std::numeric_limits<float>::quiet_NaN());
  const cv::Rect part(2, 2, 7, 8);
  expect_everywhere(optical_strain({whole.u(part), whole.v(part)}), 0.1);
}

TEST(OpticalStrain, RefusesFieldsThatAreEmptyOrDoNotFit) {
  EXPECT_THROW(optical_strain({}), std::invalid_argument);
  EXPECT_THROW(optical_strain({cv::Mat1f(4, 5, 0.f), cv::Mat1f()}), std::invalid_argument);
  EXPECT_THROW(optical_strain({cv::Mat1f(4, 5, 0.f), cv::Mat1f(5, 4, 0.f)}), std::invalid_argument);
}

}  // namespace merkit
