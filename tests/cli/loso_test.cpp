// merkit loso and merkit merge on drawn motion images.
#include "cli/run_merkit.h"
#include "merkit/core/files.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using Words = std::vector<std::string>;

const char* const kResults[] = {"plan.json", "predictions.csv", "evaluation.json", "log.txt"};

/// Four people with six motion images each.
class Loso : public ::testing::Test {
 protected:
  Loso() {
    std::ofstream manifest(folder / "m.csv");
    manifest << "clip_id,dataset,subject,features,emotion\n";
    const char* emotions[] = {"anger", "happiness", "surprise"};
    for (const Sample& sample : synthetic_samples(4, 6)) {
      cv::imwrite((folder / (sample.id + ".png")).string(), *sample.motion_image);
      manifest << sample.id << ",synthetic," << sample.subject << "," << sample.id << ".png," << emotions[*sample.label]
               << "\n";
    }
  }

  RunResult loso(const std::string& directory, const Words& more = {},
                 const std::map<std::string, std::string>& environment = {}) const {
    Words words = words_for(directory);
    words.insert(words.end(), more.begin(), more.end());
    return run_merkit(words, environment);
  }
  Words words_for(const std::string& directory, const std::string& epochs = "3") const {
    return {
        "loso", "--manifest", folder / "m.csv",  "--method", "ststnet", "--set", "training.epochs=" + epochs, "--seeds",
        "1,2",  "-o",         folder / directory};
  }

  void expect_equal(const std::string& a, const std::string& b) const {
    for (const char* name : kResults) EXPECT_EQ(read_file(folder / a / name), read_file(folder / b / name)) << name;
  }

  TemporaryFolder folder;
};

