// What was found, as pictures: --plot, --annotate and the page of merkit report on analyses.
#include "cli/run_merkit.h"
#include "cli/test_clips.h"
#include "support/drawn_face.h"
#include "support/temporary_folder.h"
#include "support/well_formed.h"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

const cv::Vec3b kMicro(178, 114, 0), kMacro(0, 94, 213);

/// One animated clip of 0.4 s within 1.4 s, spotted once with all pictures.
class Illustrations : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    cv::imwrite((*folder / "face.png").string(), drawn_face(400));
    ASSERT_EQ(run_merkit({"synth", *folder / "face.png", "--expression", "surprise", "--amplitude", "2.5", "--duration",
                          "0.4", "--fps", "50", "--lead", "0.5", "-o", *folder / "clip"})
                  .exit_code,
              0);
    truth() << "video,onset,offset,type\nframes,25,45,macro\nanother,1,9,micro\n";
    const RunResult spotted = run_merkit({"spot", *folder / "clip/frames", "--fps", "50", "--plot", *folder / "plots",
                                          "--annotate", *folder / "annotated.mp4", "--truth", *folder / "truth.csv",
                                          "--save-signal", *folder / "curves", "-o", *folder / "spot.json"});
    ASSERT_EQ(spotted.exit_code, 0) << spotted.err;
    std::ifstream stream(*folder / "spot.json");
    record = json::parse(stream)["records"][0];
    ASSERT_EQ(record["intervals"].size(), 1u);
    ASSERT_EQ(record["intervals"][0]["type"], "micro");
  }
  static void TearDownTestSuite() {
    delete folder;
    folder = nullptr;
  }
  static std::ofstream truth() { return std::ofstream(*folder / "truth.csv"); }

  static int count(const cv::Mat& picture, const cv::Vec3b& colour) {
    int result = 0;
    for (auto pixel = picture.begin<cv::Vec3b>(); pixel != picture.end<cv::Vec3b>(); ++pixel)
      result += *pixel == colour;
    return result;
  }

  static cv::Mat frame_of_video(int number) {
    const std::string file = *folder / "frame.png";
    EXPECT_EQ(run_program({"ffmpeg", "-v", "error", "-y", "-i", *folder / "annotated.mp4", "-vf",
                           "select=eq(n\\," + std::to_string(number) + ")", "-vsync", "0", "-frames:v", "1", file})
                  .exit_code,
              0);
    return cv::imread(file);
  }

  static TemporaryFolder* folder;
  static json record;
};
TemporaryFolder* Illustrations::folder = nullptr;
json Illustrations::record;

TEST_F(Illustrations, ThePlotShowsTheIntervalFoundAndTheTrueOneEachInItsColour) {
  const cv::Mat plot = cv::imread((*folder / "plots/frames.png").string());
  ASSERT_FALSE(plot.empty());
  // The interval is a filled box in its lane, as wide as its share of the duration.
  const double share =
      record["intervals"][0]["offset_s"].get<double>() - record["intervals"][0]["onset_s"].get<double>() + 1 / 50.;
  const double width = share / record["duration_s"].get<double>() * (1470 - 76);
  int widest = 0, rows = 0;
  for (int y = 100; y < 320; ++y) {
    const int here = count(plot.row(y), kMicro);
    rows += here > width - 8;
    widest = std::max(widest, here);
  }
  EXPECT_NEAR(widest, width, 8);
  EXPECT_GE(rows, 8);
  EXPECT_GT(count(plot.rowRange(100, 320), kMacro), 2 * (21 / 70. * 1394 - 10)) << "the true one's outline";
  EXPECT_GT(plot.rows, 600) << "face and motion below the signal";
}

