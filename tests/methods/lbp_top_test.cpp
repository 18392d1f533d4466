#include "classical/lbp_top_histograms.h"
#include "merkit/core/error.h"
#include "merkit/methods/catalog.h"
#include "support/synthetic_samples.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <random>
#include <set>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit::testing {
namespace {

using Volume = std::vector<cv::Mat1b>;

LbpTopConfig four(int blocks = 1) { return {4, 1, 1, "bilinear", blocks}; }

Volume volume_of(int frames, cv::Size size, const std::function<int(int t, int y, int x)>& value) {
  Volume volume;
  for (int t = 0; t < frames; ++t) {
    volume.emplace_back(size);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) volume.back()(y, x) = static_cast<uchar>(value(t, y, x));
  }
  return volume;
}

/// Of 0..199, so that there is room to add to it.
Volume noise(int frames, cv::Size size, std::uint32_t seed) {
  std::mt19937 random(seed);
  return volume_of(frames, size, [&](int, int, int) { return static_cast<int>(random() % 200); });
}

/// 3 x 3 x 3 pixels, of which only the one in the middle has all its neighbours.
Volume around_one(const std::function<int(int t, int y, int x)>& value) {
  return volume_of(3, {3, 3}, [&](int t, int y, int x) { return value(t - 1, y - 1, x - 1); });
}

/// The bins of the planes XY, XT and YT that its code is in.
std::vector<int> bins_of_one(const Volume& volume, const LbpTopConfig& config) {
  const auto features = lbp_top_histograms(volume, config);
  const std::size_t bins = features.size() / 3;
  std::vector<int> found;
  for (std::size_t i = 0; i < features.size(); ++i)
    if (features[i] == 1) found.push_back(static_cast<int>(i % bins));
  EXPECT_EQ(found.size(), 3u);
  return found;
}

/// Which codes occur on a plane (0, 1, 2).
std::set<int> codes_on(int plane, const std::vector<float>& features) {
  std::set<int> codes;
  for (int code = 0; code < 16; ++code)
    if (features[static_cast<std::size_t>(16 * plane + code)] > 0) codes.insert(code);
  return codes;
}

TEST(LbpTop, HasFiftyEightUniformCodesAndOneBinForAllOthers) {
  const auto& bins = uniform_bins();
  EXPECT_EQ(std::set<int>(bins.begin(), bins.end()).size(), 59u);
  EXPECT_EQ(std::count(bins.begin(), bins.end(), 58), 256 - 58);
  EXPECT_EQ(bins[0b00000000], 0);
  EXPECT_EQ(bins[0b00000001], 1);
  EXPECT_EQ(bins[0b00000101], 58);
  EXPECT_EQ(bins[0b10000001], 30) << "the ends of the circle are neighbours";
  EXPECT_EQ(bins[0b11111111], 57);
}

TEST(LbpTop, CodesTheNeighboursAlongEachPlane) {
  // Brighter than the middle: to the right, below, and afterwards.
  const Volume volume = around_one([](int t, int y, int x) { return 100 + 50 * t + 50 * y + 50 * x; });
  // XY: right, up, left, down. XT: right, after, left, before. YT: after, up, before, down.
  EXPECT_THAT(bins_of_one(volume, four()), ::testing::ElementsAre(0b1001, 0b0011, 0b1001));
  const Volume other = around_one([](int t, int y, int x) { return 100 - 50 * t - 20 * y + 50 * x; });
  EXPECT_THAT(bins_of_one(other, four()), ::testing::ElementsAre(0b0011, 0b1001, 0b0110));
}

TEST(LbpTop, CodesEightNeighboursFromTheRightUpwards) {
  const LbpTopConfig nearest{8, 1, 1, "nearest", 1};
  const std::pair<int, int> circle[8] = {{1, 0}, {1, -1}, {0, -1}, {-1, -1}, {-1, 0}, {-1, 1}, {0, 1}, {1, 1}};
  for (std::size_t n = 0; n < 8; ++n) {
    const Volume volume = around_one([&](int t, int y, int x) {
      return t == 0 && x == circle[n].first && y == circle[n].second ? 200 : (t == 0 && x == 0 && y == 0 ? 100 : 0);
    });
    EXPECT_EQ(bins_of_one(volume, nearest)[0], uniform_bins()[std::size_t{1} << n]) << n;
  }
}

