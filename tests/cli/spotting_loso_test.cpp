// merkit train and merkit loso over long videos: spotters, and chains with a recognizer, on drawn faces.
#include "cli/run_merkit.h"
#include "cli/test_clips.h"
#include "merkit/core/files.h"
#include "support/drawn_face.h"
#include "support/temporary_folder.h"
#include "support/well_formed.h"

#include <csignal>
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

const char* const kResults[] = {"plan.json", "predictions.csv", "evaluation.json", "log.txt"};

/// Videos of four people, each of whom shows one micro-expression, made once for all tests.
class Videos : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    std::ofstream manifest(*folder / "videos.csv"), truth(*folder / "truth.csv"), rows(*folder / "rows.csv");
    manifest << "clip_id,dataset,subject,frames,fps\n";
    truth << "video,subject,onset,apex,offset,type,emotion\n";
    rows << "clip_id,dataset,subject,frames,fps,onset,apex,offset,emotion,expression\n";
    for (int i = 1; i <= 4; ++i) {
      const std::string who = "s" + std::to_string(i), emotion = i % 2 ? "surprise" : "happiness";
      DrawnPerson person;
      person.seed = static_cast<std::uint32_t>(i);
      cv::imwrite((*folder / (who + ".png")).string(), drawn_face(320, person));
      const RunResult made = run_merkit({"synth", *folder / (who + ".png"), "--expression", emotion, "--amplitude", "3",
                                         "--duration", "0.4", "--fps", "50", "--lead", "0.5", "-o", *folder / who});
      ASSERT_EQ(made.exit_code, 0) << made.err;
      const json known = json::parse(read_file(*folder / who / "truth.json"));
      const std::string interval = known["onset"].dump() + "," + known["apex"].dump() + "," + known["offset"].dump();
      manifest << who << ",drawn," << who << "," << who << "/frames,50\n";
      truth << who << "," << who << "," << interval << ",micro," << emotion << "\n";
      truth << who << "," << who << ",2,3,5,blink,none\n";
      rows << "a" << i << ",drawn," << who << "," << who << "/frames,50," << interval << "," << emotion << ",micro\n";
      rows << "b" << i << ",drawn," << who << "," << who << "/frames,50,2,3,5,none,blink\n";
    }
  }
  static void TearDownTestSuite() {
    delete folder;
    folder = nullptr;
  }

  static Words loso_words(const std::string& directory, const Words& more = {}) {
    Words words{"loso",         "--manifest", *folder / "videos.csv", "--truth", *folder / "truth.csv", "--method",
                "strain_peaks", "-o",         *folder / directory};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  static RunResult loso(const std::string& directory, const Words& more = {}) {
    return run_merkit(loso_words(directory, more));
  }
  static json evaluation_of(const std::string& directory) {
    return json::parse(read_file(*folder / directory / "evaluation.json"));
  }
  static void expect_equal(const std::string& a, const std::string& b) {
    for (const char* name : kResults) EXPECT_EQ(read_file(*folder / a / name), read_file(*folder / b / name)) << name;
  }

  static TemporaryFolder* folder;
};
TemporaryFolder* Videos::folder = nullptr;

TEST_F(Videos, AreSpottedByModelsOfTheOtherPeopleAndScoredTogether) {
  const RunResult run = loso("run");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("4 videos, annotated: 4 blink, 4 micro"));
  EXPECT_THAT(run.err, HasSubstr("4 folds, 1 seeds; 4 tasks to do"));
  const json spotting = evaluation_of("run")["spotting"];
  EXPECT_EQ(spotting["videos"], 4);
  EXPECT_EQ(spotting["micro"]["true_positives"].get<int>() + spotting["micro"]["false_negatives"].get<int>(), 4);
  EXPECT_GE(spotting["micro"]["true_positives"], 3);
  EXPECT_EQ(spotting["blinks"]["n"], 4);
  const std::string table = read_file(*folder / "run/predictions.csv");
  EXPECT_THAT(table, StartsWith("clip_id,dataset,subject,onset,apex,offset,onset_s,apex_s,offset_s,type,"
                                "spot_confidence,status,spotter,fold,seed\ns1,drawn,s1,"));
  EXPECT_THAT(read_file(*folder / "run/log.txt"), HasSubstr("drawn/s4 | micro: 1 true, "));
  const RunResult valid = run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", *folder / "run/evaluation.json"});
  EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
}

TEST_F(Videos, TheTableOfARunIsScoredAlikeByEvaluate) {
  ASSERT_EQ(loso("table").exit_code, 0);
  const json of_run = evaluation_of("table")["spotting"];
  const RunResult table = run_merkit({"evaluate", *folder / "table/predictions.csv", "--truth", *folder / "truth.csv"});
  ASSERT_EQ(table.exit_code, 0) << table.err;
  EXPECT_EQ(json::parse(table.out)["spotting"]["micro"], of_run["micro"]);
  const RunResult directory = run_merkit({"evaluate", *folder / "table"});
  ASSERT_EQ(directory.exit_code, 0) << directory.err;
  EXPECT_EQ(json::parse(directory.out)["spotting"], of_run);
}

