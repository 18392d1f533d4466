#include "merkit/core/error.h"
#include "methods/method_list.h"
#include "support/drawn_crop.h"

#include <cmath>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit {
namespace {

using testing::bump;
using testing::face_of;
using ::testing::HasSubstr;
using testing::moved;
using testing::skin;

/// Pushes `seconds` of what `draw` makes of a time and returns what was found.
SpottingResult spot(double seconds, double fps, const std::function<cv::Mat(double)>& draw,
                    const std::function<void(AlignedFace&)>& change = {}) {
  const auto spotter = catalog::strain_peaks().make_spotter({}, {});
  const auto session = spotter->start(fps);
  for (int i = 0; i < std::lround(seconds * fps); ++i) {
    auto face = face_of(i, fps, draw(i / fps));
    if (change) change(face);
    session->push(face);
  }
  return session->finish();
}

class StrainPeaksAt : public ::testing::TestWithParam<double> {};

TEST_P(StrainPeaksAt, FindsAMovementOfTheMouth) {
  const double fps = GetParam();
  const cv::Mat still = skin();
  const auto result = spot(1.2, fps, [&](double t) {
    return moved(still, {{48, 126}, {92, 126}}, 14, -1.5 * bump(t, 0.4, 0.52, 0.7));
  });
  ASSERT_EQ(result.detections.size(), 1u);
  const auto& found = result.detections[0];
  const Interval truth{static_cast<int>(std::lround(0.4 * fps)), std::nullopt,
                       static_cast<int>(std::lround(0.7 * fps))};
  EXPECT_GE(iou(found.interval, truth), 0.7);
  EXPECT_EQ(found.type, ExpressionType::micro);
  EXPECT_NEAR(found.apex_s, 0.52, 0.05);
  EXPECT_DOUBLE_EQ(found.onset_s, found.interval.onset / fps);
  EXPECT_DOUBLE_EQ(found.offset_s, found.interval.offset / fps);
  EXPECT_GT(found.confidence, 0.5);
  EXPECT_LE(found.confidence, 1);
  ASSERT_EQ(result.signal.values.size(), static_cast<std::size_t>(std::lround(1.2 * fps)));
  EXPECT_EQ(result.signal.frames.back(), static_cast<int>(result.signal.values.size()) - 1);
  EXPECT_GT(result.signal.values[found.interval.apex.value()], result.signal.threshold);
}

INSTANTIATE_TEST_SUITE_P(FramesPerSecond, StrainPeaksAt, ::testing::Values(50.0, 100.0, 200.0));

TEST(StrainPeaks, CallsALongMovementMacro) {
  const cv::Mat still = skin();
  const auto result = spot(3, 25, [&](double t) {
    return moved(still, {{30, 42}, {50, 42}, {90, 42}, {110, 42}}, 10, -3 * bump(t, 0.6, 1.2, 2.2));
  });
  ASSERT_EQ(result.detections.size(), 1u);
  EXPECT_EQ(result.detections[0].type, ExpressionType::macro);
  EXPECT_GE(iou(result.detections[0].interval, {15, std::nullopt, 55}), 0.7);
}

TEST(StrainPeaks, FindsNothingInAStillClip) {
  const cv::Mat still = skin();
  const auto result = spot(1, 50, [&](double) { return still; });
  EXPECT_TRUE(result.detections.empty());
  for (const double value : result.signal.values) EXPECT_LE(value, 0.01);
}

TEST(StrainPeaks, FindsNothingInCameraNoise) {
  const cv::Mat still = skin();
  cv::RNG random(3);
  const auto result = spot(1, 50, [&](double) {
    cv::Mat noise(still.size(), CV_16SC3), sum;
    random.fill(noise, cv::RNG::NORMAL, 0, 2);
    cv::add(still, noise, sum, cv::noArray(), CV_8U);
    return sum;
  });
  EXPECT_TRUE(result.detections.empty());
}

TEST(StrainPeaks, FindsNothingWhereOnlyTheEyesMove) {
  const cv::Mat still = skin();
  const auto result = spot(1.2, 50, [&](double t) {
    return moved(still, {{42, 60}, {98, 60}}, 5, 4 * bump(t, 0.4, 0.5, 0.7));
  });
  EXPECT_TRUE(result.detections.empty());
}

TEST(StrainPeaks, FindsNothingAtACut) {
  const cv::Mat one = skin(1), two = skin(2);
  const auto change = [](AlignedFace& face) { face.segment = face.number < 25 || face.number >= 35 ? 0 : 1; };
  const auto result = spot(
      1.2, 50, [&](double t) { return t < 0.5 || t >= 0.7 ? one : two; }, change);
  EXPECT_TRUE(result.detections.empty());
}

TEST(StrainPeaks, BridgesNoLostFace) {
  const cv::Mat still = skin();
  const auto result = spot(
      1.2, 50,
      [&](double t) {
        return moved(still, {{48, 126}, {92, 126}}, 14, -1.5 * bump(t, 0.4, 0.56, 0.72));
      },
      [](AlignedFace& face) {
        if (face.number != 28) return;
        face.success = false;
        face.image.release();
      });
  EXPECT_TRUE(result.detections.empty());
  EXPECT_EQ(result.signal.values.at(28), 0);
}

TEST(StrainPeaks, SaysHowManyFramesItNeeds) {
  const auto spotter = catalog::strain_peaks().make_spotter({}, {});
  const auto session = spotter->start(100);
  for (int i = 0; i < 10; ++i) session->push(face_of(i, 100, skin()));
  try {
    session->finish();
    FAIL();
  } catch (const ClipError& error) {
    EXPECT_EQ(error.status(), Status::too_short);
    EXPECT_THAT(error.what(), HasSubstr("needs at least 11 frames at this frame rate, got 10"));
  }
}

TEST(StrainPeaks, SaysWhenThereIsNoFace) {
  const auto spotter = catalog::strain_peaks().make_spotter({}, {});
  const auto session = spotter->start(50);
  for (int i = 0; i < 40; ++i) {
    AlignedFace face;
    face.number = i;
    session->push(face);
  }
  try {
    session->finish();
    FAIL();
  } catch (const ClipError& error) {
    EXPECT_EQ(error.status(), Status::no_face);
    EXPECT_THAT(error.what(), HasSubstr("no face in any of 40 frames"));
  }
}

TEST(StrainPeaks, RefusesSettingsItCannotUse) {
  const auto error_of = [](const std::string& json) {
    try {
      catalog::strain_peaks().make_spotter(Settings::parse(json, "spot.json"), {});
    } catch (const ConfigError& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(error_of(R"({"feature": "colour"})"), HasSubstr("must be magnitude, strain or both"));
  EXPECT_THAT(error_of(R"({"boundary": 1})"), HasSubstr("must be in (0, 1)"));
  EXPECT_THAT(error_of(R"({"lag": 3})"), HasSubstr("/lag is not a known setting"));
  EXPECT_THROW(catalog::strain_peaks().make_spotter({}, {})->start(0), std::invalid_argument);
}

TEST(StrainPeaks, HasItsDefaultsInItsConfigurationFile) {
  const auto file = Settings::from_file(std::string(MERKIT_SOURCE_DIR) + "/configs/methods/strain_peaks.json");
  const Method method = catalog::strain_peaks();
  EXPECT_EQ(method.resolve_config(file).to_json(), method.resolve_config({}).to_json());
}

}  // namespace
}  // namespace merkit