/// A neighbour at 45 degrees is 0.0858 of the middle, 0.2071 of each pixel beside it and half of the one at the corner.
TEST(LbpTop, MixesFourPixelsOrTakesTheNearest) {
  for (const auto& [corner, bilinear, nearest] : {std::tuple(80, true, false), std::tuple(79, false, false),
                                                  std::tuple(100, true, true), std::tuple(99, true, false)}) {
    const int value = corner;
    const Volume volume = around_one([&](int t, int y, int x) {
      if (t != 0) return 0;
      if (x == 1 && y == -1) return value;
      return x == 1 && y == 0 ? 150 : x == 0 && y == -1 ? 100 : x == 0 && y == 0 ? 100 : 0;
    });
    // To the right and above is brighter or equal; the corner between them (bit 1) is in question.
    for (const auto& [sampling, bright] : {std::pair("bilinear", bilinear), std::pair("nearest", nearest)})
      EXPECT_EQ(bins_of_one(volume, {8, 1, 1, sampling, 1})[0], uniform_bins()[bright ? 0b111 : 0b101])
          << corner << " " << sampling;
  }
}

TEST(LbpTop, HasOneCodeWhereAllIsOfOneBrightness) {
  const Volume volume = volume_of(7, {30, 40}, [](int, int, int) { return 90; });
  const auto features = lbp_top_histograms(volume, {8, 2, 3, "bilinear", 5});
  ASSERT_EQ(features.size(), 4425u);
  for (std::size_t i = 0; i < features.size(); ++i) EXPECT_EQ(features[i], i % 59 == 57 ? 1 : 0) << i;
}

/// Before and afterwards is what is now: these two bits are always set.
TEST(LbpTop, KnowsAStillClipFromAMovingOne) {
  const cv::Size size(40, 50);
  const cv::Mat1b wide = noise(1, {80, 50}, 3)[0];
  const auto shifted = [&](int step) {
    return lbp_top_histograms(volume_of(5, size, [&](int t, int y, int x) { return wide(y, x + step * t); }), four());
  };
  const auto still = shifted(0), moving = shifted(3);
  EXPECT_THAT(codes_on(1, still), ::testing::ElementsAre(0b1010, 0b1011, 0b1110, 0b1111));
  EXPECT_THAT(codes_on(2, still), ::testing::ElementsAre(0b0101, 0b0111, 0b1101, 0b1111));
  EXPECT_EQ(codes_on(1, moving).size(), 16u);
  EXPECT_EQ(codes_on(2, moving).size(), 16u);
}

TEST(LbpTop, DependsOnDifferencesOfBrightnessOnly) {
  for (const int neighbours : {4, 8})
    for (const char* sampling : {"bilinear", "nearest"}) {
      const LbpTopConfig config{neighbours, 3, 2, sampling, 5};
      const Volume volume = noise(10, {50, 60}, 5);
      Volume brighter;
      for (const cv::Mat1b& picture : volume) brighter.push_back(picture + 55);
      EXPECT_EQ(lbp_top_histograms(volume, config), lbp_top_histograms(brighter, config));
    }
}

/// With x and y exchanged, what was on XT is on YT, whose circle begins a quarter later.
TEST(LbpTop, TreatsBothAxesAlike) {
  const Volume volume = noise(6, {31, 44}, 7);
  Volume transposed;
  for (const cv::Mat1b& picture : volume) transposed.push_back(picture.t());
  const auto before = lbp_top_histograms(volume, four()), after = lbp_top_histograms(transposed, four());
  for (std::size_t code = 0; code < 16; ++code) {
    const std::size_t turned = (code >> 1) | ((code & 1) << 3);
    EXPECT_EQ(after[32 + turned], before[16 + code]) << code;
  }
}

TEST(LbpTop, CountsEveryBlockByItself) {
  const LbpTopConfig config{4, 1, 1, "bilinear", 2};
  const Volume volume = noise(5, {40, 40}, 9);
  Volume changed = volume;
  for (cv::Mat1b& picture : changed) picture = picture.clone();
  for (int t = 0; t < 5; ++t) changed[static_cast<std::size_t>(t)](5 + t, 30) ^= 0x7f;  // of the upper right block
  const auto before = lbp_top_histograms(volume, config), after = lbp_top_histograms(changed, config);
  ASSERT_EQ(before.size(), 4u * 3 * 16);
  for (std::size_t start = 0; start < before.size(); start += 16) {
    const auto part = [&](const std::vector<float>& all) {
      return std::vector<float>(all.begin() + static_cast<std::ptrdiff_t>(start),
                                all.begin() + static_cast<std::ptrdiff_t>(start + 16));
    };
    const auto histogram = part(after);
    EXPECT_NEAR(std::accumulate(histogram.begin(), histogram.end(), 0.0), 1, 1e-6);
    EXPECT_EQ(part(before) == histogram, start / 48 != 1) << start;
  }
}

