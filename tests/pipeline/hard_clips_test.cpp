// What recordings are like that nobody made for merkit: cuts, darkness, small faces, several, none for a while.
#include "merkit/methods/catalog.h"
#include "merkit/pipeline/analyze.h"
#include "pipeline/drawn_clip.h"
#include "pipeline/scene_cuts.h"
#include "support/one_opencv_thread.h"
#include "support/temporary_folder.h"

#include <random>

#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

/// The face on a wall with a pattern: vertical stripes of that period.
cv::Mat before_wall(const cv::Mat& face, cv::Point corner, int period = 37, cv::Size size = {400, 300}) {
  cv::Mat scene(size, CV_8UC3);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      scene.at<cv::Vec3b>(y, x) = cv::Vec3b::all(static_cast<uchar>(110 + 50 * std::sin(6.283 * x / period)));
  face.copyTo(scene(cv::Rect(corner, face.size())));
  return scene;
}

cv::Mat shrunk_face(int side) {
  cv::Mat face;
  cv::resize(drawn_face(400), face, {side, side}, 0, 0, cv::INTER_AREA);
  return face;
}

class HardClip : public ::testing::Test {
 protected:
  void SetUp() override {
    if (faces->file().empty()) GTEST_SKIP() << "this build reads no frames";
  }

  /// Frames 101 and on.
  ClipAnalysis analyzed(const std::vector<cv::Mat>& frames, int face = 0) {
    for (std::size_t i = 0; i < frames.size(); ++i)
      cv::imwrite(frame_file(folder.path(), static_cast<int>(i) + 1).string(), frames[i]);
    ClipRequest request;
    request.clip_id = request.source = "clip";
    request.clip = folder.path();
    request.options.fps = 25;
    FaceConfig config;
    config.face = face;
    return ClipAnalyzer(config, faces, find_method("strain_peaks").make_spotter(default_config("strain_peaks"), {}),
                        nullptr)
        .analyze(request);
  }

  static void expect_within_spans(const ClipAnalysis& clip) {
    for (const Detection& found : clip.detections) {
      const bool within = std::any_of(clip.spans.begin(), clip.spans.end(), [&](const FaceSpan& span) {
        return span.first <= found.interval.onset && found.interval.offset <= span.last;
      });
      EXPECT_TRUE(within) << found.interval.onset << " to " << found.interval.offset;
    }
  }

  const TemporaryFolder folder;
  const std::shared_ptr<const SharedFaceModel> faces = std::make_shared<SharedFaceModel>();
};

TEST_F(HardClip, AStillPictureShowsAFaceAndNoExpression) {
  const ClipAnalysis clip = analyzed(std::vector<cv::Mat>(40, moved_mouth(0)));
  EXPECT_EQ(clip.problem.status, Status::ok) << clip.problem.message;
  EXPECT_EQ(clip.frames_with_face, 40);
  ASSERT_EQ(clip.spans.size(), 1u);
  EXPECT_EQ(clip.spans[0].first, 101);
  EXPECT_EQ(clip.spans[0].last, 140);
  EXPECT_TRUE(clip.detections.empty());
}

TEST_F(HardClip, AFaceThatLeavesAndReturnsIsLookedAtBeforeAndAfter) {
  std::vector<cv::Mat> frames;
  for (int i = 0; i < 40; ++i) frames.push_back(before_wall(moved_mouth(course(i - 20)), {80, 40}));
  for (int i = 0; i < 10; ++i) frames.push_back(before_wall(cv::Mat(8, 8, CV_8UC3, cv::Scalar::all(90)), {80, 40}));
  for (int i = 0; i < 40; ++i) frames.push_back(before_wall(moved_mouth(course(i - 20)), {90, 50}));
  const ClipAnalysis clip = analyzed(frames);
  EXPECT_EQ(clip.problem.status, Status::ok) << clip.problem.message;
  EXPECT_EQ(clip.frames_with_face, 80);
  ASSERT_EQ(clip.spans.size(), 2u);
  EXPECT_EQ(clip.spans[0].last, 140);
  EXPECT_EQ(clip.spans[1].first, 151);
  ASSERT_EQ(clip.detections.size(), 2u);
  EXPECT_NEAR(clip.detections[0].interval.apex_or_middle(), 121, 1);
  EXPECT_NEAR(clip.detections[1].interval.apex_or_middle(), 171, 1);
  expect_within_spans(clip);
}

