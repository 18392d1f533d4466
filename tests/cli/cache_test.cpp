// --cache of recognize, train and flow, and `merkit cache`, on a drawn face.
#include "cli/run_merkit.h"
#include "merkit/core/files.h"
#include "support/drawn_face.h"
#include "support/temporary_folder.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <opencv2/imgcodecs.hpp>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using Words = std::vector<std::string>;

/// One animated clip as frames and as video, and a manifest of five spans of it, made once for all tests.
class CacheOption : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    source = new TemporaryFolder;
    cv::imwrite((*source / "face.png").string(), drawn_face(300));
    const RunResult made = run_merkit({"synth", *source / "face.png", "--expression", "surprise", "--amplitude", "2",
                                       "--duration", "0.4", "--fps", "25", "--lead", "0.2", "-o", *source / "clip"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    ASSERT_EQ(run_program({"ffmpeg", "-v", "error", "-framerate", "25", "-i", *source / "clip/frames/%06d.png", "-c:v",
                           "ffv1", *source / "clip/clip.mkv"})
                  .exit_code,
              0);
    std::ofstream(*source / "clip/m.csv") << "clip_id,subject,frames,onset,apex,offset,emotion\n"
                                             "a,s1,frames,1,7,12,happiness\n"
                                             "b,s1,frames,2,8,12,surprise\n"
                                             "c,s2,frames,1,,12,happiness\n"
                                             "d,s2,clip.mkv,3,9,12,surprise\n"
                                             "e,s2,nowhere,1,7,12,surprise\n";
  }
  static void TearDownTestSuite() {
    delete source;
    source = nullptr;
  }

  static std::string manifest() { return *source / "clip/m.csv"; }
  std::string cache() const { return folder / "cache"; }

  /// What `recognize` writes to stdout, with more words and an environment.
  static RunResult recognized(const Words& more = {}, const std::map<std::string, std::string>& environment = {}) {
    Words words{"recognize", "--manifest", manifest()};
    words.insert(words.end(), more.begin(), more.end());
    return run_merkit(words, environment);
  }

  std::vector<fs::path> entries(const std::string& kind) const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(cache()))
      if (entry.path().extension() == "." + kind) found.push_back(entry.path());
    return found;
  }

  json shown(const Words& more = {}) const {
    Words words{"cache", cache()};
    words.insert(words.end(), more.begin(), more.end());
    const RunResult result = run_merkit(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::ofstream(folder / "shown.json") << result.out;
    const RunResult valid = run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", folder / "shown.json"});
    EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
    return json::parse(result.out);
  }

  static TemporaryFolder* source;
  const TemporaryFolder folder;
};
TemporaryFolder* CacheOption::source = nullptr;

TEST_F(CacheOption, RecognizeGivesTheSameBytesWithoutAndWithACacheTheFirstTimeAndTheSecond) {
  for (const auto* format : {"json", "csv"}) {
    const RunResult without = recognized({"--format", format});
    EXPECT_EQ(without.exit_code, 1) << "one clip is not there";
    const RunResult first = recognized({"--format", format, "--cache", cache()});
    const RunResult second = recognized({"--cache=" + cache(), "--format", format});
    const RunResult third = recognized({"--format", format}, {{"MERKIT_CACHE", cache()}});
    EXPECT_EQ(first.exit_code, 1);
    EXPECT_EQ(first.out, without.out);
    EXPECT_EQ(second.out, without.out);
    EXPECT_EQ(third.out, without.out);
    EXPECT_THAT(third.err, HasSubstr("cache: 8 found, 0 not, 0 added"));
    EXPECT_THAT(without.err, Not(HasSubstr("cache")));
  }
}

TEST_F(CacheOption, TwoThreadsGiveTheSame) {
  const std::string without = recognized({"--jobs", "2"}).out;
  EXPECT_EQ(recognized({"--jobs", "2", "--cache", cache()}).out, without);
  EXPECT_EQ(recognized({"--jobs", "2", "--cache", cache()}).out, without);
}

TEST_F(CacheOption, TrainMakesTheSameModelFromTheCache) {
  const auto train = [&](const Words& more) {
    Words words{"train", "--manifest",        manifest(),      "--method", "ststnet",
                "--set", "training.epochs=2", "--skip-failed", "-o",       folder / "m.safetensors"};
    words.insert(words.end(), more.begin(), more.end());
    const RunResult result = run_merkit(words);
    EXPECT_THAT(result.err, HasSubstr("training ststnet on 4 samples"));
    return read_file(folder / "m.safetensors");
  };
  const std::string without = train({});
  ASSERT_GT(without.size(), 1000u);
  EXPECT_EQ(train({"--cache", cache()}), without);
  EXPECT_EQ(train({"--cache", cache()}), without);
  EXPECT_EQ(entries("motion").size(), 4u);
  // What training kept serves recognition, and the other way about.
  EXPECT_THAT(recognized({"--cache", cache()}).err, HasSubstr("cache: 8 found, 0 not"));
}

