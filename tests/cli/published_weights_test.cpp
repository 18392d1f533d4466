// The published STSTNet weights, each on the subject it never saw, through the same commands a user types.
#include "cli/run_merkit.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

#include <cmath>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(field);
  return fields;
}

/// The reference logits by clip, and the subjects in order.
struct Reference {
  std::map<std::string, std::vector<double>> logits;
  std::map<std::string, std::string> subject_keys;  ///< "s01" -> "smic_hs/s01"

  explicit Reference(const fs::path& file) {
    std::ifstream stream(file);
    std::string line;
    std::getline(stream, line);
    while (std::getline(stream, line)) {
      const auto fields = fields_of(line);
      for (int i = 5; i < 8; ++i) logits[fields[0]].push_back(std::stod(fields[i]));
      subject_keys[fields[2]] = fields[1] + "/" + fields[2];
    }
  }
};

TEST(PublishedWeights, GiveThePublishedFiguresThroughRecognizeAndEvaluate) {
  MERKIT_NEEDS_DATA("ststnet/weights");
  MERKIT_NEEDS_DATA("composite-flow/manifest.csv");
  const fs::path data = data_directory();
  const Reference reference(data / "ststnet/reference_logits.csv");
  ASSERT_EQ(reference.subject_keys.size(), 40u);
  std::string all_subjects;
  for (const auto& [name, key] : reference.subject_keys) all_subjects += (all_subjects.empty() ? "" : ",") + key;

  const TemporaryFolder folder;
  std::vector<std::string> evaluate{"evaluate"};
  double worst = 0;
  int clips = 0;
  for (const auto& [name, key] : reference.subject_keys) {
    const RunResult imported = run_program(
        {MERKIT_SOURCE_DIR "/scripts/import_pytorch.py", data / "ststnet/weights" / (name + ".pth"), "--method",
         "ststnet", "--subjects", all_subjects, "--held-out", key, "-o", folder / (name + ".safetensors")});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
    const RunResult recognized =
        run_merkit({"recognize", "--manifest", data / "composite-flow/manifest.csv", "--subject", key, "--model",
                    folder / (name + ".safetensors"), "--logits", "-o", folder / (name + ".json")});
    ASSERT_EQ(recognized.exit_code, 0) << recognized.err;
    evaluate.push_back(folder / (name + ".json"));
    std::ifstream stream(folder / (name + ".json"));
    const json document = json::parse(stream);
    for (const auto& record : document["records"]) {
      const auto& expected = reference.logits.at(record["clip_id"]);
      const char* classes[] = {"negative", "positive", "surprise"};
      for (int i = 0; i < 3; ++i)
        worst = std::max(worst, std::abs(record["logits"][classes[i]].get<double>() - expected[i]));
      ++clips;
    }
  }
  std::cout << "greatest logit difference over " << clips << " clips: " << worst << "\n";
  EXPECT_EQ(clips, 309);
  EXPECT_LT(worst, 1e-3);

  const json scores = json::parse(run_merkit(evaluate).out);
  EXPECT_NEAR(scores["metrics"]["accuracy"], 0.7573, 5e-5);
  EXPECT_NEAR(scores["metrics"]["uf1"], 0.7525, 5e-5);
  EXPECT_NEAR(scores["metrics"]["uar"], 0.7530, 5e-5);
  EXPECT_EQ(scores["confusion"], json::parse("[[124,26,8],[25,54,4],[8,4,56]]"));
}

TEST(PublishedWeights, AreRefusedOnSubjectsTheySaw) {
  MERKIT_NEEDS_DATA("ststnet/weights");
  const fs::path data = data_directory();
  const TemporaryFolder folder;
  ASSERT_EQ(run_program({MERKIT_SOURCE_DIR "/scripts/import_pytorch.py", data / "ststnet/weights/s01.pth", "--method",
                         "ststnet", "--subjects", "smic_hs/s02", "-o", folder / "m.safetensors"})
                .exit_code,
            0);
  std::vector<std::string> command{"recognize",
                                   "--manifest",
                                   data / "composite-flow/manifest.csv",
                                   "--subject",
                                   "smic_hs/s02",
                                   "--model",
                                   folder / "m.safetensors"};
  EXPECT_EQ(run_merkit(command).exit_code, 4);
  command.push_back("--allow-seen-subjects");
  const RunResult allowed = run_merkit(command);
  EXPECT_EQ(allowed.exit_code, 0);
  const json document = json::parse(allowed.out);
  EXPECT_TRUE(document["seen_subjects_allowed"]);
  EXPECT_TRUE(document["records"][0]["seen_subject"]);
  std::ofstream(folder / "p.json") << allowed.out;
  const RunResult scored = run_merkit({"evaluate", folder / "p.json"});
  EXPECT_EQ(json::parse(scored.out)["dataset"]["seen_subjects"], document["records"].size());
  EXPECT_THAT(scored.err, ::testing::HasSubstr("say nothing about new people"));
}

}  // namespace
}  // namespace merkit::testing
