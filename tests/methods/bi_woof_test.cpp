#include "classical/bi_woof_histograms.h"
#include "merkit/core/error.h"
#include "merkit/methods/catalog.h"
#include "support/synthetic_samples.h"

#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit::testing {
namespace {

using ::testing::HasSubstr;

constexpr BlockConfig kOne{1, false}, kFive{5, false}, kFaithful{5, true};

MotionField random_motion(int rows, int columns, std::uint32_t seed) {
  std::mt19937 random(seed);
  MotionField motion{cv::Mat1f(rows, columns), cv::Mat1f(rows, columns)};
  for (cv::Mat1f* map : {&motion.u, &motion.v})
    for (float& value : *map) value = static_cast<float>(random() % 2001) / 500.f - 2.f;
  return motion;
}

double length(const std::vector<float>& values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * static_cast<double>(value);
  return std::sqrt(squares);
}

TEST(BiWoof, CountsDirectionsInEighthsFromTheLeft) {
  for (int degrees = -179; degrees < 180; ++degrees) {
    if (degrees % 45 == 0) continue;
    const double angle = degrees * CV_PI / 180;
    EXPECT_EQ(orientation_of(static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))),
              static_cast<std::size_t>((degrees + 180) / 45))
        << degrees;
  }
  // The lower bound of each eighth belongs to it.
  const std::pair<float, float> bounds[8] = {{-1.f, -0.f}, {-1.f, -1.f}, {0.f, -1.f}, {1.f, -1.f},
                                             {1.f, 0.f},   {1.f, 1.f},   {0.f, 1.f},  {-1.f, 1.f}};
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(orientation_of(bounds[i].first, bounds[i].second), i);
  EXPECT_EQ(orientation_of(-1.f, 0.f), 0u) << "180 degrees are -180 degrees";
}

/// Four pixels: 3 to the right, 4 down, 4 to the right and 3 down (5 long, below 45 degrees), and rest.
TEST(BiWoof, WeighsDirectionsByTheLengthOfTheMotion) {
  const MotionField motion{(cv::Mat1f(2, 2) << 3, 0, 4, 0), (cv::Mat1f(2, 2) << 0, 4, 3, 0)};
  const auto features = bi_woof_histograms(motion, cv::Mat1f(2, 2, 0.25f), kOne);
  ASSERT_EQ(features.size(), 8u);
  const double norm = std::sqrt(8 * 8 + 4 * 4);
  EXPECT_NEAR(features[4], 8 / norm, 1e-6);
  EXPECT_NEAR(features[6], 4 / norm, 1e-6);
  for (const std::size_t empty : {0, 1, 2, 3, 5, 7}) EXPECT_EQ(features[empty], 0);
}

/// Two blocks a side. Motion is one pixel to the right everywhere but in the last block, where it is 7 pixels upwards:
/// its length must not matter between blocks, only the strain, 1, 2, 3 and 4 a pixel.
TEST(BiWoof, WeighsBlocksByTheirStrain) {
  MotionField motion{cv::Mat1f(4, 4, 1.f), cv::Mat1f(4, 4, 0.f)};
  cv::Mat1f strain(4, 4);
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 4; ++x) strain(y, x) = static_cast<float>(y / 2 * 2 + x / 2 + 1);
  motion.u(cv::Rect(2, 2, 2, 2)) = 0;
  motion.v(cv::Rect(2, 2, 2, 2)) = -7;
  const auto features = bi_woof_histograms(motion, strain, {2, false});
  ASSERT_EQ(features.size(), 32u);
  const double norm = std::sqrt(1 + 4 + 9 + 16);
  for (std::size_t i = 0; i < 32; ++i) {
    const double expected = i == 4 ? 1 : i == 12 ? 2 : i == 20 ? 3 : i == 26 ? 4 : 0;
    EXPECT_NEAR(features[i], expected / norm, 1e-6) << i;
  }
}

TEST(BiWoof, HasLengthOneWhateverTheScaleOfTheMotion) {
  for (const std::uint32_t seed : {1u, 2u, 3u}) {
    const MotionField motion = random_motion(170, 140, seed);
    const auto features = bi_woof_histograms(motion, optical_strain(motion), kFive);
    ASSERT_EQ(features.size(), 200u);
    EXPECT_NEAR(length(features), 1, 1e-6);
    for (const float scale : {0.01f, 3.f, 1000.f}) {
      const MotionField scaled{motion.u * scale, motion.v * scale};
      const auto same = bi_woof_histograms(scaled, optical_strain(scaled), kFive);
      for (std::size_t i = 0; i < 200; ++i) EXPECT_NEAR(same[i], features[i], 2e-6) << scale;
    }
  }
}

