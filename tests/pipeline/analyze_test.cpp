// One clip from frames to intervals, on one thread and on two, with whatever can go wrong on the way.
#include "merkit/pipeline/analyze.h"

#include "merkit/core/stop.h"
#include "merkit/methods/catalog.h"
#include "pipeline/drawn_clip.h"
#include "support/one_opencv_thread.h"
#include "support/same_spotting.h"
#include "support/temporary_folder.h"

#include <csignal>
#include <fstream>
#include <new>
#include <string>

#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;

/// Calls `on_push` with the number of faces pushed before.
class FakeSession final : public SpottingSession {
 public:
  explicit FakeSession(const std::function<void(int)>& on_push) : on_push_(on_push) {}
  void push(const AlignedFace& face) override {
    result_.signal.frames.push_back(face.number);
    on_push_(static_cast<int>(result_.signal.frames.size()) - 1);
  }
  SpottingResult so_far() override { return result_; }
  SpottingResult finish() override { return result_; }

 private:
  const std::function<void(int)>& on_push_;
  SpottingResult result_;
};

struct FakeSpotter final : Spotter {
  std::function<void(int)> on_push;
  explicit FakeSpotter(std::function<void(int)> action) : on_push(std::move(action)) {}
  std::unique_ptr<SpottingSession> start(double /*fps*/) const override {
    return std::make_unique<FakeSession>(on_push);
  }
  std::unique_ptr<MeasuringSession> measure(double /*fps*/) const override { throw std::logic_error("not asked for"); }
  SpottingResult spot(const MeasuredClip&) const override { throw std::logic_error("not asked for"); }
  void fit(const SpottingSampleSet&, const FitOptions&, FitObserver&) override {}
  void save(const fs::path&) const override {}
  void load(const ModelFile&) override {}
};

void expect_same_analysis(const ClipAnalysis& a, const ClipAnalysis& b) {
  EXPECT_EQ(a.problem.status, b.problem.status);
  EXPECT_EQ(a.problem.message, b.problem.message);
  EXPECT_EQ(a.problem.hint, b.problem.hint);
  EXPECT_EQ(a.frames, b.frames);
  EXPECT_EQ(a.fps, b.fps);
  EXPECT_EQ(a.duration_s, b.duration_s);
  EXPECT_EQ(a.frames_with_face, b.frames_with_face);
  EXPECT_EQ(a.segments, b.segments);
  expect_same(SpottingResult{a.detections, a.signal}, SpottingResult{b.detections, b.signal});
}

class ClipAnalyzerOnThreads : public ::testing::Test {
 protected:
  static constexpr int kFaces = 40, kBlanks = 3;

  void SetUp() override {
    if (faces->file().empty()) GTEST_SKIP() << "this build reads no frames";
    write_clip(folder / "clip", kFaces, kBlanks);
  }
  void TearDown() override { request_stop(0); }

  ClipAnalysis analyzed(std::shared_ptr<const Spotter> spotter, int threads) {
    ClipRequest request;
    request.clip_id = request.source = "clip";
    request.clip = folder / "clip";
    request.options.fps = 25;
    request.threads = threads;
    frames_done = 0;
    request.frames_done = &frames_done;
    return ClipAnalyzer({}, faces, std::move(spotter), nullptr).analyze(request);
  }
  ClipAnalysis analyzed(const std::function<void(int)>& on_push, int threads) {
    return analyzed(std::make_shared<FakeSpotter>(on_push), threads);
  }

  const TemporaryFolder folder;
  const std::shared_ptr<const SharedFaceModel> faces = std::make_shared<SharedFaceModel>();
  std::atomic<std::int64_t> frames_done{0};
};

TEST_F(ClipAnalyzerOnThreads, TwoFindWhatOneFinds) {
  const auto spotter = [] { return find_method("strain_peaks").make_spotter(default_config("strain_peaks"), {}); };
  const ClipAnalysis one = analyzed(spotter(), 1), two = analyzed(spotter(), 2);
  EXPECT_EQ(one.problem.status, Status::ok) << one.problem.message;
  EXPECT_EQ(one.frames, kFaces + kBlanks);
  EXPECT_EQ(one.frames_with_face, kFaces);
  EXPECT_EQ(one.detections.size(), 1u);
  EXPECT_EQ(frames_done, kFaces + kBlanks);
  expect_same_analysis(one, two);
}

