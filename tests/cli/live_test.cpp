// merkit run --live: intervals are told of while their clip is read.
#include "cli/run_merkit.h"
#include "cli/test_clips.h"
#include "support/drawn_face.h"
#include "support/temporary_folder.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

std::vector<json> records_of(const std::string& lines) {
  std::vector<json> records;
  std::istringstream stream(lines);
  for (std::string line; std::getline(stream, line);) records.push_back(json::parse(line));
  return records;
}

TEST(Live, IntervalsComeBeforeTheRecordOfTheirClipAndInOrderWhateverTheJobs) {
  const TemporaryFolder folder;
  cv::imwrite((folder / "face.png").string(), drawn_face(300));
  ASSERT_EQ(run_merkit({"synth", folder / "face.png", "--expression", "surprise", "--amplitude", "2.5", "--duration",
                        "0.4", "--fps", "25", "--lead", "6", "-o", folder / "clip"})
                .exit_code,
            0);
  const std::vector<std::string> command{
      "run", folder / "clip/frames", folder / "clip/frames", "--fps", "25", "--live", "--format", "jsonl", "--jobs"};
  const auto with_jobs = [&](const std::string& jobs) {
    auto arguments = command;
    arguments.push_back(jobs);
    const RunResult result = run_merkit(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::ofstream(folder / "found.jsonl") << result.out;
    const RunResult valid = run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", folder / "found.jsonl"});
    EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
    auto records = records_of(result.out);
    for (auto& record : records) record.erase("provenance");  // which holds the command
    return records;
  };
  const std::vector<json> one = with_jobs("1");
  ASSERT_EQ(one.size(), 4u);
  for (const int first : {0, 2}) {
    const json &early = one[first], &record = one[first + 1];
    EXPECT_EQ(early["schema"], "merkit/interval/1");
    EXPECT_EQ(record["schema"], "merkit/analysis/1");
    EXPECT_EQ(early["clip_id"], record["clip_id"]);
    ASSERT_EQ(record["intervals"].size(), 1u);
    EXPECT_LT(early["read_s"], record["duration_s"]);
    EXPECT_GE(early["read_s"].get<double>(), early["offset_s"].get<double>() + 5);
    for (const auto& [key, value] : record["intervals"][0].items()) {
      if (key == "spot_confidence") continue;  // which is relative to the whole clip
      EXPECT_EQ(early[key], value) << key;
    }
  }
  EXPECT_EQ(with_jobs("2"), one);
}

TEST(Live, IsForJsonLinesOnStdout) {
  const RunResult as_json = run_merkit({"run", "clip", "--live"});
  EXPECT_EQ(as_json.exit_code, 2);
  EXPECT_THAT(as_json.err, HasSubstr("--live writes one line an interval"));
  const RunResult to_file = run_merkit({"spot", "clip", "--live", "--format", "jsonl", "-o", "found.jsonl"});
  EXPECT_EQ(to_file.exit_code, 2);
  EXPECT_THAT(to_file.err, HasSubstr("> found.jsonl"));
}

}  // namespace
}  // namespace merkit::testing