TEST_F(Videos, ArePutOnOnePageBesideOtherRuns) {
  ASSERT_EQ(loso("shown").exit_code, 0);
  const RunResult page = run_merkit({"report", *folder / "shown", *folder / "shown", "--title", "Two runs"});
  ASSERT_EQ(page.exit_code, 0) << page.err;
  EXPECT_EQ(what_is_malformed(page.out), "");
  EXPECT_THAT(page.out, HasSubstr("<h1>Two runs</h1>"));
  EXPECT_THAT(page.out, HasSubstr("Figures of all runs"));
  EXPECT_THAT(page.out, HasSubstr("drawn/s3"));
  EXPECT_THAT(page.out, HasSubstr("of 4 blinks"));
  fs::create_directory(*folder / "other");
  const RunResult mixed = run_merkit({"report", *folder / "shown", *folder / "other"});
  EXPECT_EQ(mixed.exit_code, 2);
  EXPECT_THAT(mixed.err, HasSubstr("make a page of each"));
}

TEST_F(Videos, RowsOfAManifestMayBeTheExpressions) {
  ASSERT_EQ(loso("by_table").exit_code, 0);
  const RunResult run =
      run_merkit({"loso", "--manifest", *folder / "rows.csv", "--method", "strain_peaks", "-o", *folder / "by_rows"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("4 videos, annotated: 4 blink, 4 micro"));
  EXPECT_EQ(evaluation_of("by_rows")["spotting"]["micro"], evaluation_of("by_table")["spotting"]["micro"]);
}

TEST_F(Videos, ARecognizerNamesWhatIsFound) {
  const RunResult run = loso("chain", {"--recognizer", "flow_svm", "--seeds", "1,2"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("STRS "));
  EXPECT_THAT(read_file(*folder / "chain/predictions.csv"),
              HasSubstr("spot_confidence,label_pred,confidence,prob_negative,prob_positive,prob_surprise,status,"));
  const json plan = json::parse(read_file(*folder / "chain/plan.json"));
  EXPECT_EQ(plan["recognizer"], "flow_svm");
  const json spotting = evaluation_of("chain")["spotting"];
  EXPECT_EQ(spotting["videos"], 8) << "videos of both seeds";
  EXPECT_EQ(spotting["recognition"]["n"], spotting["micro"]["true_positives"]);
  EXPECT_NEAR(spotting["recognition"]["strs"].get<double>(),
              spotting["recognition"]["f1"].get<double>() * spotting["micro"]["f1"].get<double>(), 1e-5);
  const RunResult valid =
      run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", *folder / "chain/evaluation.json"});
  EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
}

TEST_F(Videos, PartsPutTogetherAreTheWholeToTheByte) {
  ASSERT_EQ(loso("whole", {"--jobs", "1"}).exit_code, 0);
  ASSERT_EQ(loso("part1", {"--shard", "1/2"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(*folder / "part1/evaluation.json"));
  const RunResult early = run_merkit({"merge", *folder / "part1", "-o", *folder / "merged"});
  EXPECT_EQ(early.exit_code, 1);
  EXPECT_THAT(early.err, HasSubstr("2 of 4 tasks are still to be done: fold001-seed1, fold003-seed1"));
  for (const char* task : {"1", "3"}) ASSERT_EQ(loso("part2", {"--task", task}).exit_code, 0);
  ASSERT_EQ(run_merkit({"merge", *folder / "part1", *folder / "part2", "-o", *folder / "merged"}).exit_code, 0);
  expect_equal("whole", "merged");
}

TEST_F(Videos, GoOnAfterAKillAndEndInTheSameBytes) {
  ASSERT_EQ(loso("unbroken", {"--recognizer", "flow_svm"}).exit_code, 0);
  {
    RunningMerkit running(loso_words("killed", {"--recognizer", "flow_svm", "--jobs", "1"}));
    while (!fs::exists(*folder / "killed/tasks/fold000-seed1.json")) std::this_thread::yield();
    running.send(SIGKILL);
    running.wait();
  }
  fs::remove(*folder / "killed/tasks/fold003-seed1.json");  // in case it was as quick as that
  const RunResult again = loso("killed", {"--recognizer", "flow_svm"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("were done before"));
  expect_equal("unbroken", "killed");
}

TEST_F(Videos, AnotherRunInTheDirectoryIsRefused) {
  ASSERT_EQ(loso("taken").exit_code, 0);
  const RunResult other = loso("taken", {"--set", "smoothing_s=0.05"});
  EXPECT_EQ(other.exit_code, 3);
  EXPECT_THAT(other.err, HasSubstr("holds another run: it differs in settings of the spotter"));
  const RunResult chain = loso("taken", {"--recognizer", "flow_svm"});
  EXPECT_EQ(chain.exit_code, 3);
  EXPECT_THAT(chain.err, HasSubstr("it differs in recognizer"));
}

TEST_F(Videos, TeachASpotterWhoseModelRunAndSpotTake) {
  const std::string model = *folder / "mine.safetensors";
  const RunResult trained =
      run_merkit({"train", "--manifest", *folder / "videos.csv", "--truth", *folder / "truth.csv", "--method",
                  "strain_peaks", "--without", "drawn/s4", "--licence", "CC0", "-o", model});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_THAT(trained.err, HasSubstr("training strain_peaks on 3 expressions in 3 videos of 3 subjects"));
  const json shown = json::parse(run_merkit({"models", "show", model}).out);
  EXPECT_EQ(shown["method"], "strain_peaks");
  EXPECT_EQ(shown["training_subjects"], json({"drawn/s1", "drawn/s2", "drawn/s3"}));
  EXPECT_EQ(shown["licence"], "CC0");
  EXPECT_THAT(run_merkit({"models", "verify", model}).out, StartsWith("ok  mine  strain_peaks"));
  const Words clip{"spot", *folder / "s4/frames", "--fps", "50", "--method"};
  const auto spot = [&](const std::string& method, const Words& more = {}) {
    Words words = clip;
    words.push_back(method);
    words.insert(words.end(), more.begin(), more.end());
    return run_merkit(words);
  };
  const RunResult by_file = spot(model);
  ASSERT_EQ(by_file.exit_code, 0) << by_file.err;
  const json document = json::parse(by_file.out);
  EXPECT_EQ(document["records"][0]["spotter"], "mine");
  EXPECT_EQ(document["records"][0]["intervals"].size(), 1u);
  EXPECT_THAT(document["model"].get<std::string>(), StartsWith("mine sha256:"));
  EXPECT_EQ(json::parse(spot("mine", {"--model-dir", *folder / ""}).out)["records"], document["records"]);
  EXPECT_THAT(spot(model, {"--set", "threshold=0.5"}).err, HasSubstr("brings its own settings of strain_peaks"));
  const RunResult unknown = spot("strain_peeks");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("strain_peaks"));
  EXPECT_EQ(spot("nowhere.safetensors").exit_code, 4);
}

TEST_F(Videos, WhatCannotBeRunIsSaid) {
  const auto refused = [&](int code, const std::string& why, const Words& more) {
    const RunResult run = loso("refused", more);
    EXPECT_EQ(run.exit_code, code) << run.err;
    EXPECT_THAT(run.err, HasSubstr(why));
    EXPECT_FALSE(fs::exists(*folder / "refused")) << why;
  };
  refused(2, "method \"strain_peaks\" spots, it does not recognize", {"--recognizer", "strain_peaks"});
  refused(2, "unknown method \"flow_svn\"", {"--recognizer", "flow_svn"});
  refused(2, "--epoch-selection inner is for recognizers, and strain_peaks spots", {"--epoch-selection", "inner"});
  refused(2, "--pretraining-groups is for recognizers", {"--pretraining-groups", "2"});
  refused(3, "only one subject among the 1 videos", {"--subject", "drawn/s1"});
  refused(3, "no video of the manifest takes part in protocol megc2019", {"--protocol", "megc2019"});
  const RunResult recognizer = run_merkit({"loso", "--manifest", *folder / "videos.csv", "--truth",
                                           *folder / "truth.csv", "--method", "flow_svm", "-o", *folder / "refused"});
  EXPECT_EQ(recognizer.exit_code, 2);
  EXPECT_THAT(recognizer.err, HasSubstr("--truth is for methods that spot, and flow_svm recognizes only"));
}

TEST_F(Videos, OneThatCannotBeReadEndsTheRunUnlessItMayBeLeftOut) {
  write_faceless_clip(*folder / "wall", 20);
  std::ofstream(*folder / "wall.csv") << read_file(*folder / "videos.csv") << "wall,drawn,s5,wall,50\n";
  const auto with_wall = [&](const Words& more) {
    Words words{"loso",         "--manifest", *folder / "wall.csv", "--truth", *folder / "truth.csv", "--method",
                "strain_peaks", "-o",         *folder / "walled"};
    words.insert(words.end(), more.begin(), more.end());
    return run_merkit(words);
  };
  const RunResult stopped = with_wall({});
  EXPECT_EQ(stopped.exit_code, 3);
  EXPECT_THAT(stopped.err, HasSubstr("wall: no_face: "));
  EXPECT_THAT(stopped.err, HasSubstr("1 of 5 videos cannot be used"));
  const RunResult skipped = with_wall({"--skip-failed"});
  EXPECT_EQ(skipped.exit_code, 0) << skipped.err;
  EXPECT_THAT(read_file(*folder / "walled/predictions.csv"), Not(HasSubstr("wall")));
}

}  // namespace
}  // namespace merkit::testing
