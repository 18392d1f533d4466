#include "merkit/data/annotated_video.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "support/temporary_folder.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFolder;

std::vector<ManifestClip> rows(const std::string& csv) { return Manifest::parse(csv, false, "m.csv").clips; }

/// As CAS(ME)^2 and SAMM Long Videos are converted: a row an expression, several of one video.
const char* const kExpressions =
    "clip_id,dataset,subject,frames,onset,apex,offset,fps,emotion,expression\n"
    "e1,sq,s15,s15/anger,50,60,70,30,anger,macro\n"
    "e2,sq,s15,s15/anger,20,24,28,30,disgust,micro\n"
    "e3,sq,s16,s16/anger,5,9,0,30,anger,micro\n"
    "e4,sq,s16,s16/anger,0,7,12,30,anger,macro\n"
    "e5,sq,s16,s16/anger,40,,0,30,anger,macro\n"
    "v6,sq,s17,s17/calm.mp4,,,,30,,\n";

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(AnnotatedVideos, RowsOfOneVideoAreItsEventsInOrderOfOnset) {
  const auto videos = videos_of(rows(kExpressions));
  ASSERT_EQ(videos.size(), 3u);
  ASSERT_EQ(videos[0].events.size(), 2u);
  EXPECT_EQ(videos[0].events[0].onset, 20);
  EXPECT_EQ(videos[0].events[0].emotion, "disgust");
  EXPECT_EQ(event_kind(videos[0].events[0]), "micro");
  EXPECT_EQ(event_kind(videos[0].events[1]), "macro");
  EXPECT_EQ(videos[0].clip.onset, std::nullopt);
  EXPECT_EQ(videos[0].clip.emotion, "");
  EXPECT_TRUE(videos[2].events.empty()) << "a video without expressions counts";
  EXPECT_EQ(videos[2].clip.clip_id, "v6");
}

TEST(AnnotatedVideos, VideosOfSeveralRowsAreNamedAfterTheirFramesAndIfNeedBeTheirPerson) {
  const auto videos = videos_of(rows(kExpressions));
  EXPECT_EQ(videos[0].clip.clip_id, "s15_anger");
  EXPECT_EQ(videos[1].clip.clip_id, "s16_anger");
  const auto alone = videos_of(rows("clip_id,subject,frames,onset,offset\na,s1,v.mp4,1,2\nb,s1,v.mp4,3,4\n"));
  EXPECT_EQ(alone[0].clip.clip_id, "v");
}

TEST(AnnotatedVideos, AnOffsetOfZeroIsTheApexAndAnOnsetOfZeroIsLeftOut) {
  const AnnotatedVideo video = videos_of(rows(kExpressions))[1];
  ASSERT_EQ(video.events.size(), 1u);
  EXPECT_EQ(video.events[0].onset, 5);
  EXPECT_EQ(video.events[0].offset, 9);
  EXPECT_EQ(video.events[0].problem, std::nullopt);
  EXPECT_EQ(video.clip.problem, std::nullopt);
  EXPECT_EQ(video.left_out, 2) << "one began before the video, one has neither offset nor apex";
}

TEST(AnnotatedVideos, ARowThatContradictsItselfIsTheVideosProblem) {
  const auto videos = videos_of(rows("clip_id,subject,frames,onset,apex,offset,fps\na,s1,v1.mp4,30,20,40,50\n"));
  ASSERT_TRUE(videos[0].clip.problem);
  EXPECT_EQ(videos[0].clip.problem->status(), Status::annotation_mismatch);
  EXPECT_THAT(videos[0].clip.problem->what(), HasSubstr("onset 30 lies after apex 20"));
}

TEST(AnnotatedVideos, RowsOfOneVideoMustAgree) {
  const std::string head = "clip_id,subject,frames,onset,offset,fps\na,s1,v.mp4,1,2,50\n";
  EXPECT_THAT(refusal([&] { videos_of(rows(head + "b,s2,v.mp4,3,4,50\n")); }), HasSubstr("differ in who is seen"));
  EXPECT_THAT(refusal([&] { videos_of(rows(head + "b,s1,v.mp4,3,4,25\n")); }), HasSubstr("differ in fps"));
  EXPECT_EQ(refusal([&] { videos_of(rows(head + "b,s1,v.mp4,3,4,50\n")); }), "accepted");
}

TEST(AnnotatedVideos, KindsAreSpelledAsInPublishedSheets) {
  EXPECT_EQ(expression_type("micro-expression"), ExpressionType::micro);
  EXPECT_EQ(expression_type("MaE"), ExpressionType::macro);
  EXPECT_EQ(expression_type("blink"), std::nullopt);
}

class TruthTable : public ::testing::Test {
 protected:
  int take(const std::string& table) {
    write_file_atomically(folder / "truth.csv", table);
    videos =
        videos_of(rows("clip_id,dataset,subject,frames,fps\n"
                       "first,a,s1,d/v1.mp4,50\nsecond,a,s2,d/v2.mp4,50\nthird,b,s1,e/v1.mp4,50\n"));
    return take_truth(videos, folder / "truth.csv");
  }
  TemporaryFolder folder;
  std::vector<AnnotatedVideo> videos;
};

TEST_F(TruthTable, NamesVideosByIdOrFileWithOrWithoutExtension) {
  const int elsewhere = take(
      "video,dataset,onset,apex,offset,type,emotion\n"
      "v1.mp4,a,30,35,40,micro,anger\nv2,,10,,20,blink,none\nsecond,,5,6,7,macro,fear\nthird,,3,4,5,,\n"
      "other.mp4,,1,2,3,micro,\nv2,,,,,,\n");
  EXPECT_EQ(elsewhere, 1);
  ASSERT_EQ(videos[0].events.size(), 1u);
  EXPECT_EQ(videos[0].events[0].emotion, "anger");
  EXPECT_EQ(videos[0].events[0].dataset, "a");
  ASSERT_EQ(videos[1].events.size(), 2u);
  EXPECT_EQ(event_kind(videos[1].events[0]), "macro");
  EXPECT_EQ(event_kind(videos[1].events[1]), "blink");
  EXPECT_EQ(videos[1].left_out, 0) << "a row without onset and offset only names the video";
  ASSERT_EQ(videos[2].events.size(), 1u);
  EXPECT_EQ(event_kind(videos[2].events[0]), "micro");
}

TEST_F(TruthTable, ThatCannotBeTakenSaysWhereAndWhy) {
  EXPECT_THAT(refusal([&] { take("video,onset\nv1,3\n"); }), HasSubstr("there is no column \"offset\""));
  EXPECT_THAT(refusal([&] { take("video,onset,offset\nv1,3,4\n"); }),
              HasSubstr("truth.csv:2: \"v1\" may be d/v1.mp4 or e/v1.mp4"));
  EXPECT_THAT(refusal([&] { take("video,onset,offset\nv2,3,x\n"); }),
              HasSubstr("truth.csv:2, column offset: expected a frame number (0, 1, 2, ...), got \"x\""));
  EXPECT_THAT(refusal([&] { take("video,onset,offset\nv7,3,4\n"); }), HasSubstr("names none of the 3 videos"));
}

}  // namespace
}  // namespace merkit
