// Inputs that cannot be processed: each has a row with its own status, and the batch goes on.
#include "cli/run_merkit.h"
#include "cli/test_clips.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

json records_of(const RunResult& result) { return json::parse(result.out).at("records"); }

/// The one record of a clip that must fail, from merkit run.
json failing(const fs::path& clip, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"run", clip.string(), "--fps", "100"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const RunResult result = run_merkit(arguments);
  EXPECT_EQ(result.exit_code, 1) << result.err;
  const json records = records_of(result);
  EXPECT_EQ(records.size(), 1u);
  return records.at(0);
}

TEST(BadClip, AMissingPathIsADecodeError) {
  const json record = failing("/nonexistent/clip.mp4");
  EXPECT_EQ(record["status"], "decode_error");
  EXPECT_THAT(record["error"]["message"], HasSubstr("/nonexistent/clip.mp4"));
}

TEST(BadClip, AnEmptyDirectoryIsADecodeError) {
  const TemporaryFolder folder;
  const json record = failing(folder.path());
  EXPECT_EQ(record["status"], "decode_error");
  EXPECT_THAT(record["error"]["hint"], HasSubstr("jpg"));
}

TEST(BadClip, TextRenamedToVideoIsADecodeError) {
  const TemporaryFolder folder;
  std::ofstream(folder / "text.mp4") << "this is not a video";
  EXPECT_EQ(failing(folder / "text.mp4")["status"], "decode_error");
}

TEST(BadClip, FramesWithoutAFaceAreNoFace) {
  const TemporaryFolder folder;
  write_faceless_clip(folder / "clip", 12);
  const json record = failing(folder / "clip");
  EXPECT_EQ(record["status"], "no_face");
  EXPECT_EQ(record["frames"], 12);
  EXPECT_EQ(record["error"]["message"], "no face found in any of 12 frames");
}

TEST(BadClip, AZeroByteFrameAmidTheSequenceIsNamed) {
  const TemporaryFolder folder;
  write_faceless_clip(folder / "clip", 5);
  std::ofstream(folder / "clip/000003.png", std::ios::trunc).flush();
  const json record = failing(folder / "clip");
  EXPECT_EQ(record["status"], "decode_error");
  EXPECT_THAT(record["error"]["message"], HasSubstr("000003.png"));
}

TEST(BadClip, ATruncatedJpegAmidTheSequenceIsNamed) {
  const TemporaryFolder folder;
  fs::create_directories(folder / "clip");
  cv::Mat frame(120, 160, CV_8UC3, cv::Scalar(10, 200, 90));
  for (int i = 0; i < 4; ++i) cv::imwrite((folder / ("clip/f" + std::to_string(i) + ".jpg")).string(), frame);
  fs::resize_file(folder / "clip/f2.jpg", fs::file_size(folder / "clip/f2.jpg") / 2);
  const json record = failing(folder / "clip");
  EXPECT_EQ(record["status"], "decode_error");
  EXPECT_THAT(record["error"]["message"], HasSubstr("f2.jpg"));
}

TEST(BadClip, FramesOfDifferingSizeAreUnsupported) {
  const TemporaryFolder folder;
  write_faceless_clip(folder / "clip", 3);
  cv::imwrite((folder / "clip/000003.png").string(), cv::Mat::zeros(60, 80, CV_8UC3));
  const json record = failing(folder / "clip");
  EXPECT_EQ(record["status"], "unsupported");
  EXPECT_THAT(record["error"]["message"], HasSubstr("80x60"));
}