TEST_F(Illustrations, TheVideoHasTheClipsFramesAndNamesTheIntervalWhileItLasts) {
  const RunResult probed = run_program({"ffprobe", "-v", "error", "-count_frames", "-show_entries",
                                        "stream=codec_type,width,height,avg_frame_rate,nb_read_frames", "-of",
                                        "csv=p=0", *folder / "annotated.mp4"});
  EXPECT_THAT(probed.out, ::testing::StartsWith("video,640,"));
  EXPECT_THAT(probed.out, HasSubstr(",50/1," + std::to_string(record["frames"].get<int>())));
  EXPECT_THAT(probed.out, Not(HasSubstr("audio")));
  const int first = record["intervals"][0]["onset"], last = record["intervals"][0]["offset"];
  const auto has_banner = [&](int number) { return cv::norm(frame_of_video(number).at<cv::Vec3b>(3, 3), kMicro) < 40; };
  EXPECT_FALSE(has_banner(first - 1));
  EXPECT_TRUE(has_banner(first));
  EXPECT_TRUE(has_banner(last));
  EXPECT_FALSE(has_banner(last + 1));
}

TEST_F(Illustrations, ThePageOnAnalysesDrawsTheSavedSignalAndTheTruth) {
  const RunResult made =
      run_merkit({"report", *folder / "spot.json", "--signals", *folder / "curves", "--truth", *folder / "truth.csv"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_EQ(what_is_malformed(made.out), "");
  EXPECT_THAT(made.out, HasSubstr("<h1>Expressions found by strain_peaks in 1 clip</h1>"));
  EXPECT_THAT(made.out, HasSubstr("<polyline class=\"signal\""));
  EXPECT_THAT(made.out, HasSubstr("class=\"within micro\""));
  EXPECT_THAT(made.out, HasSubstr("class=\"hollow macro\""));
  EXPECT_THAT(made.out, HasSubstr("true macro, frames 25 to 45"));
  EXPECT_THAT(made.out, Not(HasSubstr("frames 1 to 9"))) << "that is of another clip";

  const RunResult plain = run_merkit({"report", *folder / "spot.json"});
  ASSERT_EQ(plain.exit_code, 0) << plain.err;
  EXPECT_THAT(plain.out, Not(HasSubstr("<polyline")));
  EXPECT_THAT(plain.out, HasSubstr("class=\"micro\""));
}

TEST_F(Illustrations, WhatCannotBeMeantIsRefused) {
  write_faceless_clip(*folder / "a", 3);
  write_faceless_clip(*folder / "b", 3);
  const RunResult one_file =
      run_merkit({"spot", *folder / "a", *folder / "b", "--fps", "50", "--annotate", *folder / "both.mp4"});
  EXPECT_EQ(one_file.exit_code, 2);
  EXPECT_THAT(one_file.err, HasSubstr("is one file, and there are 2 clips"));
  const RunResult no_picture = run_merkit({"spot", *folder / "a", "--fps", "50", "--truth", *folder / "truth.csv"});
  EXPECT_EQ(no_picture.exit_code, 2);
  EXPECT_THAT(no_picture.err, HasSubstr("--truth is drawn by --plot and --annotate"));
  const RunResult mixed = run_merkit({"report", *folder / "spot.json", *folder / "clip"});
  EXPECT_EQ(mixed.exit_code, 2);
  EXPECT_THAT(mixed.err, HasSubstr("a page is on runs or on analyses, not on both"));
  const RunResult no_analysis = run_merkit({"report", *folder / "clip/truth.json"});
  EXPECT_EQ(no_analysis.exit_code, 3);
  EXPECT_THAT(no_analysis.err, HasSubstr("holds no analyses"));
}

TEST_F(Illustrations, AClipWithoutAFaceHasItsRecordAndNoPicture) {
  write_faceless_clip(*folder / "noise", 12);
  const RunResult result = run_merkit(
      {"spot", *folder / "noise", "--fps", "50", "--plot", *folder / "none", "--annotate", *folder / "none"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(json::parse(result.out)["records"][0]["status"], "no_face");
  EXPECT_TRUE(fs::is_empty(*folder / "none"));
}

}  // namespace
}  // namespace merkit::testing