TEST_F(HardClip, OfSeveralFacesOneIsFollowedAndTheOthersAreTold) {
  std::vector<cv::Mat> frames;
  for (int i = 0; i < 4; ++i) {
    frames.push_back(before_wall(shrunk_face(300), {0, 20}, 37, {720, 340}));
    shrunk_face(250).copyTo(frames.back()(cv::Rect(300, 60, 250, 250)));
    shrunk_face(160).copyTo(frames.back()(cv::Rect(555, 60, 160, 160)));
  }
  const auto centre_x = [](const ClipAnalysis& clip) {
    if (clip.followed.poses.empty()) return -1.F;
    const auto& pose = clip.followed.poses.front();
    return transformed(clip.followed.landmarks.at(pose.segment), inverted(pose.crop_from_source))[30].x;
  };
  const ClipAnalysis first = analyzed(frames, 0), second = analyzed(frames, 1), third = analyzed(frames, 2);
  EXPECT_EQ(first.faces_seen, 2);
  EXPECT_NEAR(centre_x(first), 150, 12);
  EXPECT_NEAR(centre_x(second), 425, 12);
  EXPECT_NEAR(centre_x(third), 635, 12) << "found by searching for smaller faces";
  EXPECT_EQ(third.faces_seen, 3);
  const ClipAnalysis fourth = analyzed(frames, 3);
  EXPECT_EQ(fourth.problem.status, Status::no_face);
  EXPECT_EQ(fourth.faces_seen, 3);
}

TEST_F(HardClip, NothingIsFoundAcrossACut) {
  // The mouth goes out before the cut and is back after it, where the same face stands a little elsewhere.
  std::vector<cv::Mat> frames;
  for (int i = 0; i < 30; ++i) frames.push_back(before_wall(moved_mouth(course(std::min(0, i - 29))), {80, 40}));
  for (int i = 0; i < 30; ++i) frames.push_back(before_wall(moved_mouth(course(i)), {86, 44}, 61));
  const ClipAnalysis clip = analyzed(frames);
  EXPECT_EQ(clip.problem.status, Status::ok) << clip.problem.message;
  EXPECT_EQ(clip.frames_with_face, 60);
  ASSERT_EQ(clip.spans.size(), 2u);
  EXPECT_EQ(clip.spans[0].last, 130);
  EXPECT_EQ(clip.spans[1].first, 131);
  EXPECT_NE(clip.spans[0].segment, clip.spans[1].segment);
  EXPECT_EQ(clip.segments, 2);
  expect_within_spans(clip);
}

TEST_F(HardClip, InDarknessThereIsNoFace) {
  std::vector<cv::Mat> frames(20, moved_mouth(0) * 0.01);
  const ClipAnalysis dark = analyzed(frames);
  EXPECT_EQ(dark.problem.status, Status::no_face);
  EXPECT_EQ(dark.problem.message, "no face found in any of 20 frames");
  EXPECT_EQ(dark.frames, 20);
  EXPECT_TRUE(dark.spans.empty());
  std::fill(frames.begin(), frames.begin() + 12, moved_mouth(0));
  const ClipAnalysis dimmed = analyzed(frames);
  EXPECT_EQ(dimmed.problem.status, Status::ok);
  ASSERT_EQ(dimmed.spans.size(), 1u);
  EXPECT_EQ(dimmed.spans[0].last, 112);
}

TEST_F(HardClip, AFaceFortyPixelsWideIsFollowedAndOneOfTenIsNone) {
  // The drawn face takes 0.6 of its picture.
  const ClipAnalysis forty = analyzed(std::vector<cv::Mat>(12, before_wall(shrunk_face(67), {150, 100})));
  EXPECT_EQ(forty.problem.status, Status::ok) << forty.problem.message;
  EXPECT_EQ(forty.frames_with_face, 12);
  EXPECT_TRUE(forty.detections.empty());
  const ClipAnalysis ten = analyzed(std::vector<cv::Mat>(12, before_wall(shrunk_face(17), {150, 100})));
  EXPECT_EQ(ten.problem.status, Status::no_face);
}

TEST(SceneCuts, AreTheChangesThatNoMotionMakes) {
  std::mt19937 random(1);
  std::normal_distribution<float> noise(0, 6);
  SceneCuts cuts;
  for (int i = 0; i < 60; ++i) {
    // Someone moves, under camera noise and light that changes; at frame 40 he is elsewhere at once.
    const int x = i < 40 ? 60 + i : 20 + i;
    cv::Mat scene = before_wall(moved_mouth(0), {x, 40});
    scene *= 1 + 0.4 * std::sin(i / 3.0);
    for (auto pixel = scene.begin<cv::Vec3b>(); pixel != scene.end<cv::Vec3b>(); ++pixel)
      for (int c = 0; c < 3; ++c) (*pixel)[c] = cv::saturate_cast<uchar>((*pixel)[c] + noise(random));
    EXPECT_EQ(cuts.is_cut(scene, i / 25.0), i == 40) << i;
  }
  EXPECT_TRUE(cuts.is_cut(before_wall(shrunk_face(100), {200, 150}, 80), 60 / 25.0));
}

}  // namespace
}  // namespace merkit::testing
