#include "merkit/data/dataset_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Manifest manifest_of(const std::string& rows) {
  return Manifest::parse("clip_id,dataset,subject,frames,onset,apex,offset,fps,emotion\n" + rows, false, "sets/m.csv");
}

/// "clip what" of every finding.
std::vector<std::string> found(const Manifest& manifest) {
  std::vector<std::string> result;
  for (const auto& finding : check_rows(manifest)) {
    EXPECT_EQ(finding_kinds().count(finding.what), 1u) << finding.what;
    EXPECT_FALSE(finding.detail.empty());
    result.push_back(finding.clip_id + " " + finding.what);
  }
  return result;
}

TEST(DatasetCheck, FindsNothingInSoundRows) {
  EXPECT_THAT(found(manifest_of("a,user,s1,a,1,2,3,200,Happiness\nb,user,s1,b,1,2,3,200,others\n")), IsEmpty());
}

TEST(DatasetCheck, FindsIntervalsOutOfOrder) {
  const auto findings = check_rows(manifest_of("a,user,s1,a,10,20,30,200,fear\nb,user,s1,b,10,40,30,200,fear\n"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].clip_id, "b");
  EXPECT_EQ(findings[0].severity, Severity::error);
  EXPECT_THAT(findings[0].detail, HasSubstr("apex 40 lies after offset 30"));
}

TEST(DatasetCheck, FindsTheSamePicturesAndIntervalTwice) {
  EXPECT_THAT(found(manifest_of("a,user,s1,long,1,2,9,200,fear\nb,user,s1,long,10,12,19,200,fear\n"
                                "c,user,s2,./long,1,5,9,200,anger\n")),
              ElementsAre("c duplicate_clip"));
}

TEST(DatasetCheck, FindsMissingAndUnknownEmotions) {
  EXPECT_THAT(found(manifest_of("a,user,s1,a,1,2,3,200,\nb,user,s1,b,1,2,3,200,hapiness\n")),
              ElementsAre("a no_emotion", "b unknown_emotion"));
}

TEST(DatasetCheck, FindsRatesThatNoCameraHasOrThatAreNotTheDataSets) {
  EXPECT_THAT(found(manifest_of("a,user,s1,a,1,2,3,2,fear\nb,user,s1,b,1,2,3,5000,fear\n"
                                "c,casme2,s1,c,1,2,3,200,fear\nd,casme2,s1,d,1,2,3,60,fear\n")),
              ElementsAre("a odd_fps", "b odd_fps", "d odd_fps"));
}

TEST(DatasetCheck, ComparesCountsWithThePublishedOnes) {
  const auto summaries = summarize_datasets(
      manifest_of("a,casme2,s1,a,1,2,3,200,Fear\nb,casme2,s2,b,1,2,3,200,fear\nc,mine,s1,c,1,2,3,200,joy\n"));
  ASSERT_EQ(summaries.size(), 2u);
  EXPECT_EQ(summaries[0].dataset, "casme2");
  EXPECT_EQ(summaries[0].clips, 2);
  EXPECT_EQ(summaries[0].subjects, 2);
  EXPECT_EQ(summaries[0].emotions, (std::map<std::string, int>{{"fear", 2}}));
  EXPECT_TRUE(summaries[0].has_published_counts);
  EXPECT_THAT(summaries[0].differences, ::testing::Contains(HasSubstr("subjects: 2 here, 26 published")));
  EXPECT_FALSE(summaries[1].has_published_counts);
  EXPECT_THAT(summaries[1].differences, IsEmpty());
}

}  // namespace
}  // namespace merkit
