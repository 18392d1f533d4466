// merkit explain on a drawn face that smiles for a moment.
#include "cli/run_merkit.h"
#include "cli/test_clips.h"
#include "merkit/core/files.h"
#include "support/drawn_face.h"
#include "support/temporary_folder.h"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

json document_in(const fs::path& file) { return json::parse(read_file(file)); }

void expect_valid(const fs::path& file) {
  const RunResult valid = run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", file});
  EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
}

class Explain : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    cv::imwrite((*folder / "face.png").string(), drawn_face(400));
    const RunResult made = run_merkit({"synth", *folder / "face.png", "--expression", "happiness", "--amplitude", "3",
                                       "--duration", "0.3", "--fps", "30", "--lead", "0.1", "-o", *folder / "clip"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    manifest = *folder / "clip/manifest.csv";
  }
  static void TearDownTestSuite() {
    delete folder;
    folder = nullptr;
  }

  static TemporaryFolder* folder;
  static fs::path manifest;
};
TemporaryFolder* Explain::folder = nullptr;
fs::path Explain::manifest;

TEST_F(Explain, ShowsWhatTheModelSaysAndWhereOnTheFaceItLooked) {
  const fs::path out = *folder / "why";
  const RunResult result = run_merkit({"explain", "--manifest", manifest, "-o", out});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::ofstream(*folder / "stdout.json") << result.out;
  expect_valid(*folder / "stdout.json");
  const fs::path clip = out / "face_happiness";
  expect_valid(clip / "explanation.json");
  const json why = document_in(clip / "explanation.json");

  const RunResult said = run_merkit({"recognize", "--manifest", manifest});
  ASSERT_EQ(said.exit_code, 0) << said.err;
  for (const char* key : {"label_pred", "confidence", "scores", "onset", "apex", "offset", "model"})
    EXPECT_EQ(why[key], json::parse(said.out)["records"][0][key]) << key;

  EXPECT_THAT(why["files"],
              ElementsAre("onset.png", "apex.png", "motion_tvl1.png", "gradcam.png", "gradcam_of_3_filters.png",
                          "gradcam_of_5_filters.png", "gradcam_of_8_filters.png", "overview.png", "explanation.json"));
  for (const std::string file : why["files"]) {
    ASSERT_TRUE(fs::exists(clip / file)) << file;
    if (file == "overview.png" || file == "explanation.json") continue;
    EXPECT_EQ(cv::imread((clip / file).string()).rows, 280) << file;
  }
  const cv::Mat overview = cv::imread((clip / "overview.png").string());
  EXPECT_EQ(overview.rows, 36 + 2 * (12 + 280 + 64)) << "seven pictures in two rows of four under a heading";

  // It is the face that smiles.
  const json& motion = why["motion"];
  EXPECT_TRUE(motion["learned"].is_null()) << "this model learns no motion";
  EXPECT_GT(motion["tvl1"]["face_p95_px"], 0.3);
  EXPECT_LT(motion["tvl1"]["face_p95_px"], 3);
  EXPECT_GT(motion["tvl1"]["face_mean_px"], 2 * motion["tvl1"]["elsewhere_mean_px"].get<double>());
  for (const auto& map : why["maps"]) EXPECT_LE(map["face_mean"], 1) << map;
}

TEST_F(Explain, IsTheSameTwiceAndInAnyFormat) {
  const auto explain = [&](const char* name, const char* format) {
    const RunResult result = run_merkit({"explain", "--manifest", manifest, "-o", *folder / name, "--format", format});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  };
  explain("first", "jsonl");
  const std::string lines = explain("second", "jsonl"), csv = explain("second", "csv");
  for (const auto& entry : fs::directory_iterator(*folder / "first/face_happiness")) {
    if (entry.path().extension() != ".png") continue;  // the other one says which command made it
    EXPECT_EQ(read_file(entry.path()), read_file(*folder / "second/face_happiness" / entry.path().filename()))
        << entry.path();
  }
  const json record = json::parse(lines);
  EXPECT_EQ(record["schema"], "merkit/explanation/1");
  EXPECT_THAT(csv, ::testing::StartsWith("clip_id,source,status,error,onset,apex,offset,label_pred,confidence,prob_"));
  EXPECT_THAT(csv, HasSubstr("face_happiness,"));
  EXPECT_THAT(csv, HasSubstr("," + record["label_pred"].get<std::string>() + ","));
}

TEST_F(Explain, OneBadClipHasItsRowAndTheOthersTheirPictures) {
  write_faceless_clip(*folder / "nobody", 5);
  write_motion_image(*folder / "ready.png", 1);
  std::ofstream(*folder / "mixed.csv") << "clip_id,subject,frames,features,onset,apex,offset,frame_base\n"
                                          "nobody,a,nobody,,0,2,4,filename\n"
                                          "missing,a,no_such_clip,,0,2,4,filename\n"
                                          "ready,a,,ready.png,,,,\n"
                                          "good,b,clip/frames,,3,7,11,filename\n";
  const fs::path out = *folder / "mixed";
  const RunResult result = run_merkit({"explain", "--manifest", *folder / "mixed.csv", "-o", out});
  EXPECT_EQ(result.exit_code, 1);
  std::ofstream(*folder / "stdout.json") << result.out;
  expect_valid(*folder / "stdout.json");
  const json records = json::parse(result.out)["records"];
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0]["status"], "no_face");
  EXPECT_EQ(records[1]["status"], "decode_error");
  EXPECT_EQ(records[2]["status"], "unsupported");
  EXPECT_EQ(records[2]["error"]["message"], "the row has a ready motion image and no frames");
  EXPECT_EQ(records[3]["status"], "ok") << records[3];
  EXPECT_THAT(records[0]["files"], ::testing::IsEmpty());
  EXPECT_TRUE(records[0]["label_pred"].is_null());
  std::set<std::string> made;
  for (const auto& entry : fs::directory_iterator(out)) made.insert(entry.path().filename().string());
  EXPECT_THAT(made, ElementsAre("good"));
}

TEST_F(Explain, SaysWhatIsMissing) {
  EXPECT_EQ(run_merkit({"explain", "--manifest", manifest}).exit_code, 2) << "no -o";
  const RunResult clips = run_merkit({"explain", "-o", *folder / "none"});
  EXPECT_EQ(clips.exit_code, 2);
  EXPECT_THAT(clips.err, HasSubstr("no clips given"));
  const RunResult model =
      run_merkit({"explain", "--manifest", manifest, "-o", *folder / "none", "--model", "no_such_model"});
  EXPECT_EQ(model.exit_code, 4);
  EXPECT_THAT(model.err, HasSubstr("no_such_model"));
  EXPECT_FALSE(fs::exists(*folder / "none"));
  const RunResult place = run_merkit({"explain", "--manifest", manifest, "-o", "/proc/none"});
  EXPECT_EQ(place.exit_code, 5);
  EXPECT_THAT(place.err, HasSubstr("/proc/none"));
}

}  // namespace
}  // namespace merkit::testing
