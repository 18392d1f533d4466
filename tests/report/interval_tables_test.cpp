#include "merkit/evaluation/interval_tables.h"

#include "merkit/core/error.h"
#include "merkit/evaluation/evaluation.h"
#include "merkit/report/evaluation_report.h"
#include "merkit/report/spotting_table.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"
#include "support/well_formed.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class IntervalTables : public ::testing::Test {
 protected:
  std::filesystem::path written(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  IntervalTable read(const std::string& text) const { return read_interval_table(written("table", text)); }

  void expect_refused(const std::string& text, const std::string& why) const {
    try {
      read(text);
      FAIL() << text;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(why));
    }
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(IntervalTables, KeepApexEmotionSubjectAndWhatIsKnownOfVideos) {
  const IntervalTable table = read(
      "video,dataset,subject,onset,apex,offset,type,emotion,fps,duration_s,score\n"
      "v1.mp4,x,s1,1,4,9,micro,anger,50,24.5,0.25\n"
      "v1.mp4,x,s1,20,22,25,blink,none,50,24.5,\n"
      "v1.mp4,x,s1,30,,35,gaze,none,50,24.5,\n"
      "v2.mp4,x,s2,,,,,,200,10,\n"
      "v1.mp4,x,s1,40,,99,MAE,joy,50,24.5,1\n");
  ASSERT_EQ(table.intervals.size(), 2u);
  EXPECT_EQ(table.intervals[0].interval.apex, 4);
  EXPECT_EQ(table.intervals[0].emotion, "anger");
  EXPECT_EQ(table.intervals[0].subject, "s1");
  EXPECT_EQ(table.intervals[0].score, 0.25);
  EXPECT_FALSE(table.intervals[1].interval.apex);
  EXPECT_EQ(table.intervals[1].type, ExpressionType::macro);
  ASSERT_EQ(table.blinks.size(), 1u);
  EXPECT_EQ(table.blinks[0].interval.onset, 20);
  ASSERT_EQ(table.videos.size(), 2u);
  EXPECT_EQ(table.videos[0].dataset, "x");
  EXPECT_EQ(table.videos[0].duration_s, 24.5);
  EXPECT_EQ(table.videos[1].video, "v2") << "a video without an interval is one, too";
  EXPECT_EQ(table.videos[1].fps, 200);
}

TEST_F(IntervalTables, OfTheChallengesAreReadAsTheyAreWritten) {
  ClipAnalysis clip;
  clip.source = "dir/v1.mp4";
  clip.subject = "s1";
  Detection micro, macro;
  micro.interval = {10, 15, 20};
  micro.prediction = Prediction{1, {0, 1}, {}};
  macro.interval = {40, 60, 90};
  macro.type = ExpressionType::macro;
  macro.prediction = Prediction{0, {1, 0}, {}};
  clip.detections = {micro, macro};
  const LabelSet labels({"negative", "positive"});
  const IntervalTable megc = read(spotting_table(SpottingTable::megc22, {clip}, labels));
  ASSERT_EQ(megc.intervals.size(), 2u);
  EXPECT_EQ(megc.intervals[0].interval.offset, 20);
  EXPECT_EQ(megc.intervals[1].type, ExpressionType::macro);
  const IntervalTable strs = read(spotting_table(SpottingTable::strs, {clip}, labels));
  ASSERT_EQ(strs.intervals.size(), 2u);
  EXPECT_EQ(strs.intervals[0].emotion, "positive");
  EXPECT_EQ(strs.intervals[0].subject, "s1");
  EXPECT_EQ(strs.intervals[0].video, "v1");
}

TEST_F(IntervalTables, OfAnAnalysisTellWhatWasLookedAt) {
  const IntervalTable table = read(
      R"({"schema": "merkit/interval/1", "source": "a/v1.mp4", "onset": 1, "apex": 2, "offset": 3, "type": "micro"})"
      "\n"
      R"({"source": "a/v1.mp4", "status": "ok", "fps": 50, "duration_s": 24, "intervals": [)"
      R"({"onset": 3, "apex": 5, "offset": 9, "type": "micro", "spot_confidence": 0.5, "label_pred": "anger"}]})"
      "\n"
      R"({"source": "a/v2.mp4", "status": "no_face", "fps": null, "duration_s": 0, "intervals": []})");
  ASSERT_EQ(table.videos.size(), 2u);
  EXPECT_EQ(table.videos[0].duration_s, 24);
  EXPECT_FALSE(table.videos[0].failed);
  EXPECT_TRUE(table.videos[1].failed);
  ASSERT_EQ(table.intervals.size(), 1u);
  EXPECT_EQ(table.intervals[0].interval.apex, 5);
  EXPECT_EQ(table.intervals[0].emotion, "anger");
}

TEST_F(IntervalTables, OfAPublishedSpotterHoldTruthAndPredictions) {
  const IntervalTable table =
      read(",T_1,T_2,P_1,P_2,K,class\n15_01,5,9,5,8,0.8,TP\n15_01,-1,-1,20,29,0,FP\n15_02,3,9,-1,-1,0,FN\n");
  EXPECT_TRUE(table.holds_truth);
  ASSERT_EQ(table.truth.size(), 2u);
  EXPECT_EQ(table.truth[1].video, "15_02");
  EXPECT_EQ(table.truth[1].interval.offset, 9);
  ASSERT_EQ(table.intervals.size(), 2u);
  EXPECT_EQ(table.intervals[1].interval.onset, 20);
  EXPECT_EQ(table.videos.size(), 2u);
}

TEST_F(IntervalTables, RefuseWhatCannotBe) {
  expect_refused("video,onset,offset\nv,9,2\n", "table:2: the onset comes after the offset");
  expect_refused("video,onset,apex,offset\nv,1,12,9\n", "table:2: the apex lies outside of the interval");
  expect_refused("video,onset,offset,score\nv,1,9,high\n", "table:2: score must be a number, got \"high\"");
  expect_refused("video,onset,offset,fps\nv,1,9,-5\n", "table:2: fps must not be negative, got \"-5\"");
  expect_refused("video,onset,offset\n,1,9\n", "table:2: video is empty");
  expect_refused("video,onset,offset\nv,1,\n", "table:2: offset must be a whole number, got \"\"");
  expect_refused(",T_1,T_2,P_1,P_2,K,class\nv,5,3,-1,-1,,FN\n", "table:2: T_1 comes after T_2");
  expect_refused(R"({"source": "v.mp4", "intervals": [{"onset": 3, "offset": 1, "type": "micro"}]})",
                 "table: v: the onset comes after the offset");
}

TEST_F(IntervalTables, KeepVideosOfOneNameApart) {
  const std::string header = "subject,video,onset,offset,emotion\n";
  const IntervalTable truth = read(header + "1,EP02,5,20,anger\n9,EP02,40,60,joy\n9,EP03,1,9,joy\n");
  const SpottingData data = spotting_data({read(header + "9,EP02,5,20,anger\n9,EP03,1,9,joy\n")}, truth);
  EXPECT_EQ(data.truth[0].video, "1/EP02");
  EXPECT_EQ(data.predictions[0].video, "9/EP02");
  EXPECT_EQ(data.predictions[1].video, "EP03");
  EXPECT_EQ(score_spotting(data).overall.true_positives, 1) << "subject 9 shows nothing at frame 5";
  try {
    spotting_data({read("video,onset,offset\nEP02,5,20\n")}, truth);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("does not say whose video EP02 is: subjects 1 and 9"));
  }
}