TEST_F(ClipAnalyzerOnThreads, FacesArriveInOrder) {
  const ClipAnalysis two = analyzed([](int) {}, 2);
  ASSERT_EQ(two.signal.frames.size(), static_cast<std::size_t>(kFaces + kBlanks));
  for (int i = 0; i < kFaces + kBlanks; ++i) EXPECT_EQ(two.signal.frames[i], 101 + i);
}

TEST_F(ClipAnalyzerOnThreads, ADamagedFrameInTheMiddleEndsTheClip) {
  std::ofstream(frame_file(folder / "clip", 20), std::ios::trunc) << "no picture";
  const ClipAnalysis one = analyzed([](int) {}, 1), two = analyzed([](int) {}, 2);
  EXPECT_EQ(one.problem.status, Status::decode_error);
  EXPECT_EQ(one.frames, 19);
  expect_same_analysis(one, two);
}

TEST_F(ClipAnalyzerOnThreads, ASpotterThatFailsInTheMiddleEndsTheClip) {
  const auto fail = [](int before) {
    if (before == 10) throw ClipError(Status::unsupported, "the spotter has had enough", "ask another one");
  };
  const ClipAnalysis one = analyzed(fail, 1), two = analyzed(fail, 2);
  EXPECT_EQ(one.problem.status, Status::unsupported);
  EXPECT_EQ(one.problem.message, "the spotter has had enough");
  EXPECT_EQ(one.frames, 11);
  expect_same_analysis(one, two);
}

TEST_F(ClipAnalyzerOnThreads, TheEarlierOfTwoFailuresCounts) {
  std::ofstream(frame_file(folder / "clip", 14), std::ios::trunc) << "no picture";
  const auto fail = [](int before) {
    if (before == 12) throw ClipError(Status::unsupported, "frame 13");
  };
  const ClipAnalysis one = analyzed(fail, 1), two = analyzed(fail, 2);
  EXPECT_EQ(one.problem.message, "frame 13");
  expect_same_analysis(one, two);
}

TEST_F(ClipAnalyzerOnThreads, WantOfMemoryInTheSpotterIsTheClipsProblem) {
  const auto fail = [](int before) {
    if (before == 3) throw std::bad_alloc();
  };
  const ClipAnalysis one = analyzed(fail, 1), two = analyzed(fail, 2);
  EXPECT_EQ(one.problem.status, Status::unsupported);
  expect_same_analysis(one, two);
}

TEST_F(ClipAnalyzerOnThreads, WhatWasFoundBeforeTheDamageIsGiven) {
  std::ofstream(frame_file(folder / "clip", 38), std::ios::trunc) << "no picture";
  const auto spotter = [] { return find_method("strain_peaks").make_spotter(default_config("strain_peaks"), {}); };
  const ClipAnalysis one = analyzed(spotter(), 1), two = analyzed(spotter(), 2);
  EXPECT_EQ(one.problem.status, Status::decode_error);
  EXPECT_EQ(one.frames, 37);
  ASSERT_EQ(one.detections.size(), 1u);
  EXPECT_NEAR(one.detections[0].interval.apex_or_middle(), 120, 1);
  expect_same_analysis(one, two);
}

TEST_F(ClipAnalyzerOnThreads, AStopGivesWhatWasFoundUpToThere) {
  const auto stop = [](int before) {
    if (before == 5) request_stop(SIGTERM);
  };
  for (const int threads : {1, 2}) {
    const ClipAnalysis stopped = analyzed(stop, threads);
    EXPECT_EQ(stopped.problem.status, Status::decode_error) << threads;
    EXPECT_EQ(stopped.problem.message,
              "interrupted by signal 15 after 6 of 43 frames; what was found up to there is given");
    EXPECT_EQ(stopped.frames, 6) << threads;
    EXPECT_EQ(stopped.signal.frames.size(), 6u) << threads;
    EXPECT_EQ(frames_done, 6) << threads;
    request_stop(0);
  }
}

TEST_F(ClipAnalyzerOnThreads, AStopBeforeAnyFaceLeavesNothingToGive) {
  request_stop(SIGINT);
  for (const int threads : {1, 2}) EXPECT_THROW(analyzed([](int) {}, threads), Interrupted) << threads;
}

}  // namespace
}  // namespace merkit::testing
