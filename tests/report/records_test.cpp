#include "merkit/report/records.h"

#include "merkit/evaluation/interval_tables.h"
#include "merkit/evaluation/predictions.h"
#include "merkit/report/frame_tables.h"
#include "merkit/report/record_writer.h"
#include "merkit/report/spotting_table.h"
#include "support/temporary_folder.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::HasSubstr;

const LabelSet kLabels({"negative", "positive", "surprise"});

PredictionRecord prediction(const std::string& id, int label) {
  PredictionRecord record;
  record.clip_id = id;
  record.dataset = "casme2";
  record.subject = "sub01";
  record.source = "a, \"b\" \xE5\xBE\xAE.mp4";
  record.interval = {3, 5, 9};
  record.label_true = "positive";
  record.prediction = Prediction{label, {0.25f, 0.5f, 0.25f}, {1, 2, 1}};
  record.model = "m";
  return record;
}

PredictionRecord failure(const std::string& id) {
  PredictionRecord record = prediction(id, 0);
  record.prediction.reset();
  record.problem = {Status::no_face, "no face found", "look at the camera"};
  return record;
}

ClipAnalysis analysis(std::vector<Detection> detections) {
  ClipAnalysis result;
  result.clip_id = "clip";
  result.source = "videos/clip.mp4";
  result.frames = 100;
  result.fps = 50;
  result.detections = std::move(detections);
  return result;
}

template <class... Records>
std::string written(RecordOptions options, const Records&... records) {
  std::ostringstream out;
  RecordWriter writer(out, options, {}, kLabels);
  (writer.write(records), ...);
  writer.finish();
  return out.str();
}

class EveryFormat : public ::testing::TestWithParam<RecordFormat> {};

TEST_P(EveryFormat, PredictionsReadBackAsTheyWereWritten) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "p") << written({GetParam(), "prediction", true, false}, prediction("a", 1), failure("b"));
  std::vector<std::string> classes;
  const auto read = read_predictions(folder / "p", classes);
  EXPECT_EQ(classes, kLabels.classes());
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].clip_id, "a");
  EXPECT_EQ(read[0].dataset, "casme2");
  EXPECT_EQ(read[0].label_true, "positive");
  EXPECT_EQ(read[0].label_pred, "positive");
  EXPECT_EQ(read[1].status, "no_face");
  EXPECT_EQ(read[1].label_pred, "");
}

TEST_P(EveryFormat, IntervalsReadBackAsTheyWereWritten) {
  Detection micro, macro;
  micro.interval = {10, 15, 20};
  micro.confidence = 0.5;
  macro.interval = {40, 60, 90};
  macro.type = ExpressionType::macro;
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "s") << written({GetParam(), "spotting", false, false}, analysis({micro, macro}),
                                         analysis({}));
  EXPECT_TRUE(holds_intervals(folder / "s"));
  const auto read = read_intervals(folder / "s");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0].video, "clip");
  EXPECT_EQ(read[0].interval.onset, 10);
  EXPECT_DOUBLE_EQ(read[0].score, 0.5);
  EXPECT_EQ(read[1].type, ExpressionType::macro);
  EXPECT_EQ(read[1].interval.offset, 90);
}

INSTANTIATE_TEST_SUITE_P(Records, EveryFormat,
                         ::testing::Values(RecordFormat::json, RecordFormat::jsonl, RecordFormat::csv),
                         [](const auto& info) { return record_format_names()[static_cast<std::size_t>(info.param)]; });

TEST(RecordWriter, CsvQuotesWhatNeedsIt) {
  EXPECT_THAT(written({RecordFormat::csv, "prediction", false, false}, prediction("a", 1)),
              HasSubstr("\"a, \"\"b\"\" \xE5\xBE\xAE.mp4\",3,5,9,"));
}

TEST(RecordWriter, ScoresKeepTheirDecimals) {
  EXPECT_THAT(written({RecordFormat::csv, "prediction", true, false}, prediction("a", 1)),
              HasSubstr(",positive,positive,0.5,0.25,0.5,0.25,1.0,2.0,1.0,ok,"));
}

TEST(RecordWriter, EveryClipHasARowInCsvEvenWithoutIntervals) {
  const std::string csv = written({RecordFormat::csv, "spotting", false, false}, analysis({}));
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 2);
  EXPECT_EQ(csv.substr(csv.rfind("clip,")), "clip,videos/clip.mp4,ok,,100,50.0,0.0,0,,,,,,,,\n");
}

TEST(RecordWriter, BytesThatAreNotUtf8DoNotBreakTheDocument) {
  PredictionRecord record = prediction("a", 1);
  record.source = "bad \xff name";
  EXPECT_NO_THROW(written({RecordFormat::json, "prediction", false, false}, record));
}

TEST(ReadIntervals, KnowsTheTablesOfTheChallenges) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "megc.csv") << "vid,pred_onset,pred_offset,type\nv1,1,9,me\nv1,20,80,mae\n";
  std::ofstream(folder / "truth.csv")
      << "video,subject,onset,apex,offset,type\nv1.mp4,s1,1,4,9,micro\nv1.mp4,s1,3,4,5,blink\n";
  EXPECT_EQ(read_intervals(folder / "megc.csv").at(1).type, ExpressionType::macro);
  const auto truth = read_intervals(folder / "truth.csv");
  ASSERT_EQ(truth.size(), 1u) << "blinks are no expressions";
  EXPECT_EQ(truth[0].video, "v1");
}

TEST(ReadIntervals, TakesAManifestForTheTruth) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "m.csv") << "clip_id,video,onset,offset,expression\na,v1,3,9,micro\nb,v1,20,90,macro\n";
  const auto truth = read_intervals(folder / "m.csv");
  ASSERT_EQ(truth.size(), 2u);
  EXPECT_EQ(truth[0].type, ExpressionType::micro);
  EXPECT_EQ(truth[1].type, ExpressionType::macro);
}

TEST(ReadIntervals, ErrorsNameTheLine) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "t.csv") << "video,onset,offset\nv,1,2\nv,x,2\n";
  try {
    read_intervals(folder / "t.csv");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("t.csv:3: onset must be a whole number, got \"x\""));
  }
}

TEST(SpottingTable, HasTheChallengesColumns) {
  Detection found;
  found.interval = {10, 15, 20};
  ClipAnalysis clip = analysis({found});
  clip.subject = "s1";
  EXPECT_EQ(spotting_table(SpottingTable::megc22, {clip}, kLabels), "vid,pred_onset,pred_offset,type\nclip,10,20,me\n");
  clip.detections[0].prediction = Prediction{2, {0, 0, 1}, {}};
  EXPECT_EQ(spotting_table(SpottingTable::strs, {clip}, kLabels),
            "subject,video,onset,offset,emotion\ns1,clip,10,20,surprise\n");
}

TEST(OpenFaceTable, HasItsColumnNamesAndSourceCoordinates) {
  EXPECT_THAT(openface_header(), ::testing::StartsWith("frame,face_id,timestamp,confidence,success,x_0,x_1,"));
  EXPECT_THAT(openface_header(), ::testing::EndsWith(",y_67,pts,source_file\n"));
  AlignedFace face;
  face.success = true;
  face.crop_from_source = {2, 0, -10, 0, 2, -20};
  face.landmarks[0] = {10, 20};
  EXPECT_THAT(openface_row({7, 0.5, {}, "x.png"}, face, 0), ::testing::StartsWith("7,0,0.5,0.0,1,10.0,"));
}

}  // namespace
}  // namespace merkit