TEST_F(Loso, StampsWhatWasChosenOnTheHeldOutPersonAsLeaky) {
  const RunResult run = loso("leaky", {"--epoch-selection", "test-oracle"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("these figures are too good"));
  const json evaluation = json::parse(read_file(folder / "leaky/evaluation.json"));
  EXPECT_EQ(evaluation["protocol"]["leaky"], true);
  EXPECT_EQ(evaluation["protocol"]["epoch_selection"], "test-oracle");
  EXPECT_THAT(read_file(folder / "leaky/log.txt"), HasSubstr("LEAKY"));
  const RunResult scored = run_merkit({"evaluate", folder / "leaky"});
  EXPECT_EQ(json::parse(scored.out)["protocol"]["leaky"], true) << scored.err;
  const RunResult page = run_merkit({"report", folder / "leaky"});
  EXPECT_THAT(page.out, HasSubstr("LEAKY")) << page.err;
  const RunResult other = loso("leaky", {"--epoch-selection", "inner"});
  EXPECT_EQ(other.exit_code, 3) << other.err;
  EXPECT_THAT(other.err, HasSubstr("it differs in choice of the epoch"));
}

TEST_F(Loso, ChoosesTheEpochOnOtherPeopleWhenTold) {
  const RunResult run = loso("inner", {"--epoch-selection", "inner"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const json evaluation = json::parse(read_file(folder / "inner/evaluation.json"));
  EXPECT_EQ(evaluation["protocol"]["leaky"], false);
  EXPECT_EQ(evaluation["protocol"]["epoch_selection"], "inner");
  EXPECT_THAT(read_file(folder / "inner/log.txt"), HasSubstr("scored as after epoch "));
}

TEST_F(Loso, WritesPredictionsOfEveryClipAndSeedAndEvaluateReadsThem) {
  const RunResult run = loso("run");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("4 folds, 2 seeds; 8 tasks to do"));
  const json evaluation = json::parse(read_file(folder / "run/evaluation.json"));
  EXPECT_EQ(evaluation["protocol"]["name"], "three_emotions");
  EXPECT_EQ(evaluation["protocol"]["seeds"], json({1, 2}));
  EXPECT_EQ(evaluation["protocol"]["leaky"], false);
  EXPECT_EQ(evaluation["per_seed"].size(), 2u);
  EXPECT_TRUE(evaluation["metrics"]["sd"].contains("uf1"));
  EXPECT_EQ(evaluation["folds"].size(), 4u);
  const double mean =
      (evaluation["per_seed"]["1"]["uf1"].get<double>() + evaluation["per_seed"]["2"]["uf1"].get<double>()) / 2;
  EXPECT_NEAR(evaluation["metrics"]["uf1"].get<double>(), mean, 2e-6);
  const RunResult scored = run_merkit({"evaluate", folder / "run"});
  ASSERT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_EQ(json::parse(scored.out)["metrics"], evaluation["metrics"]);
  EXPECT_THAT(read_file(folder / "run/log.txt"), HasSubstr("synthetic/s3 | predicted:"));
  const RunResult valid = run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", folder / "run/evaluation.json"});
  EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
}

TEST_F(Loso, PartsPutTogetherAreTheWholeToTheByte) {
  ASSERT_EQ(loso("whole", {"--jobs", "1"}).exit_code, 0);
  ASSERT_EQ(loso("part1", {"--shard", "1/2", "--jobs", "3"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(folder / "part1/evaluation.json"));
  const RunResult early = run_merkit({"merge", folder / "part1", "-o", folder / "merged"});
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_THAT(early.err, HasSubstr("4 of 8 tasks are still to be done: fold001-seed1, fold003-seed1, fold001-seed2"));
  for (const char* task : {"1", "3", "5", "7"})
    ASSERT_EQ(loso("part2", {"--task", "auto"}, {{"SLURM_ARRAY_TASK_ID", task}}).exit_code, 0);
  ASSERT_EQ(run_merkit({"merge", folder / "part1", folder / "part2", "-o", folder / "merged"}).exit_code, 0);
  expect_equal("whole", "merged");
}

TEST_F(Loso, GoesOnAfterAKillAndEndsInTheSameBytes) {
  ASSERT_EQ(loso("whole").exit_code, 0);
  {
    RunningMerkit running(words_for("killed"));
    while (!fs::exists(folder / "killed/tasks/fold001-seed1.json")) std::this_thread::yield();
    running.send(SIGKILL);
    running.wait();
  }
  ASSERT_FALSE(fs::exists(folder / "killed/evaluation.json"));
  const RunResult again = loso("killed");
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("were done before"));
  expect_equal("whole", "killed");
}

TEST_F(Loso, AnotherRunInTheDirectoryIsRefusedAndLeftAlone) {
  ASSERT_EQ(loso("run").exit_code, 0);
  const std::string plan = read_file(folder / "run/plan.json");
  Words other = words_for("run", "4");
  const RunResult refused = run_merkit(other);
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("holds another run: it differs in settings"));
  EXPECT_EQ(read_file(folder / "run/plan.json"), plan);
  EXPECT_EQ(run_merkit(words_for("other", "4")).exit_code, 0);
  const RunResult mixed = run_merkit({"merge", folder / "run", folder / "other", "-o", folder / "mixed"});
  EXPECT_EQ(mixed.exit_code, 3);
  EXPECT_THAT(mixed.err, HasSubstr("are parts of different runs: they differ in settings"));
}

TEST_F(Loso, TwoRunsAreComparedAndTablesWritten) {
  ASSERT_EQ(loso("a").exit_code, 0);
  ASSERT_EQ(run_merkit(words_for("b", "1")).exit_code, 0);
  const json found = json::parse(run_merkit({"evaluate", folder / "a", "--compare", folder / "b"}).out)["comparison"];
  EXPECT_EQ(found["both_right"].get<int>() + found["only_first"].get<int>() + found["only_second"].get<int>() +
                found["both_wrong"].get<int>(),
            48);
  EXPECT_EQ(found["exchanges"], 16);  // all of four people
  const RunResult same = run_merkit({"evaluate", folder / "a", "--compare", folder / "a", "--format", "markdown"});
  EXPECT_THAT(same.out, HasSubstr("| all | 48 | "));
  EXPECT_THAT(same.out, HasSubstr("McNemar p = 1, exchanging whole people p = 1."));
  const RunResult latex = run_merkit({"evaluate", folder / "a", "--format", "latex"});
  EXPECT_THAT(latex.out, HasSubstr("\\begin{tabular}{lrrrrr}\n\\toprule"));
  EXPECT_THAT(latex.out, HasSubstr("$\\pm$"));
}

TEST_F(Loso, AModelThatHasLearnedFromAHeldOutPersonCannotBringAStage) {
  const auto taught = [&](const std::string& method, const std::string& model) {
    return run_merkit({"train", "--manifest", folder / "m.csv", "--method", method, "-o", folder / model, "--without",
                       "synthetic/s1"})
        .exit_code;
  };
  ASSERT_EQ(taught("majority", "other.safetensors"), 0);
  const RunResult other = loso("other", {"--pretrained", folder / "other.safetensors"});
  EXPECT_EQ(other.exit_code, 4);
  EXPECT_THAT(other.err, HasSubstr("is of method \"majority\", not \"ststnet\""));

  const RunResult seen = run_merkit({"loso", "--manifest", folder / "m.csv", "--method", "majority", "--pretrained",
                                     folder / "other.safetensors", "-o", folder / "seen"});
  EXPECT_EQ(seen.exit_code, 3);
  EXPECT_THAT(seen.err, HasSubstr("has learned from synthetic/s2, who is held out in this run"));
  EXPECT_FALSE(fs::exists(folder / "seen"));

  const RunResult none = run_merkit({"train", "--manifest", folder / "m.csv", "--method", "majority", "--pretrained",
                                     folder / "other.safetensors", "-o", folder / "pupil.safetensors"});
  EXPECT_EQ(none.exit_code, 2);
  EXPECT_THAT(none.err, HasSubstr("majority has no stage without labels that a model could bring"));
  EXPECT_FALSE(fs::exists(folder / "pupil.safetensors"));
}

TEST_F(Loso, WhatCannotBeRunIsSaid) {
  EXPECT_EQ(loso("x", {"--protocol", "megc2020"}).exit_code, 2);
  EXPECT_EQ(loso("x", {"--shard", "3/2"}).exit_code, 2);
  EXPECT_EQ(loso("x", {"--task", "8"}).exit_code, 2);
  EXPECT_EQ(loso("x", {"--task", "auto"}, {{"SLURM_ARRAY_TASK_ID", ""}}).exit_code, 2);
  const RunResult nobody = loso("x", {"--protocol", "megc2019"});
  EXPECT_EQ(nobody.exit_code, 3);
  EXPECT_THAT(nobody.err, HasSubstr("no clip of the manifest takes part in protocol megc2019"));
  const RunResult one = loso("x", {"--subject", "synthetic/s1"});
  EXPECT_EQ(one.exit_code, 3);
  EXPECT_THAT(one.err, HasSubstr("only one subject"));
  std::ofstream(folder / "m.csv", std::ios::app) << "bad,synthetic,s1,missing.png,anger\n";
  const RunResult bad = loso("x");
  EXPECT_EQ(bad.exit_code, 3);
  EXPECT_THAT(bad.err, HasSubstr("1 of 25 clips cannot be used"));
  EXPECT_EQ(loso("x", {"--skip-failed"}).exit_code, 0);
}

}  // namespace
}  // namespace merkit::testing