TEST(BadClip, WithoutAFrameRateADirectoryIsUnsupported) {
  const TemporaryFolder folder;
  write_faceless_clip(folder / "clip", 3);
  const RunResult result = run_merkit({"run", folder / "clip"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(records_of(result)[0]["status"], "unsupported");
  EXPECT_THAT(records_of(result)[0]["error"]["hint"], HasSubstr("--fps"));
}

TEST(BadClip, OneFrameIsTooShortToRecognize) {
  const TemporaryFolder folder;
  write_faceless_clip(folder / "clip", 1);
  const RunResult result = run_merkit({"recognize", folder / "clip"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(records_of(result)[0]["status"], "too_short");
}

TEST(BadClip, AnIntervalOutsideTheClipIsAnAnnotationMismatch) {
  const TemporaryFolder folder;
  write_faceless_clip(folder / "clip", 5);
  const RunResult result = run_merkit({"recognize", folder / "clip", "--onset", "2", "--apex", "4", "--offset", "99"});
  EXPECT_EQ(result.exit_code, 1);
  const json record = records_of(result)[0];
  EXPECT_EQ(record["status"], "annotation_mismatch");
  EXPECT_EQ(record["error"]["message"], "offset 99 is not among the clip's frames 0..4");
}

class Batch : public ::testing::Test {
 protected:
  /// Seven good motion images and three bad rows.
  Batch() {
    std::string table = "clip_id,dataset,subject,features\r\n";
    for (int i = 0; i < 10; ++i) {
      const std::string name = "m" + std::to_string(i) + ".png";
      table += "c" + std::to_string(i) + ",d,s" + std::to_string(i) + "," + name + "\r\n";
      if (i == 2) continue;  // missing
      if (i == 5)
        std::ofstream(folder / name) << "no picture";
      else if (i == 8)
        cv::imwrite((folder / name).string(), cv::Mat::zeros(14, 14, CV_8UC3));
      else
        write_motion_image(folder / name, i);
    }
    std::ofstream(folder / "manifest.csv") << "\xEF\xBB\xBF" << table;
  }
  TemporaryFolder folder;
};

TEST_F(Batch, OfTenWithThreeBadClipsHasTenRowsAndExit1) {
  const RunResult result =
      run_merkit({"recognize", "--manifest", folder / "manifest.csv", "--failed", folder / "failed"});
  EXPECT_EQ(result.exit_code, 1);
  const json records = records_of(result);
  ASSERT_EQ(records.size(), 10u);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(records[i]["clip_id"], "c" + std::to_string(i)) << "rows keep the order of the manifest";
    EXPECT_EQ(records[i]["status"] == "ok", i != 2 && i != 5 && i != 8) << records[i];
  }
  EXPECT_EQ(records[8]["status"], "unsupported");
  std::ifstream failed(folder / "failed");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(failed), {}), "m2.png\nm5.png\nm8.png\n");
}

TEST_F(Batch, EqualRunsGiveEqualBytesWhateverTheJobs) {
  const std::vector<std::string> one{"recognize", "--manifest", folder / "manifest.csv", "--format", "csv", "-j", "1"};
  std::vector<std::string> four = one;
  four.back() = "4";
  const RunResult first = run_merkit(one);
  EXPECT_FALSE(first.out.empty());
  EXPECT_EQ(first.out, run_merkit(one).out);
  EXPECT_EQ(first.out, run_merkit(four).out);
}

TEST_F(Batch, FailFastStopsAtTheFirstFailureAndMaxFailuresAfterMore) {
  const auto rows = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{"recognize", "--manifest", folder / "manifest.csv", "-j", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return records_of(run_merkit(arguments)).size();
  };
  EXPECT_EQ(rows({"--fail-fast"}), 3u);
  EXPECT_EQ(rows({"--max-failures", "1"}), 6u);
}

TEST_F(Batch, OutputIsValidAgainstItsSchemaInJsonAndJsonLines) {
  for (const char* format : {"json", "jsonl"}) {
    ASSERT_EQ(run_merkit({"recognize", "--manifest", folder / "manifest.csv", "--format", format, "-o", folder / "out"})
                  .exit_code,
              1);
    const RunResult valid = run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", folder / "out"});
    EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
  }
}

TEST(Manifest, WhatIsWrongWithTheWholeFileIsExit3AndSaysWhere) {
  const struct {
    const char *text, *message;
  } cases[] = {
      {"clip_id,features\na,b.png\n", "subject"},
      {"clip_id,subject,features\na,s,b.png\na,s,c.png\n", "\"a\""},
      {"clip_id,subject,features\na,s,../b.png\n", ".."},
      {"clip_id,subject,features\na,s,/etc/b.png\n", "/etc/b.png"},
      {"clip_id,subject,features,onset\na,s,b.png,x\n", "onset"},
      {"clip_id,subject,features\na,s\n", ":2"},
      {"clip_id,subject,features\n\"a,s,b.png\n", "quote"},
      {"", "empty"},
  };
  for (const auto& wrong : cases) {
    const TemporaryFolder folder;
    std::ofstream(folder / "m.csv") << wrong.text;
    const RunResult result = run_merkit({"recognize", "--manifest", folder / "m.csv"});
    EXPECT_EQ(result.exit_code, 3) << wrong.text << result.err;
    EXPECT_THAT(result.err, HasSubstr("m.csv"));
    EXPECT_THAT(result.err, HasSubstr(wrong.message));
  }
  EXPECT_EQ(run_merkit({"recognize", "--manifest", "/nonexistent.csv"}).exit_code, 3);
}

TEST(Manifest, ARowThatContradictsItselfHasItsOwnStatus) {
  const TemporaryFolder folder;
  write_faceless_clip(folder / "clip", 5);
  std::ofstream(folder / "m.csv") << "clip_id,subject,frames,onset,apex,offset\na,s,clip,3,1,4\n";
  const RunResult result = run_merkit({"recognize", "--manifest", folder / "m.csv"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(records_of(result)[0]["status"], "annotation_mismatch");
}

TEST(Names, SpacesQuotesAndChineseCharactersWork) {
  const TemporaryFolder folder;
  const std::string name = "a \"quoted\" 'name' \xE5\xBE\xAE\xE8\xA1\xA8\xE6\x83\x85";
  fs::create_directories(folder / name);
  write_motion_image(folder / name / "m 1.png", 1);
  std::ofstream(folder / name / "m.csv") << "clip_id,subject,features\na,\"s,1\",m 1.png\n";
  const RunResult result =
      run_merkit({"recognize", "--manifest", folder / name / "m.csv", "-o", folder / name / "o.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(fs::exists(folder / name / "o.json"));
}

TEST(Output, APlaceThatCannotBeWrittenIsExit5BeforeAnyWork) {
  const TemporaryFolder folder;
  write_motion_image(folder / "m.png", 1);
  std::ofstream(folder / "m.csv") << "clip_id,subject,features\na,s,m.png\n";
  const RunResult missing =
      run_merkit({"recognize", "--manifest", folder / "m.csv", "-o", folder / "no/such/out.json"});
  EXPECT_EQ(missing.exit_code, 5);
  EXPECT_THAT(missing.err, HasSubstr("there is no directory"));
  const RunResult forbidden = run_merkit({"recognize", "--manifest", folder / "m.csv", "-o", "/proc/out.json"});
  EXPECT_EQ(forbidden.exit_code, 5) << "/proc takes no files, not even from root";
}

TEST(Output, AFullDiskIsExit5) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  const TemporaryFolder folder;
  write_motion_image(folder / "m.png", 1);
  std::ofstream(folder / "m.csv") << "clip_id,subject,features\na,s,m.png\n";
  const RunResult result = run_program({"bash", "-c",
                                        std::string(MERKIT_BINARY_DIR "/bin/merkit recognize --manifest '") +
                                            (folder / "m.csv").string() + "' > /dev/full"});
  EXPECT_EQ(result.exit_code, 5);
  EXPECT_THAT(result.err, HasSubstr("cannot write to stdout"));
}

TEST(Signals, SigtermInTheMiddleOfABatchLeavesAValidOutput) {
  const TemporaryFolder folder;
  std::string table = "clip_id,subject,features\n";
  write_motion_image(folder / "m.png", 1);
  for (int i = 0; i < 400000; ++i) table += "c" + std::to_string(i) + ",s,m.png\n";
  std::ofstream(folder / "m.csv") << table;
  RunningMerkit running({"recognize", "--manifest", folder / "m.csv", "-o", folder / "out.json", "-j", "1"});
  // The temporary file beside the target tells that rows are being written.
  const auto begun = [&] {
    for (const auto& entry : fs::directory_iterator(folder.path()))
      if (entry.path().filename().string().rfind(".out.json.", 0) == 0 && entry.file_size() > 20000) return true;
    return false;
  };
  while (!begun()) usleep(1000);
  running.send(SIGTERM);
  EXPECT_EQ(running.wait(), 143);
  std::ifstream stream(folder / "out.json");
  const json document = json::parse(stream);
  EXPECT_TRUE(document["summary"]["interrupted"]);
  EXPECT_GT(document["records"].size(), 0u);
  EXPECT_LT(document["records"].size(), 400000u);
}

}  // namespace
}  // namespace merkit::testing
