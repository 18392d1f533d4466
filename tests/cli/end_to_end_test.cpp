// The whole way on a drawn face: synth -> run, spot, align, flow, recognize, train. Needs no picture and no data set.
#include "cli/run_merkit.h"
#include "cli/test_clips.h"
#include "merkit/core/interval.h"
#include "support/drawn_face.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

json document_in(const fs::path& file) {
  std::ifstream stream(file);
  return json::parse(stream);
}

std::vector<std::string> operator+(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void expect_valid(const fs::path& file) {
  const RunResult valid = run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", file});
  EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
}

/// One animated clip, made once for all tests: frames 000000.png and on, with truth.json beside them.
class AnimatedFace : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    cv::imwrite((*folder / "face.png").string(), drawn_face(400));
    const RunResult made = run_merkit({"synth", *folder / "face.png", "--expression", "surprise", "--amplitude", "2.5",
                                       "--duration", "0.4", "--fps", "50", "--lead", "0.5", "-o", *folder / "clip"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    truth = document_in(*folder / "clip/truth.json");
  }
  static void TearDownTestSuite() {
    delete folder;
    folder = nullptr;
  }
  static std::vector<std::string> clip() { return {(*folder / "clip/frames").string(), "--fps", "50"}; }
  static Interval true_interval() { return {truth["onset"], truth["apex"].get<int>(), truth["offset"]}; }

  /// How well the best interval of a record overlaps the true one.
  static double best_overlap(const json& record) {
    double best = 0;
    for (const auto& found : record["intervals"])
      best = std::max(best, iou({found["onset"], std::nullopt, found["offset"]}, true_interval()));
    return best;
  }

  static TemporaryFolder* folder;
  static json truth;
};
TemporaryFolder* AnimatedFace::folder = nullptr;
json AnimatedFace::truth;

TEST_F(AnimatedFace, SynthSaysExactlyWhatItDid) {
  expect_valid(*folder / "clip/truth.json");
  EXPECT_EQ(truth["frames"], std::distance(fs::directory_iterator(*folder / "clip/frames"), fs::directory_iterator()));
  EXPECT_EQ(truth["intensity"][truth["apex"].get<int>()], 1.0);
  EXPECT_EQ(truth["intensity"][truth["onset"].get<int>()], 0.0);
  EXPECT_EQ(fs::file_size(*folder / "clip/motion.npy"), 128u + 400 * 400 * 2 * 4);
}

TEST_F(AnimatedFace, RunFindsAndNamesTheExpression) {
  const fs::path out = *folder / "run.json", pictures = *folder / "pictures";
  const RunResult result = run_merkit(std::vector<std::string>{"run"} + clip() +
                                      std::vector<std::string>{"-o", out, "--pictures", pictures});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  expect_valid(out);
  const json record = document_in(out)["records"][0];
  EXPECT_EQ(record["status"], "ok");
  EXPECT_EQ(record["frames"], truth["frames"]);
  EXPECT_EQ(record["face"]["segments"], 1);
  EXPECT_GE(best_overlap(record), 0.5) << record;
  const auto& scores = record["intervals"][0]["scores"];
  EXPECT_NEAR(scores["negative"].get<double>() + scores["positive"].get<double>() + scores["surprise"].get<double>(), 1,
              1e-5);
  const std::string picture = "frames_" + std::to_string(record["intervals"][0]["onset"].get<int>()) + ".png";
  EXPECT_FALSE(cv::imread((pictures / picture).string()).empty());
}

TEST_F(AnimatedFace, EqualRunsGiveEqualBytes) {
  const auto command = std::vector<std::string>{"run"} + clip();
  const RunResult first = run_merkit(command);
  ASSERT_EQ(first.exit_code, 0);
  EXPECT_EQ(first.out, run_merkit(command).out);
}

TEST_F(AnimatedFace, SpotWritesTheChallengesTableAndTheCurve) {
  const RunResult result =
      run_merkit(std::vector<std::string>{"spot"} + clip() +
                 std::vector<std::string>{"--table", "megc22", "--save-signal", *folder / "curves"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, ::testing::StartsWith("vid,pred_onset,pred_offset,type\nframes,"));
  std::ifstream curve(*folder / "curves/frames.csv");
  std::string line;
  int lines = -1;
  while (std::getline(curve, line)) ++lines;
  EXPECT_EQ(lines, truth["frames"]);
}

TEST_F(AnimatedFace, AlignWritesOneRowAndOneCropAFrame) {
  const RunResult result =
      run_merkit(std::vector<std::string>{"align"} + clip() + std::vector<std::string>{"-o", *folder / "aligned"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::ifstream table(*folder / "aligned/frames.csv");
  std::string line;
  std::getline(table, line);
  EXPECT_THAT(line, ::testing::StartsWith("frame,face_id,timestamp,confidence,success,x_0,"));
  int rows = 0;
  while (std::getline(table, line)) ++rows;
  EXPECT_EQ(rows, truth["frames"]);
  const cv::Mat crop = cv::imread((*folder / "aligned/frames_aligned/frame_det_00_000003.png").string());
  EXPECT_EQ(crop.size(), cv::Size(140, 170));
}

TEST_F(AnimatedFace, FlowsManifestCanBeRecognized) {
  const RunResult flow = run_merkit({"flow", "--manifest", *folder / "clip/manifest.csv", "-o", *folder / "flow"});
  ASSERT_EQ(flow.exit_code, 0) << flow.err;
  const json record = json::parse(flow.out)["records"][0];
  EXPECT_GT(record["max_px"], 0.5);
  const RunResult from_flow = run_merkit({"recognize", "--manifest", *folder / "flow/manifest.csv", "--format", "csv"});
  const RunResult from_frames =
      run_merkit({"recognize", "--manifest", *folder / "clip/manifest.csv", "--format", "csv"});
  ASSERT_EQ(from_flow.exit_code, 0) << from_flow.err;
  ASSERT_EQ(from_frames.exit_code, 0) << from_frames.err;
  // The same motion image by two ways: all columns from label_true to the scores agree.
  const auto scores = [](const std::string& csv) {
    const auto at = csv.find(",surprise,");
    return csv.substr(at, csv.find(",ok,", at) - at);
  };
  EXPECT_EQ(scores(from_flow.out), scores(from_frames.out));
}

TEST_F(AnimatedFace, DeepGreyAndTransparentPicturesGiveTheSameIntervals) {
  const json plain = json::parse(run_merkit(std::vector<std::string>{"spot"} + clip()).out)["records"][0]["intervals"];
  for (const auto* kind : {"16-bit", "alpha"}) {
    const fs::path other = *folder / kind;
    fs::create_directories(other);
    for (const auto& entry : fs::directory_iterator(*folder / "clip/frames")) {
      cv::Mat frame = cv::imread(entry.path().string()), changed;
      if (std::string(kind) == "16-bit")
        frame.convertTo(changed, CV_16U, 257);
      else
        cv::cvtColor(frame, changed, cv::COLOR_BGR2BGRA);
      cv::imwrite((other / entry.path().filename()).string(), changed);
    }
    const RunResult result = run_merkit({"spot", other, "--fps", "50"});
    EXPECT_EQ(json::parse(result.out)["records"][0]["intervals"], plain) << kind;
  }
  const fs::path grey = *folder / "grey";
  fs::create_directories(grey);
  for (const auto& entry : fs::directory_iterator(*folder / "clip/frames"))
    cv::imwrite((grey / entry.path().filename()).string(), cv::imread(entry.path().string(), cv::IMREAD_GRAYSCALE));
  EXPECT_GE(best_overlap(json::parse(run_merkit({"spot", grey, "--fps", "50"}).out)["records"][0]), 0.5);
}

TEST_F(AnimatedFace, AVideoFileGivesTheSameAndATruncatedOneIsADecodeError) {
  const std::string video = *folder / "clip.mkv";
  ASSERT_EQ(run_program({"ffmpeg", "-v", "error", "-framerate", "50", "-i", *folder / "clip/frames/%06d.png", "-c:v",
                         "ffv1", video})
                .exit_code,
            0);
  const json whole = json::parse(run_merkit({"spot", video}).out)["records"][0];
  EXPECT_EQ(whole["frames"], truth["frames"]);
  EXPECT_GE(best_overlap(whole), 0.5);
  fs::resize_file(video, fs::file_size(video) * 6 / 10);
  const RunResult cut = run_merkit({"spot", video});
  EXPECT_EQ(cut.exit_code, 1);
  EXPECT_EQ(json::parse(cut.out)["records"][0]["status"], "decode_error");
}

TEST_F(AnimatedFace, AFaceThatIsNotThereIsNoFace) {
  const RunResult result =
      run_merkit(std::vector<std::string>{"spot"} + clip() + std::vector<std::string>{"--face", "1"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(json::parse(result.out)["records"][0]["status"], "no_face");
}

TEST(Train, MakesAModelThatRecognizesAndIsTheSameForTheSameSeed) {
  const TemporaryFolder folder;
  std::string table = "clip_id,subject,features,emotion\n";
  const char* emotions[] = {"disgust", "happiness", "surprise", "others"};
  for (int i = 0; i < 12; ++i) {
    write_motion_image(folder / ("m" + std::to_string(i) + ".png"), i % 4);
    table += "c" + std::to_string(i) + ",s" + std::to_string(i % 3) + ",m" + std::to_string(i) + ".png," +
             emotions[i % 4] + "\n";
  }
  std::ofstream(folder / "m.csv") << table;
  const auto train = [&](const std::string& name, const std::string& seed) {
    return run_merkit({"train", "--manifest", folder / "m.csv", "--method", "ststnet", "--set", "training.epochs=3",
                       "--seed", seed, "-o", folder / name});
  };
  const RunResult first = train("a.safetensors", "1");
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("3 clips of emotion \"others\" have no class in the label set and are left out"));
  ASSERT_EQ(train("b.safetensors", "1").exit_code, 0);
  ASSERT_EQ(train("c.safetensors", "2").exit_code, 0);
  const auto sha = [&](const std::string& name) {
    return json::parse(run_merkit({"models", "show", folder / name}).out)["sha256"].get<std::string>();
  };
  EXPECT_EQ(sha("a.safetensors"), sha("b.safetensors"));
  EXPECT_NE(sha("a.safetensors"), sha("c.safetensors"));

  const RunResult seen = run_merkit({"recognize", "--manifest", folder / "m.csv", "--model", folder / "a.safetensors"});
  EXPECT_EQ(seen.exit_code, 4);
  EXPECT_THAT(seen.err, HasSubstr("was trained on 3 of the subjects it would be scored on"));

  for (const char* format : {"json", "jsonl", "csv"}) {
    ASSERT_EQ(run_merkit({"recognize", "--manifest", folder / "m.csv", "--model", folder / "a.safetensors",
                          "--allow-seen-subjects", "--format", format, "-o", folder / "p"})
                  .exit_code,
              0);
    ASSERT_EQ(run_merkit({"evaluate", folder / "p", "-o", folder / "e.json"}).exit_code, 0);
    expect_valid(folder / "e.json");
    const json scores = document_in(folder / "e.json");
    EXPECT_EQ(scores["dataset"]["n"], 9) << "the three of \"others\" have no true class";
    EXPECT_EQ(scores["dataset"]["seen_subjects"], 9);
    EXPECT_TRUE(scores["protocol"]["leaky"]);
    EXPECT_EQ(scores["folds"].size(), 3u);
  }
}

TEST(Train, AClipThatCannotBeReadStopsItUnlessLeftOutOnPurpose) {
  const TemporaryFolder folder;
  std::string table = "clip_id,subject,features,emotion\n";
  for (int i = 0; i < 4; ++i) {
    if (i) write_motion_image(folder / ("m" + std::to_string(i) + ".png"), i);
    table += "c" + std::to_string(i) + ",s,m" + std::to_string(i) + ".png," + (i % 2 ? "happiness" : "surprise") + "\n";
  }
  std::ofstream(folder / "m.csv") << table;
  const std::vector<std::string> command{"train",
                                         "--manifest",
                                         folder / "m.csv",
                                         "--method",
                                         "ststnet",
                                         "--set",
                                         "training.epochs=1",
                                         "-o",
                                         folder / "m.safetensors"};
  const RunResult refused = run_merkit(command);
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_THAT(refused.err, HasSubstr("1 of 4 clips cannot be used (see above), so nothing was trained"));
  EXPECT_FALSE(fs::exists(folder / "m.safetensors"));
  EXPECT_EQ(run_merkit(command + std::vector<std::string>{"--skip-failed"}).exit_code, 0);
}

}  // namespace
}  // namespace merkit::testing
