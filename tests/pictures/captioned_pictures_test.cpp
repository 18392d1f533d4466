#include "merkit/pictures/captioned_pictures.h"

#include "merkit/core/error.h"

#include <limits>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit {
namespace {

TEST(Percentile, IsTheValueThatSoManyDoNotExceed) {
  cv::Mat1f values(1, 101);
  for (int i = 0; i <= 100; ++i) values(0, i) = static_cast<float>(100 - i);
  EXPECT_EQ(percentile(values, 0), 0);
  EXPECT_EQ(percentile(values, 0.95), 95);
  EXPECT_EQ(percentile(values, 1), 100);
}

TEST(Percentile, CountsFiniteValuesWhereTheMaskIsSet) {
  cv::Mat1f values(1, 4);
  values << 1, 2, std::numeric_limits<float>::quiet_NaN(), 9;
  cv::Mat1b mask(1, 4, uchar{1});
  EXPECT_EQ(percentile(values, 1), 9);
  mask(0, 3) = 0;
  EXPECT_EQ(percentile(values, 1, mask), 2);
  EXPECT_EQ(percentile(values, 1, cv::Mat1b(1, 4, uchar{0})), 0);
}

CaptionedPicture picture_of(const cv::Vec3b& colour, cv::Size size = {280, 300}) {
  return {cv::Mat3b(size, colour), "title", "detail"};
}

TEST(CaptionedPictures, StandInRowsUnderAHeading) {
  const std::vector<CaptionedPicture> five{picture_of({1, 0, 0}), picture_of({2, 0, 0}), picture_of({3, 0, 0}),
                                           picture_of({4, 0, 0}), picture_of({5, 0, 0})};
  const cv::Mat canvas = captioned_pictures(five, 3, "heading");
  // Heading of 36, margins of 12, captions of 64.
  ASSERT_EQ(canvas.size(), cv::Size(12 + 3 * (280 + 12), 36 + 2 * (12 + 300 + 64)));
  for (int i = 0; i < 5; ++i) {
    const cv::Rect panel(12 + i % 3 * 292, 36 + 12 + i / 3 * 376, 280, 300);
    EXPECT_EQ(cv::norm(canvas(panel), five[static_cast<std::size_t>(i)].picture, cv::NORM_INF), 0) << i;
  }
  cv::Mat dark;
  cv::inRange(canvas(cv::Rect(0, 0, canvas.cols, 36)), cv::Scalar(0, 0, 0), cv::Scalar(120, 120, 120), dark);
  EXPECT_GT(cv::countNonZero(dark), 50) << "the heading";
  EXPECT_EQ(captioned_pictures(five, 8).size(), cv::Size(12 + 5 * 292, 376));
}

TEST(CaptionedPictures, WriteALongHeadingSmallerSoThatAllOfItFits) {
  const cv::Mat canvas = captioned_pictures({picture_of({9, 9, 9})}, 1, std::string(60, 'W'));
  cv::Mat dark;
  cv::inRange(canvas(cv::Rect(0, 0, canvas.cols, 36)), cv::Scalar(0, 0, 0), cv::Scalar(120, 120, 120), dark);
  EXPECT_GT(cv::countNonZero(dark), 50);
  EXPECT_EQ(cv::countNonZero(dark.colRange(canvas.cols - 10, canvas.cols)), 0) << "the margin is free";
}

TEST(CaptionedPictures, HaveOneSize) {
  const cv::Mat canvas = captioned_pictures({picture_of({9, 9, 9}), picture_of({7, 7, 7}, {10, 40})}, 2);
  EXPECT_EQ(canvas.at<cv::Vec3b>(12 + 299, 12 + 292 + 279), cv::Vec3b(7, 7, 7));
}

TEST(CaptionedPictures, RefuseWhatTheyCannotShow) {
  EXPECT_THROW(captioned_pictures({}, 3), std::invalid_argument);
  EXPECT_THROW(captioned_pictures({picture_of({1, 1, 1})}, 0), std::invalid_argument);
  EXPECT_THROW(captioned_pictures({{cv::Mat1f(9, 9, 1.F), "", ""}}, 1), ClipError);
}

}  // namespace
}  // namespace merkit
