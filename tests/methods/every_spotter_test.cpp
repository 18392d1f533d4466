// What every spotter of the catalogue must find, and how it must say so.
#include "methods/every_spotter.h"

#include "merkit/core/error.h"

#include <thread>

namespace merkit::testing {
namespace {

TEST_P(EverySpotter, FindsWhatItWasShown) {
  if (is_network()) GTEST_SKIP() << "it needs more than four clips";
  const auto spotter = fitted();
  int right = 0;
  for (std::size_t i = 0; i < kClips.size(); ++i)
    for (const Detection& detection : spotted(*spotter, i).detections)
      if (iou(detection.interval, kClips[i].expression().interval) >= 0.5) ++right;
  EXPECT_GE(right, 3) << "of " << kClips.size();
}

TEST_P(EverySpotter, DecidesAsOneSessionDoes) {
  const auto spotter = fitted();
  const auto session = spotter->start(kFps);
  for (const AlignedFace& face : drawn()[0]) session->push(face);
  expect_same(session->finish(), spotted(*spotter, 0));
}

TEST_P(EverySpotter, LookingEarlyChangesNothing) {
  const auto spotter = fitted();
  const auto session = spotter->start(kFps);
  EXPECT_TRUE(session->so_far().detections.empty());
  for (std::size_t i = 0; i < drawn()[0].size(); ++i) {
    session->push(drawn()[0][i]);
    if (i % 50 != 37) continue;
    EXPECT_LE(session->so_far().signal.frames.size(), i + 1);
  }
  expect_same(session->finish(), spotted(*spotter, 0));
}

TEST_P(EverySpotter, FindsTheSameAgainAndBesideOthers) {
  const auto spotter = fitted(), again = fitted();
  const SpottingResult expected = spotted(*spotter, 1);
  expect_same(expected, spotted(*again, 1));
  SpottingResult beside[2];
  std::thread threads[2];
  for (int i = 0; i < 2; ++i) threads[i] = std::thread([&, i] { beside[i] = spotted(*spotter, 1); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : beside) expect_same(expected, result);
}

TEST_P(EverySpotter, SaysWhatItFindsInOrder) {
  const auto spotter = fitted();
  for (std::size_t i = 0; i < kClips.size(); ++i) {
    const SpottingResult result = spotted(*spotter, i);
    const std::size_t frames = drawn()[i].size();
    EXPECT_EQ(result.signal.frames.size(), frames);
    EXPECT_EQ(result.signal.times_s.size(), frames);
    EXPECT_EQ(result.signal.values.size(), frames);
    int last = -1;
    for (const Detection& detection : result.detections) {
      EXPECT_GT(detection.interval.onset, last);
      EXPECT_TRUE(detection.interval.is_valid());
      EXPECT_TRUE(detection.interval.apex.has_value());
      EXPECT_LT(detection.interval.offset, static_cast<int>(frames));
      EXPECT_DOUBLE_EQ(detection.onset_s, drawn()[i][detection.interval.onset].time_s);
      EXPECT_DOUBLE_EQ(detection.apex_s, drawn()[i][detection.interval.apex.value()].time_s);
      EXPECT_DOUBLE_EQ(detection.offset_s, drawn()[i][detection.interval.offset].time_s);
      EXPECT_TRUE(detection.confidence >= 0 && detection.confidence <= 1) << detection.confidence;
      last = detection.interval.offset;
    }
  }
}

TEST_P(EverySpotter, SaysWhenAClipIsTooShortOrWithoutAFace) {
  const auto spotter = make();
  const auto status_of = [&](const std::vector<AlignedFace>& faces) -> std::string {
    try {
      measured(*spotter, faces);
    } catch (const ClipError& error) {
      return std::string(to_string(error.status()));
    }
    return "(accepted)";
  };
  EXPECT_EQ(status_of({}), "too_short");
  EXPECT_EQ(status_of({drawn()[0].begin(), drawn()[0].begin() + 2}), "too_short");
  std::vector<AlignedFace> nobody(100);
  for (int i = 0; i < 100; ++i) {
    nobody[i].number = i;
    nobody[i].time_s = i / kFps;
  }
  EXPECT_EQ(status_of(nobody), "no_face");
}

TEST_P(EverySpotter, GoesOnWhereTheFaceIsLostOrAnotherPoseBegins) {
  const auto spotter = fitted();
  auto faces = drawn()[0];
  for (int i = 100; i < 110; ++i) {
    faces[i].success = false;
    faces[i].image.release();
  }
  for (std::size_t i = 150; i < faces.size(); ++i) faces[i].segment = 1;
  const SpottingResult result = spotter->spot(*measured(*spotter, faces));
  ASSERT_EQ(result.signal.values.size(), faces.size());
  for (const Detection& detection : result.detections)
    for (const int cut : {100, 109, 150})
      EXPECT_FALSE(detection.interval.onset < cut && cut < detection.interval.offset)
          << detection.interval.onset << "-" << detection.interval.offset;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EverySpotter, ::testing::ValuesIn(spotters()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace merkit::testing
