// Whole clips through the program: synthetic micro-expressions with exact truth, and a real video.
#include "cli/run_merkit.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

#include <fstream>
#include <iostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What strain_peaks reaches on the long videos with its defaults, less a margin of 0.05.
constexpr double kMicroF1 = 0.83, kMacroF1 = 0.92;

json document_in(const fs::path& file) {
  std::ifstream stream(file);
  return json::parse(stream);
}

void expect_valid(const fs::path& file) {
  const RunResult valid = run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", file});
  EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
}

/// Recognizes every clip of a synthetic set with the default model; every one has a row.
void recognize_all(const fs::path& set, std::size_t clips) {
  const TemporaryFolder folder;
  const RunResult result = run_merkit({"recognize", "--manifest", set / "manifest.csv", "-o", folder / "p.json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  expect_valid(folder / "p.json");
  const json document = document_in(folder / "p.json");
  ASSERT_EQ(document["records"].size(), clips);
  for (const auto& record : document["records"]) EXPECT_EQ(record["status"], "ok") << record;
  const json scores = json::parse(run_merkit({"evaluate", folder / "p.json"}).out);
  std::cout << set.filename().string() << ": the default model, trained on other people in other pictures: UF1 "
            << scores["metrics"]["uf1"] << ", UAR " << scores["metrics"]["uar"] << ", majority UF1 "
            << scores["baselines"]["majority"]["uf1"] << "\n";
}

TEST(SyntheticClips, EachHasARow) {
  MERKIT_NEEDS_DATA("synthetic-me/recognition/manifest.csv");
  recognize_all(data_directory() / "synthetic-me/recognition", 120);
}

TEST(SyntheticClips, EachHardOneHasARow) {
  MERKIT_NEEDS_DATA("synthetic-me/recognition-hard/manifest.csv");
  recognize_all(data_directory() / "synthetic-me/recognition-hard", 168);
}

TEST(LongVideos, AreSpottedAndScored) {
  MERKIT_NEEDS_DATA("synthetic-me/long/truth.csv");
  const fs::path set = data_directory() / "synthetic-me/long";
  const TemporaryFolder folder;
  std::vector<std::string> command{"spot", "-o", folder / "spotted.json"};
  for (int i = 1; i <= 8; ++i) command.push_back(set / ("s0" + std::to_string(i) + "_long.mp4"));
  const RunResult result = run_merkit(command);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const json document = document_in(folder / "spotted.json");
  ASSERT_EQ(document["records"].size(), 8u);
  for (const auto& record : document["records"]) EXPECT_EQ(record["frames"], 1200) << record["clip_id"];
  const json scores = json::parse(run_merkit({"evaluate", folder / "spotted.json", "--truth", set / "truth.csv"}).out);
  std::cout << "strain_peaks on 8 long videos: " << scores["spotting"].dump() << "\n";
  EXPECT_GE(scores["spotting"]["micro"]["f1"], kMicroF1);
  EXPECT_GE(scores["spotting"]["macro"]["f1"], kMacroF1);
}

const fs::path kVideo = "video/WolfgangLanger_Pexels.mp4";

TEST(RealVideo, EveryFrameIsAccountedFor) {
  MERKIT_NEEDS_DATA(kVideo);
  const TemporaryFolder folder;
  const std::string video = data_directory() / kVideo;
  ASSERT_EQ(run_merkit({"run", video, "-o", folder / "r.json"}).exit_code, 0);
  expect_valid(folder / "r.json");
  const json record = document_in(folder / "r.json")["records"][0];
  EXPECT_EQ(record["frames"], 472);
  EXPECT_EQ(record["face"]["frames"], 472);

  const RunResult csv = run_merkit({"run", video, "--format", "csv"});
  ASSERT_EQ(csv.exit_code, 0);
  const auto rows = static_cast<std::size_t>(std::count(csv.out.begin(), csv.out.end(), '\n')) - 1;
  EXPECT_EQ(rows, std::max<std::size_t>(1, record["intervals"].size()));
}

/// Peak memory of a run, in KiB.
long peak_memory(const std::vector<std::string>& arguments) {
  std::vector<char*> words{const_cast<char*>(MERKIT_BINARY_DIR "/bin/merkit")};
  for (const auto& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    execv(words[0], words.data());
    _exit(127);
  }
  rusage usage{};
  int status = 0;
  wait4(pid, &status, 0, &usage);
  EXPECT_EQ(status, 0);
  return usage.ru_maxrss;
}

TEST(RealVideo, MemoryDoesNotGrowWithLength) {
  MERKIT_NEEDS_DATA(kVideo);
  const TemporaryFolder folder;
  const std::string video = data_directory() / kVideo, looped = folder / "looped.mp4";
  ASSERT_EQ(run_program({"ffmpeg", "-v", "error", "-stream_loop", "9", "-i", video, "-c", "copy", looped}).exit_code,
            0);
  const long once = peak_memory({"spot", video, "-o", folder / "once.json", "-q"});
  const long ten_times = peak_memory({"spot", looped, "-o", folder / "ten.json", "-q"});
  std::cout << "peak memory: " << once / 1024 << " MiB once, " << ten_times / 1024 << " MiB looped ten times\n";
  EXPECT_EQ(document_in(folder / "ten.json")["records"][0]["frames"], 4720);
  EXPECT_LT(ten_times, 1.1 * once);
}

}  // namespace
}  // namespace merkit::testing
