#include "classical/lbp_histograms.h"

#include "classical/lbp_top_histograms.h"

#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit {
namespace {

TEST(UniformPatterns, AreThoseOfPicturesWorkedByHand) {
  cv::Mat1b flat(9, 9, static_cast<uchar>(100));
  EXPECT_EQ(uniform_patterns(flat, 1)(4, 4), uniform_bins()[255]);
  cv::Mat1b spot = flat.clone();
  spot(4, 4) = 200;
  EXPECT_EQ(uniform_patterns(spot, 1)(4, 4), uniform_bins()[0]);
  cv::Mat1b edge = flat.clone();
  edge.colRange(0, 4) = 10;  // darker to the left: neighbours at 135, 180 and 225 degrees are
  EXPECT_EQ(uniform_patterns(edge, 1)(4, 4), uniform_bins()[255 - (8 + 16 + 32)]);
  cv::Mat1b roof = flat.clone();
  roof.rowRange(0, 4) = 10;  // darker above: at 45, 90 and 135 degrees
  EXPECT_EQ(uniform_patterns(roof, 1)(4, 4), uniform_bins()[255 - (2 + 4 + 8)]);
  EXPECT_EQ(uniform_patterns(roof, 1)(0, 4), kUniformPatterns - 1);
}

TEST(UniformPatterns, FollowThePictureAndNotItsBrightness) {
  cv::Mat1b picture(40, 40), darker;
  cv::RNG(3).fill(picture, cv::RNG::UNIFORM, 0, 100);
  darker = picture + 50;
  EXPECT_EQ(cv::norm(uniform_patterns(picture, 3), uniform_patterns(darker, 3), cv::NORM_INF), 0);
  cv::Mat1b shifted(40, 40, static_cast<uchar>(0));
  picture.colRange(0, 35).copyTo(shifted.colRange(5, 40));
  EXPECT_EQ(cv::norm(uniform_patterns(picture, 3)(cv::Rect(10, 10, 15, 15)),
                     uniform_patterns(shifted, 3)(cv::Rect(15, 10, 15, 15)), cv::NORM_INF),
            0);
}

}  // namespace
}  // namespace merkit
