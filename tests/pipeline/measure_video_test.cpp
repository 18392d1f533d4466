// A video read once, for a spotter to measure and a recognizer to learn from, and once more for what was found.
#include "merkit/pipeline/measure_video.h"

#include "merkit/methods/catalog.h"
#include "pipeline/drawn_clip.h"
#include "support/one_opencv_thread.h"
#include "support/temporary_folder.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Frames 101 to 140, of which the 20th, number 120, has moved most, then three without a face.
class MeasuredVideos : public ::testing::Test {
 protected:
  void SetUp() override {
    if (faces.file().empty()) GTEST_SKIP() << "this build reads no frames";
    write_clip(folder / "clip", 40, 3);
    video.clip.clip_id = "clip";
    video.clip.dataset = "drawn";
    video.clip.subject = "s1";
    video.clip.frames = folder / "clip";
    video.clip.source = "clip";
    video.clip.fps = 25;
    options.label = [](const ManifestClip& row) {
      return row.emotion == "happiness" ? std::optional<int>(1) : std::nullopt;
    };
  }

  void add_event(int onset, std::optional<int> apex, int offset, const std::string& kind, const std::string& emotion) {
    ManifestClip row = video.clip;
    row.onset = onset;
    row.apex = apex;
    row.offset = offset;
    row.other["type"] = kind;
    row.emotion = emotion;
    video.events.push_back(row);
  }
  MeasuredVideo measured() const { return measure_video(video, *spotter, options, faces); }

  const TemporaryFolder folder;
  const SharedFaceModel faces;
  const std::shared_ptr<Spotter> spotter = find_method("strain_peaks").make_spotter(default_config("strain_peaks"), {});
  AnnotatedVideo video;
  MeasureOptions options;
};

std::vector<int> numbers_of(const Sample& sample) {
  std::vector<int> numbers;
  for (const auto& face : sample.faces) numbers.push_back(face.number);
  return numbers;
}

TEST_F(MeasuredVideos, AreSpottedAsOneThatIsAnalysed) {
  const MeasuredVideo once = measured();
  const SpottingResult found = spotter->spot(*once.sample.measured);
  ClipRequest request;
  request.clip_id = request.source = "clip";
  request.clip = folder / "clip";
  request.options.fps = 25;
  const ClipAnalysis analysis =
      ClipAnalyzer({}, std::make_shared<SharedFaceModel>(), spotter, nullptr).analyze(request);
  EXPECT_EQ(found.signal.values, analysis.signal.values);
  ASSERT_EQ(found.detections.size(), 1u);
  ASSERT_EQ(analysis.detections.size(), 1u);
  EXPECT_EQ(found.detections[0].interval.onset, analysis.detections[0].interval.onset);
  EXPECT_EQ(once.duration_s, analysis.duration_s);
}

TEST_F(MeasuredVideos, HoldFacesOfMicroExpressionsWithAClassOnly) {
  options.expressions = FrameNeed::onset_and_apex;
  add_event(105, 107, 108, "blink", "happiness");
  add_event(112, 120, 127, "micro", "happiness");
  add_event(114, 121, 126, "micro", "others");
  add_event(130, 133, 136, "macro", "happiness");
  const MeasuredVideo once = measured();
  ASSERT_EQ(once.events.size(), 4u);
  EXPECT_EQ(once.events[0].kind, "blink");
  EXPECT_EQ(once.events[0].type, std::nullopt);
  EXPECT_EQ(once.events[1].label, 1);
  EXPECT_EQ(once.events[2].label, std::nullopt);
  ASSERT_EQ(once.sample.expressions.size(), 3u) << "a blink is nothing to learn to find";
  EXPECT_EQ(once.sample.expressions[2].type, ExpressionType::macro);
  ASSERT_EQ(once.expressions.size(), 1u);
  EXPECT_EQ(once.expressions[0].label, 1);
  EXPECT_EQ(once.expressions[0].subject_key(), "drawn/s1");
  EXPECT_THAT(numbers_of(once.expressions[0]), ElementsAre(112, 120));
  EXPECT_TRUE(once.unusable.empty());
}