TEST_F(CacheOption, FlowWritesTheSameImagesFromTheCache) {
  const auto flow = [&](const std::string& to, const Words& more) {
    Words words{"flow", "--manifest", manifest(), "-o", folder / to, "--format", "csv"};
    words.insert(words.end(), more.begin(), more.end());
    return run_merkit(words).out;
  };
  const std::string without = flow("without", {});
  EXPECT_EQ(flow("first", {"--cache", cache()}), without);
  EXPECT_EQ(flow("second", {"--cache", cache()}), without);
  for (const auto* name : {"a.png", "c_motion.png", "d.png", "manifest.csv"})
    EXPECT_EQ(read_file(folder / "second" / name), read_file(folder / "without" / name)) << name;
}

TEST_F(CacheOption, DamagedEntriesAreReplaced) {
  const std::string without = recognized().out;
  recognized({"--cache", cache()});
  ASSERT_EQ(entries("faces").size(), 4u);
  ASSERT_EQ(entries("motion").size(), 4u);
  fs::resize_file(entries("faces")[0], 1000);
  std::fstream(entries("motion")[1], std::ios::in | std::ios::out | std::ios::binary).seekp(5000).write("merkit", 6);
  const RunResult mended = recognized({"--cache", cache()});
  EXPECT_EQ(mended.out, without);
  EXPECT_THAT(mended.err, HasSubstr("cache: 6 found, 2 not, 2 added; 2 were damaged"));
  EXPECT_THAT(recognized({"--cache", cache()}).err, HasSubstr("cache: 8 found"));
}

TEST_F(CacheOption, ADirectoryThatCannotBeWrittenToIsOneWarning) {
  std::ofstream(folder / "file") << "";
  const RunResult result = recognized({"--cache", folder / "file"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(result.out, recognized().out);
  const std::string warning = "the cache could not be added to";
  EXPECT_THAT(result.err, HasSubstr(warning));
  EXPECT_EQ(result.err.find(warning), result.err.rfind(warning));
}

TEST_F(CacheOption, CacheShowsPrunesAndClears) {
  recognized({"--cache", cache()});
  const json full = shown();
  EXPECT_EQ(full["entries"]["faces"]["count"], 4);
  EXPECT_EQ(full["entries"]["motion"]["count"], 4);
  EXPECT_EQ(full["total"]["count"], 8);
  std::uintmax_t bytes = 0;
  for (const auto* kind : {"faces", "motion"})
    for (const auto& file : entries(kind)) bytes += fs::file_size(file);
  EXPECT_EQ(full["total"]["bytes"], bytes);
  EXPECT_FALSE(full.contains("removed"));

  const fs::path old = entries("faces")[2];
  fs::last_write_time(old, fs::file_time_type::clock::now() - std::chrono::hours(31 * 24));
  EXPECT_EQ(shown({"--prune", "--older-than", "30d", "--max-size", "2G"})["removed"]["unused"]["count"], 1);
  EXPECT_FALSE(fs::exists(old));
  const json halved = shown({"--prune", "--max-size", "500K"});
  EXPECT_LE(halved["total"]["bytes"].get<int>(), 500 * 1024);
  EXPECT_GT(halved["removed"]["excess"]["count"], 0);
  const json cleared = shown({"--clear"});
  EXPECT_EQ(cleared["removed"]["all"]["count"], halved["total"]["count"]);
  EXPECT_EQ(cleared["total"]["count"], 0);
  EXPECT_EQ(json::parse(run_merkit({"cache"}, {{"MERKIT_CACHE", cache()}}).out)["total"]["count"], 0);
}

TEST_F(CacheOption, WrongWordsAndWrongDirectoriesAreRefused) {
  fs::create_directories(cache());
  EXPECT_EQ(run_merkit({"cache"}).exit_code, 2);
  EXPECT_EQ(run_merkit({"cache", cache(), "--max-size", "2G"}).exit_code, 2) << "without --prune";
  EXPECT_EQ(run_merkit({"cache", cache(), "--prune", "--clear"}).exit_code, 2);
  for (const auto* size : {"2X", "-1", "G", "", "nan", "1e400", "2 G"})
    EXPECT_EQ(run_merkit({"cache", cache(), "--prune", "--max-size=" + std::string(size)}).exit_code, 2) << size;
  const RunResult age = run_merkit({"cache", cache(), "--prune", "--older-than", "30y"});
  EXPECT_EQ(age.exit_code, 2);
  EXPECT_THAT(age.err, HasSubstr("--older-than 30y is not understood"));
  const RunResult foreign = run_merkit({"cache", cache(), "--clear"});
  EXPECT_EQ(foreign.exit_code, 3);
  EXPECT_THAT(foreign.err, HasSubstr("holds no cache of merkit"));
  EXPECT_EQ(run_merkit({"cache", folder / "nowhere"}).exit_code, 3);
}

}  // namespace
}  // namespace merkit::testing
