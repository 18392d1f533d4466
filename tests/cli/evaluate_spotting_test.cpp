// merkit evaluate on intervals, as a user runs it.
#include "cli/run_merkit.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

#include <fstream>
#include <map>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class EvaluateSpotting : public ::testing::Test {
 protected:
  std::string written(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }
  const TemporaryFolder folder_;
};

TEST_F(EvaluateSpotting, GivesADocumentOfTheSchema) {
  const std::string truth = written("t.csv",
                                    "video,subject,dataset,onset,apex,offset,type,emotion,fps,duration_s\n"
                                    "v.mp4,s1,x,10,14,19,micro,disgust,50,30\nv.mp4,s1,x,40,42,45,blink,,50,30\n");
  const std::string found =
      written("p.csv", "subject,video,onset,offset,emotion\ns1,v,10,19,contempt\ns1,v,40,46,joy\n");
  const std::string out = folder_ / "e.json";
  const RunResult run =
      run_merkit({"evaluate", found, "--truth", truth, "--rules", "megc2025", "--matching", "maximum", "-o", out});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const RunResult valid = run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", out});
  EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
  std::ifstream stream(out);
  const json spotting = json::parse(stream)["spotting"];
  EXPECT_EQ(spotting["rules"]["name"], "megc2025");
  EXPECT_EQ(spotting["rules"]["matching"], "maximum");
  EXPECT_EQ(spotting["micro"]["f1"], 0.666667);
  EXPECT_EQ(spotting["recognition"]["n"], 1) << "disgust is negative by the rules' own classes, and so is contempt";
  EXPECT_EQ(spotting["recognition"]["confusion"][0][0], 1);
  EXPECT_EQ(spotting["blinks"]["taken_for_expressions"], 1);
  EXPECT_EQ(spotting["per_subject"]["x/s1"]["overall"]["true_positives"], 1);
}

TEST_F(EvaluateSpotting, SaysWhatIsMissingOrUnknown) {
  const std::string found = written("p.csv", "vid,pred_onset,pred_offset,type\nv,10,19,me\n");
  const std::string record = written("r.csv", ",T_1,T_2,P_1,P_2,K,class\nv,5,9,5,9,1,TP\n");
  const auto expect = [&](const std::vector<std::string>& arguments, int exit_code, const std::string& message) {
    std::vector<std::string> command{"evaluate"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const RunResult run = run_merkit(command);
    EXPECT_EQ(run.exit_code, exit_code) << message;
    EXPECT_THAT(run.err, HasSubstr(message));
    EXPECT_EQ(run.out, "");
  };
  expect({found}, 2, "intervals are scored against true ones");
  expect({record, "--truth", found}, 2, "holds true and predicted intervals");
  expect({found, "--truth", found, "--rules", "megc"}, 2, "unknown rules \"megc\"");
  expect({found, "--truth", found, "--matching", "best"}, 2, "--matching");
  expect({found, "--truth", found, "--rules", "megc2020_baseline"}, 2, "that of video v is not known");
  expect({found, "--truth", written("t.csv", "video,onset,offset\nv,9,1\n")}, 3, "t.csv:2: the onset comes after");
  const RunResult run =
      run_merkit({"evaluate", found, "--truth", found, "--rules", "megc2020_baseline", "--dataset", "casme_sq"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
}

TEST_F(EvaluateSpotting, ReproducesAPublishedRecord) {
  MERKIT_NEEDS_DATA("spotting/mdmo_casme_sq_record.csv");
  const auto file = data_directory() / "spotting/mdmo_casme_sq_record.csv";
  const RunResult run = run_merkit({"evaluate", file});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json spotting = json::parse(run.out)["spotting"];
  EXPECT_EQ(spotting["overall"]["true_positives"], 31);
  EXPECT_EQ(spotting["overall"]["false_positives"], 908);
  EXPECT_EQ(spotting["overall"]["false_negatives"], 26);
  EXPECT_NEAR(spotting["overall"]["f1"].get<double>(), 0.0622, 5e-5);

  // "video onset offset true_onset true_offset" -> the overlap that the record has.
  std::map<std::string, double> stored;
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    std::istringstream fields(line);
    std::vector<std::string> value(7);
    for (auto& field : value) std::getline(fields, field, ',');
    if (value[6].rfind("TP", 0) == 0)
      stored[value[0] + " " + value[3] + " " + value[4] + " " + value[1] + " " + value[2]] = std::stod(value[5]);
  }
  int compared = 0;
  for (const auto& interval : spotting["intervals"]) {
    if (interval["verdict"] != "TP") continue;
    std::ostringstream key;
    key << interval["video"].get<std::string>() << " " << interval["onset"] << " " << interval["offset"] << " "
        << interval["true_onset"] << " " << interval["true_offset"];
    ASSERT_EQ(stored.count(key.str()), 1u) << key.str();
    EXPECT_NEAR(interval["iou"].get<double>(), stored.at(key.str()), 1e-9) << key.str();
    ++compared;
  }
  EXPECT_EQ(compared, 31);
}

}  // namespace
}  // namespace merkit::testing