TEST_F(IntervalTables, AreCompletedByATableOfVideos) {
  const auto videos =
      read_videos(written("videos.csv", "video,fps,frames,subject\nv1.mp4,50,1200,s1\nv2.mp4,25,750,s2\n"));
  ASSERT_EQ(videos.size(), 2u);
  EXPECT_EQ(videos[0].duration_s, 24);
  const IntervalTable truth = read("video,onset,offset,fps\nv1,5,20,49\n");
  const SpottingData data = spotting_data({read("video,onset,offset\nv1,5,20\n")}, truth, videos, "mine");
  ASSERT_EQ(data.videos.size(), 2u);
  EXPECT_EQ(data.videos[0].fps, 50) << "what the table says goes first";
  EXPECT_EQ(data.videos[0].dataset, "mine");
  EXPECT_EQ(data.videos[1].subject, "s2");
  const SpottingScores scores = score_spotting(data);
  EXPECT_EQ(scores.videos_without_expression, 1);
  EXPECT_DOUBLE_EQ(*scores.minutes, 0.9);
  EXPECT_THROW(read_videos(written("bad.csv", "name,fps\nv,50\n")), InputError);
}

TEST_F(IntervalTables, GiveAnEvaluationThatTellsOfEachInterval) {
  Evaluation evaluation;
  evaluation.spotting.emplace();
  evaluation.spotting->data =
      spotting_data({read("video,onset,offset,type,label_pred\nv,10,19,me,joy\nv,50,59,me,joy\nv,90,99,mae,joy\n")},
                    read("video,onset,apex,offset,type,emotion,fps,duration_s\nv,10,12,20,micro,joy,50,30\nv,200,,300,"
                         "macro,joy,50,30\n"
                         "v,54,55,56,blink,none,50,30\n"));
  evaluation.spotting->scores = score_spotting(evaluation.spotting->data);
  const json spotting = json::parse(evaluation_json(evaluation, {}))["spotting"];
  EXPECT_EQ(spotting["rules"]["name"], "merkit");
  EXPECT_EQ(spotting["overall"]["true_positives"], 1);
  EXPECT_EQ(spotting["apex"]["micro"]["mae_frames"], 2);
  EXPECT_EQ(spotting["apex"]["macro"]["mae_ms"], nullptr);
  EXPECT_EQ(spotting["false_alarms_per_minute"]["overall"], 4);
  EXPECT_EQ(spotting["blinks"]["taken_for_expressions"], 1);
  EXPECT_EQ(spotting["recognition"]["strs"], 0.4);
  const json intervals = spotting["intervals"];
  ASSERT_EQ(intervals.size(), 4u);
  EXPECT_EQ(intervals[0]["verdict"], "TP");
  EXPECT_EQ(intervals[0]["iou"].get<double>(), 10.0 / 11);
  EXPECT_EQ(intervals[0]["true_offset"], 20);
  EXPECT_EQ(intervals[2]["verdict"], "FP");
  EXPECT_EQ(intervals[2]["type"], "macro");
  EXPECT_EQ(intervals[2]["true_onset"], nullptr);
  EXPECT_EQ(intervals[3]["verdict"], "FN");
  EXPECT_EQ(intervals[3]["onset"], nullptr);

  EXPECT_THAT(evaluation_csv(evaluation), HasSubstr("overall,f1,0.4\n"));
  EXPECT_THAT(evaluation_csv(evaluation), HasSubstr("recognition,strs,0.4\n"));
  const std::string markdown = evaluation_markdown(evaluation);
  EXPECT_THAT(markdown, HasSubstr("| micro | 1 | 1 | 0 | 0.5000 | 1.0000 | 0.6667 |\n"));
  EXPECT_THAT(markdown, HasSubstr("| macro | 0.0000 | - | - | 0.0000 | 0.0000 |\n"));
  EXPECT_THAT(markdown, HasSubstr("\n4.00 false alarms a minute (2.00 of them micro) in 0.5 minutes.\n"));
  EXPECT_THAT(markdown, HasSubstr("\n1 of 1 blinks are taken for expressions.\n"));
  EXPECT_THAT(markdown, HasSubstr("STRS 0.4000.\n"));
  const std::string page = evaluation_html(evaluation, {"merkit", "evaluate"});
  EXPECT_EQ(testing::what_is_malformed(page), "");
  EXPECT_THAT(page, HasSubstr("50 to 59"));
  EXPECT_THAT(page, HasSubstr("1 of 1 blinks are taken for expressions."));
  EXPECT_THAT(evaluation_latex(evaluation), HasSubstr("micro & 1 & 1 & 0 & 0.5000 & 1.0000 & 0.6667 \\\\\n"));
}

TEST(PublishedRecord, IsScoredAsItWas) {
  MERKIT_NEEDS_DATA("spotting/mdmo_casme_sq_record.csv");
  const auto file = testing::data_directory() / "spotting/mdmo_casme_sq_record.csv";
  ASSERT_TRUE(holds_intervals(file));
  const IntervalTable table = read_interval_table(file);
  ASSERT_TRUE(table.holds_truth);
  const SpottingScores scores = score_spotting(spotting_data({table}, table));
  EXPECT_EQ(scores.overall.true_positives, 31);
  EXPECT_EQ(scores.overall.false_positives, 908);
  EXPECT_EQ(scores.overall.false_negatives, 26);
  EXPECT_NEAR(scores.overall.f1, 0.0622, 5e-5);
}

}  // namespace
}  // namespace merkit
