#include "merkit/pipeline/check_frames.h"

#include "support/temporary_folder.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>

namespace merkit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TemporaryFolder;

/// A folder of frames with these numbers, all different.
void write_frames(const std::filesystem::path& folder, const std::vector<int>& numbers, int shade = 0) {
  std::filesystem::create_directories(folder);
  for (const int number : numbers)
    cv::imwrite((folder / ("img" + std::to_string(number) + ".png")).string(),
                cv::Mat(8, 8, CV_8UC3, cv::Scalar(number, shade, 7)));
}

ManifestClip clip_of(const std::filesystem::path& folder, int onset, int apex, int offset) {
  ManifestClip clip;
  clip.clip_id = folder.filename();
  clip.frames = folder;
  clip.source = folder.filename();
  clip.onset = onset;
  clip.apex = apex;
  clip.offset = offset;
  return clip;
}

std::vector<std::string> kinds(const std::vector<Finding>& findings) {
  std::vector<std::string> result;
  for (const auto& finding : findings) result.push_back(finding.what);
  return result;
}

TEST(CheckFrames, FindsNothingInASoundClip) {
  const TemporaryFolder folder;
  write_frames(folder / "a", {46, 47, 48, 49, 50});
  const FrameCheck check = check_frames(clip_of(folder / "a", 46, 48, 50));
  EXPECT_THAT(check.findings, IsEmpty());
  EXPECT_TRUE(check.first_picture);
}

TEST(CheckFrames, FindsFramesThatAreNotThere) {
  const TemporaryFolder folder;
  const auto findings = check_frames(clip_of(folder / "nowhere", 1, 2, 3)).findings;
  EXPECT_THAT(kinds(findings), ElementsAre("frames_missing"));
  EXPECT_EQ(findings[0].severity, Severity::error);
}

TEST(CheckFrames, FindsGapsInsideTheIntervalAndNamesThem) {
  const TemporaryFolder folder;
  write_frames(folder / "a", {1, 5, 6, 9, 10, 12, 40});
  const auto findings = check_frames(clip_of(folder / "a", 5, 9, 12)).findings;
  ASSERT_THAT(kinds(findings), ElementsAre("frame_gap"));
  EXPECT_EQ(findings[0].severity, Severity::warning);
  EXPECT_EQ(findings[0].detail, "3 of 8 frames are missing: 7..8, 11");
}

TEST(CheckFrames, FindsAnIntervalOutsideTheFrames) {
  const TemporaryFolder folder;
  write_frames(folder / "a", {46, 47, 48, 50});
  for (const auto& clip :
       {clip_of(folder / "a", 45, 47, 50), clip_of(folder / "a", 46, 49, 50), clip_of(folder / "a", 46, 47, 51)}) {
    const auto findings = check_frames(clip).findings;
    ASSERT_THAT(kinds(findings), ElementsAre("interval_outside"));
    EXPECT_THAT(findings[0].detail, HasSubstr("not among the clip's frames 46..50"));
  }
}

TEST(CheckFrames, DecodesTheFramesThatCountOrAllWhenAskedTo) {
  const TemporaryFolder folder;
  write_frames(folder / "a", {1, 2, 3, 4, 5, 6, 7});
  const auto damage = [&](int number) {
    std::ofstream((folder / "a") / ("img" + std::to_string(number) + ".png")) << "no picture";
  };
  damage(3);
  damage(6);
  const ManifestClip clip = clip_of(folder / "a", 1, 4, 7);
  EXPECT_THAT(check_frames(clip).findings, IsEmpty());
  EXPECT_THAT(kinds(check_frames(clip, true).findings), ElementsAre("unreadable", "unreadable"));
  damage(4);
  EXPECT_THAT(kinds(check_frames(clip).findings), ElementsAre("unreadable"));
  EXPECT_THAT(check_frames(clip).findings[0].detail, HasSubstr("img4.png"));
}

TEST(CheckFrames, FindsTheSameFirstPictureInAnotherClip) {
  const TemporaryFolder folder;
  write_frames(folder / "a", {1, 2, 3});
  write_frames(folder / "b", {1, 2, 3});
  write_frames(folder / "c", {1, 2, 3}, 100);
  const std::vector<ManifestClip> clips = {clip_of(folder / "a", 1, 2, 3), clip_of(folder / "c", 1, 2, 3),
                                           clip_of(folder / "b", 1, 2, 3), clip_of(folder / "a", 1, 2, 2)};
  std::vector<std::optional<ContentHash>> pictures;
  for (const auto& clip : clips) pictures.push_back(check_frames(clip).first_picture);
  const auto findings = check_first_pictures(clips, pictures);
  ASSERT_EQ(findings.size(), 1u) << "of the same folder it is no surprise";
  EXPECT_EQ(findings[0].clip_id, "b");
  EXPECT_THAT(findings[0].detail, HasSubstr("that of a"));
}

}  // namespace
}  // namespace merkit