TEST(BiWoof, TurnsWithTheMotion) {
  const MotionField motion = random_motion(20, 20, 5), turned{-motion.v, motion.u};
  const cv::Mat1f strain(20, 20, 1.f);
  const auto before = bi_woof_histograms(motion, strain, kFive), after = bi_woof_histograms(turned, strain, kFive);
  // A quarter turn is two eighths; motion exactly on a bound stays on one.
  for (std::size_t block = 0; block < 25; ++block)
    for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(after[8 * block + (i + 2) % 8], before[8 * block + i], 1e-6);
}

TEST(BiWoof, IsZeroWhereNothingMoves) {
  MotionField motion{cv::Mat1f(10, 10, 0.f), cv::Mat1f(10, 10, 0.f)};
  EXPECT_THAT(bi_woof_histograms(motion, optical_strain(motion), kFive), ::testing::Each(0.f));
  motion.u(3, 3) = 1;  // the other blocks have no direction, whatever their strain
  const auto features = bi_woof_histograms(motion, cv::Mat1f(10, 10, 1.f), kFive);
  EXPECT_NEAR(features[8 * 6 + 4], 1, 1e-6);
  EXPECT_NEAR(length(features), 1, 1e-6);
}

TEST(BiWoof, DividesTheFaceIntoBlocks) {
  const auto ranges = [](int size, const BlockConfig& config) {
    std::vector<std::pair<int, int>> result;
    for (const BlockRange& range : block_ranges(size, config)) result.emplace_back(range.begin, range.end);
    return result;
  };
  using ::testing::ElementsAre;
  using ::testing::Pair;
  EXPECT_THAT(ranges(28, kFive), ElementsAre(Pair(0, 5), Pair(5, 11), Pair(11, 16), Pair(16, 22), Pair(22, 28)));
  EXPECT_THAT(ranges(170, kFive),
              ElementsAre(Pair(0, 34), Pair(34, 68), Pair(68, 102), Pair(102, 136), Pair(136, 170)));
  // The authors' 1-based ranges 1..35, 34..69, 68..103, 102..137, 136..172 of 172 rows.
  EXPECT_THAT(ranges(172, kFaithful),
              ElementsAre(Pair(0, 35), Pair(33, 69), Pair(67, 103), Pair(101, 137), Pair(135, 172)));
  const MotionField motion = random_motion(170, 140, 4);
  const cv::Mat1f strain = optical_strain(motion);
  EXPECT_NE(bi_woof_histograms(motion, strain, kFive), bi_woof_histograms(motion, strain, kFaithful));
}

TEST(BiWoof, RefusesMapsThatMakeNoSense) {
  const MotionField motion = random_motion(20, 20, 1);
  EXPECT_THROW(bi_woof_histograms(motion, cv::Mat1f(19, 20), kFive), std::invalid_argument);
  EXPECT_THROW(bi_woof_histograms({motion.u, cv::Mat1f(20, 19)}, cv::Mat1f(20, 20), kFive), std::invalid_argument);
  const MotionField small = random_motion(9, 20, 1);
  EXPECT_THROW(bi_woof_histograms(small, optical_strain(small), kFive), std::invalid_argument);
  cv::Mat1f strain(20, 20, 1.f);
  strain(3, 3) = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(bi_woof_histograms(motion, strain, kFive), std::invalid_argument);
}

std::unique_ptr<Recognizer> fitted(const SampleSet& samples, const char* approximate) {
  Settings config = default_config("bi_woof");
  config.set("input.approximate_from_images", approximate, "test");
  auto recognizer = find_method("bi_woof").make_recognizer(config, three_emotions());
  RecordingObserver observer;
  recognizer->fit(samples, {}, observer);
  return recognizer;
}

TEST(BiWoof, ReadsMotionImagesOnlyWhereAskedTo) {
  SampleSet images = synthetic_samples(3, 3);
  for (Sample& sample : images) sample.faces.clear();
  try {
    fitted(images, "false");
    FAIL();
  } catch (const ClipError& error) {
    EXPECT_EQ(error.status(), Status::unsupported);
    EXPECT_STREQ(error.what(),
                 "sample \"s1_1\": its ready motion image tells neither the direction nor the size of the motion");
    EXPECT_EQ(error.hint(), "give frames instead");
  }
  const auto recognizer = fitted(images, "true");
  for (const Sample& sample : images) EXPECT_EQ(recognizer->recognize(sample).label, sample.label) << sample.id;
  images[0].motion_image = cv::Mat(9, 9, CV_8UC3, cv::Scalar::all(0));
  EXPECT_THROW(recognizer->recognize(images[0]), ClipError);
}

TEST(BiWoof, SaysWhichSettingIsWrong) {
  for (const char* setting : {"blocks=0", "blocks=17", "faithful_blocks=1", "kernel=\"poly\"", "standardize=true",
                              "input.size=28", "input.flow.method=\"none\""}) {
    const std::string text = setting;
    Settings config = default_config("bi_woof");
    config.set(text.substr(0, text.find('=')), text.substr(text.find('=') + 1), "--set");
    EXPECT_THROW(find_method("bi_woof").resolve_config(config), ConfigError) << setting;
  }
}

}  // namespace
}  // namespace merkit::testing