TEST(LbpTop, RefusesVolumesThatAreTooSmall) {
  EXPECT_THROW(lbp_top_histograms(noise(4, {30, 30}, 1), {8, 1, 2, "bilinear", 5}), std::invalid_argument);
  EXPECT_THROW(lbp_top_histograms(noise(5, {10, 30}, 1), {8, 3, 2, "bilinear", 5}), std::invalid_argument);
  EXPECT_NO_THROW(lbp_top_histograms(noise(5, {11, 11}, 1), {8, 3, 2, "bilinear", 5}));
}

std::unique_ptr<Recognizer> fitted(const SampleSet& samples) {
  auto recognizer = find_method("lbp_top").make_recognizer(default_config("lbp_top"), three_emotions());
  RecordingObserver observer;
  recognizer->fit(samples, {}, observer);
  return recognizer;
}

TEST(LbpTop, WantsAllFramesAndReadsThoseOfTheInterval) {
  EXPECT_EQ(find_method("lbp_top").frames, FrameNeed::onset_to_offset);
  EXPECT_EQ(find_method("bi_woof").frames, FrameNeed::onset_and_apex);
  const auto recognizer = fitted(synthetic_samples(3, 3));
  const Sample sample = synthetic_samples(1, 1)[0];
  const auto logits = recognizer->recognize(sample).logits;
  Sample other = sample;
  other.faces[2].image = cv::Mat3b(other.faces[2].image.size(), cv::Vec3b(9, 9, 9));
  EXPECT_NE(recognizer->recognize(other).logits, logits) << "a frame between onset and apex";
  other = sample;
  other.faces.push_back(other.faces[3]);
  other.faces.back().number = 9;
  EXPECT_EQ(recognizer->recognize(other).logits, logits) << "a frame after the offset";
  other = sample;
  other.faces[5].success = false;
  EXPECT_NO_THROW(recognizer->recognize(other)) << "a face lost on the way";
}

TEST(LbpTop, SaysWhyASampleCannotBeRead) {
  const auto recognizer = fitted(synthetic_samples(2, 3));
  const auto refusal = [&](const Sample& sample) -> std::string {
    try {
      recognizer->recognize(sample);
    } catch (const ClipError& error) {
      EXPECT_EQ(error.status(), Status::unsupported);
      return error.what();
    }
    return "(accepted)";
  };
  Sample sample = synthetic_samples(1, 1)[0];
  sample.faces.clear();
  EXPECT_EQ(refusal(sample), "sample \"s1_1\": it has no frames, and texture cannot be told from motion");
  sample = synthetic_samples(1, 1)[0];
  sample.faces.resize(1);
  EXPECT_EQ(refusal(sample), "sample \"s1_1\": it has 1 faces from onset to offset; two are needed");
  sample = synthetic_samples(1, 1)[0];
  for (AlignedFace& face : sample.faces) face.image = face.image(cv::Rect(0, 0, 30, 6)).clone();
  EXPECT_EQ(refusal(sample), "sample \"s1_1\": its faces are 30x6 pixels; radius_xy and blocks need 7");
}

TEST(LbpTop, SaysWhichSettingIsWrong) {
  for (const char* setting : {"neighbours=6", "radius_xy=0", "radius_t=17", "sampling=\"cubic\"", "blocks=0",
                              "input.frames=2", "input.interpolation=\"none\"", "kernel=\"poly\""}) {
    const std::string text = setting;
    Settings config = default_config("lbp_top");
    config.set(text.substr(0, text.find('=')), text.substr(text.find('=') + 1), "--set");
    EXPECT_THROW(find_method("lbp_top").resolve_config(config), ConfigError) << setting;
  }
  Settings config = default_config("lbp_top");
  config.set("radius_t", "5", "--set");
  try {
    find_method("lbp_top").make_recognizer(config, three_emotions());
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_STREQ(error.what(), "lbp_top: input.frames = 10 is too short for radius_t = 5; it needs 11");
  }
}

}  // namespace
}  // namespace merkit::testing