TEST_F(MeasuredVideos, CountFramesAsTheManifestDoes) {
  options.expressions = FrameNeed::onset_and_apex;
  video.clip.frame_base = FrameBase::index1;
  add_event(12, 20, 27, "micro", "happiness");
  const MeasuredVideo from_1 = measured();
  EXPECT_EQ(from_1.events[0].interval.onset, 112);
  ASSERT_EQ(from_1.expressions.size(), 1u);
  EXPECT_THAT(numbers_of(from_1.expressions[0]), ElementsAre(112, 120));
  video.events.clear();
  video.clip.frame_base = FrameBase::index0;
  add_event(12, 20, 27, "micro", "happiness");
  EXPECT_THAT(numbers_of(measured().expressions[0]), ElementsAre(113, 121));
}

TEST_F(MeasuredVideos, WithoutAnApexFollowThePolicy) {
  options.expressions = FrameNeed::onset_and_apex;
  add_event(110, {}, 126, "micro", "happiness");
  EXPECT_THAT(numbers_of(measured().expressions[0]), ElementsAre(110, 118));
  EXPECT_EQ(measured().events[0].interval.apex, std::nullopt) << "the truth itself has none";
  options.apex = ApexPolicy::spot;
  EXPECT_THAT(numbers_of(measured().expressions[0]), ElementsAre(110, 120));
  options.apex = ApexPolicy::skip;
  const MeasuredVideo skipped = measured();
  EXPECT_TRUE(skipped.expressions.empty());
  ASSERT_EQ(skipped.unusable.size(), 1u);
  EXPECT_EQ(skipped.unusable[0].status, Status::annotation_mismatch);
  EXPECT_EQ(skipped.sample.expressions.size(), 1u) << "a spotter needs no apex";
}

TEST_F(MeasuredVideos, AnExpressionWithoutAFaceIsLeftOutAlone) {
  options.expressions = FrameNeed::onset_and_apex;
  add_event(112, 120, 127, "micro", "happiness");
  add_event(138, 142, 143, "micro", "happiness");
  const MeasuredVideo once = measured();
  EXPECT_EQ(once.expressions.size(), 1u);
  ASSERT_EQ(once.unusable.size(), 1u);
  EXPECT_EQ(once.unusable[0].status, Status::no_face);
  EXPECT_THAT(once.unusable[0].message, HasSubstr("at the apex, frame 142"));
}

TEST_F(MeasuredVideos, GiveTheSameCropsWhenReadAgain) {
  options.expressions = FrameNeed::onset_to_offset;
  add_event(112, 120, 127, "micro", "happiness");
  const MeasuredVideo once = measured();
  Detection found;
  found.interval = once.events[0].interval;
  const SampleSet again = crops_of(once, video.clip, {found}, FrameNeed::onset_to_offset);
  ASSERT_EQ(again.size(), 1u);
  ASSERT_EQ(again[0].faces.size(), 16u);
  ASSERT_EQ(once.expressions[0].faces.size(), 16u);
  EXPECT_FALSE(again[0].label);
  for (std::size_t i = 0; i < 16; ++i) {
    EXPECT_EQ(again[0].faces[i].number, once.expressions[0].faces[i].number);
    EXPECT_EQ(cv::norm(again[0].faces[i].image, once.expressions[0].faces[i].image, cv::NORM_INF), 0) << i;
  }
}

TEST_F(MeasuredVideos, AnEventOutsideOfTheVideoIsAMismatch) {
  add_event(112, 120, 200, "blink", "");
  try {
    measured();
    FAIL() << "not noticed";
  } catch (const ClipError& error) {
    EXPECT_EQ(error.status(), Status::annotation_mismatch);
    EXPECT_THAT(error.what(), HasSubstr("offset 200 is not among the clip's frames 101..143"));
  }
}

}  // namespace
}  // namespace merkit::testing
