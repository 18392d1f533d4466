// flow_regions and mdmd on drawn faces whose movements are known, with the settings they come with.

#include "merkit/core/error.h"
#include "methods/drawn_clip.h"
#include "methods/method_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {

inline void PrintTo(const Method& method, std::ostream* out) { *out << method.name; }

namespace {

using testing::bump;
using ::testing::HasSubstr;
using testing::moved;
using testing::skin;
using testing::spotted_in;
using testing::with_noise;
using testing::with_smile;

class DrawnClip : public ::testing::TestWithParam<Method> {
 protected:
  const std::unique_ptr<Spotter> spotter_ = GetParam().make_spotter(default_config(GetParam().name), {});
  const cv::Mat still_ = skin();
  cv::RNG random_{5};

  /// As a camera would show it.
  cv::Mat seen(const cv::Mat& picture) { return with_noise(picture, random_); }
};

TEST_P(DrawnClip, ShowsTheSameMovementAtEveryFrameRate) {
  for (const double fps : {30.0, 60.0, 100.0}) {
    const auto result =
        spotted_in(*spotter_, 3, fps, [&](double t) { return seen(with_smile(still_, 2 * bump(t, 1.4, 1.55, 1.8))); });
    ASSERT_EQ(result.detections.size(), 1u) << fps;
    const Detection& found = result.detections[0];
    const Interval truth{static_cast<int>(std::lround(1.4 * fps)), {}, static_cast<int>(std::lround(1.8 * fps))};
    EXPECT_GE(iou(found.interval, truth), 0.6) << fps << ": " << found.onset_s << " to " << found.offset_s;
    EXPECT_EQ(found.type, ExpressionType::micro) << fps;
    EXPECT_NEAR(found.apex_s, 1.55, 0.07) << fps;
  }
}

TEST_P(DrawnClip, ShowsAMovementWhoseFramesComeIrregularly) {
  const double fps = 60;
  const auto session = spotter_->start(45);
  std::vector<int> numbers;
  for (int i = 0; i < 180; ++i) {
    if (i % 7 == 2 || i % 5 == 3) continue;  // 124 of 180 frames are there
    const double t = i / fps;
    session->push(testing::face_of(i, fps, seen(with_smile(still_, 2 * bump(t, 1.4, 1.55, 1.8)))));
  }
  const auto found = session->finish().detections;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_GE(iou(found[0].interval, {84, {}, 108}), 0.6) << found[0].onset_s << " to " << found[0].offset_s;
}

TEST_P(DrawnClip, CallsALongMovementMacro) {
  const auto result =
      spotted_in(*spotter_, 6, 30, [&](double t) { return seen(with_smile(still_, 4 * bump(t, 2.0, 2.6, 3.6))); });
  ASSERT_EQ(result.detections.size(), 1u);
  EXPECT_EQ(result.detections[0].type, ExpressionType::macro);
  EXPECT_GE(iou(result.detections[0].interval, {60, {}, 108}), 0.6);
}

TEST_P(DrawnClip, ShowsNothingInCameraNoise) {
  const auto result = spotted_in(*spotter_, 3, 50, [&](double) { return seen(still_); });
  EXPECT_TRUE(result.detections.empty());
}

TEST_P(DrawnClip, ShowsNothingInAStillPicture) {
  const auto result = spotted_in(*spotter_, 2, 50, [&](double) { return still_; });
  EXPECT_TRUE(result.detections.empty());
}

TEST_P(DrawnClip, ShowsNothingWhereOnlyTheEyesMove) {
  const auto result = spotted_in(*spotter_, 3, 50, [&](double t) {
    return seen(moved(still_, {{42, 60}, {98, 60}}, 5, 4 * bump(t, 1.4, 1.5, 1.7)));
  });
  EXPECT_TRUE(result.detections.empty());
}

TEST_P(DrawnClip, SaysHowManyFramesAreNeeded) {
  try {
    spotted_in(*spotter_, 0.1, 100, [&](double) { return still_; });
    FAIL();
  } catch (const ClipError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().name + " needs at least 11 frames at this frame rate, got 10"));
  }
}

TEST_P(DrawnClip, RefusesSettingsThatMakeNoSense) {
  EXPECT_THROW(GetParam().make_spotter(Settings::parse(R"({"boundary": 1})", "spot.json"), {}), ConfigError);
  EXPECT_THROW(GetParam().make_spotter(Settings::parse(R"({"train": 1})", "spot.json"), {}), ConfigError);
  EXPECT_THROW(GetParam().make_spotter(Settings::parse(R"({"lag": 3})", "spot.json"), {}), ConfigError);
  EXPECT_THROW(spotter_->start(0), std::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(Of, DrawnClip, ::testing::Values(catalog::flow_regions(), catalog::mdmd()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace merkit
