#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/experiments/spotting_plan.h"
#include "support/recognizer_double.h"
#include "support/temporary_folder.h"

#include <filesystem>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

VideoEvent event(int onset, const std::string& kind, std::optional<int> label) {
  VideoEvent result;
  result.interval = {onset, onset + 5, onset + 10};
  result.kind = kind;
  if (kind == "micro") result.type = ExpressionType::micro;
  if (kind == "macro") result.type = ExpressionType::macro;
  result.label = label;
  return result;
}

/// Two videos of a/s1, and one each of a/s2 and of another s1; the second of a/s1 shows nothing.
SpottingPlan small_plan() {
  SpottingPlan plan;
  plan.spotter = "spy";
  plan.spotter_config = R"({"threshold": 0.5})";
  plan.recognizer = "spy_recognizer";
  plan.recognizer_config = R"({"c": 3})";
  plan.names = true;
  plan.protocol = "three_emotions";
  plan.classes = {"negative", "positive", "surprise"};
  plan.data = "0123";
  plan.software = "0.1.0 test";
  plan.seeds = {1, 7};
  const std::vector<VideoEvent> events = {event(10, "micro", 0), event(30, "blink", {}), event(50, "macro", {}),
                                          event(70, "micro", 2)};
  plan.videos = {{"v1", "a", "s1", 50, 2, events},
                 {"v2", "a", "s1", 50, 2, {}},
                 {"v3", "a", "s2", 25, 4, events},
                 {"v4", "b", "s1", 50, 2, events}};
  return plan;
}

struct NamedClip final : MeasuredClip {
  explicit NamedClip(std::string name) : id(std::move(name)) {}
  std::string id;
};

struct Notes {
  std::set<std::string> fitted, spotted, taught, named, cropped;
  std::set<std::uint64_t> seeds;
  bool label_seen = false;
};

class SpySpotter final : public Spotter {
 public:
  explicit SpySpotter(Notes& notes) : notes_(notes) {}
  std::unique_ptr<MeasuringSession> measure(double) const override { throw std::logic_error("measured before"); }
  SpottingResult spot(const MeasuredClip& clip) const override {
    notes_.spotted.insert(dynamic_cast<const NamedClip&>(clip).id);
    SpottingResult result;
    for (const int onset : {12, 69}) {
      Detection found;
      found.interval = {onset, onset + 4, onset + 9};
      found.onset_s = onset / 50.0;
      found.type = onset == 12 ? ExpressionType::micro : ExpressionType::macro;
      found.confidence = 0.1 * onset;
      result.detections.push_back(found);
    }
    result.signal.threshold = 0.375;
    return result;
  }
  void fit(const SpottingSampleSet& training, const FitOptions& options, FitObserver& observer) override {
    for (const auto& sample : training) {
      notes_.fitted.insert(sample.id);
      notes_.fitted.insert(dynamic_cast<const NamedClip&>(*sample.measured).id);
    }
    notes_.seeds.insert(options.seed);
    observer.on_epoch(1, 1, 0.5, 0.25);
  }
  void save(const fs::path&) const override {}
  void load(const ModelFile&) override {}

 private:
  Notes& notes_;
};

class SpyRecognizer final : public testing::RecognizerDouble {
 public:
  explicit SpyRecognizer(Notes& notes) : RecognizerDouble({"negative", "positive", "surprise"}), notes_(notes) {}
  void fit(const SampleSet& training, const FitOptions& options, FitObserver&) override {
    for (const auto& sample : training) notes_.taught.insert(sample.id);
    notes_.seeds.insert(options.seed);
  }
  std::unique_ptr<EncodedSample> encode(const Sample& sample) const override {
    if (sample.interval.onset == 69) throw ClipError(Status::no_face, "nothing to see");
    notes_.named.insert(sample.id);
    notes_.label_seen = notes_.label_seen || sample.label.has_value();
    return RecognizerDouble::encode(sample);
  }
  std::vector<Prediction> recognize(const std::vector<std::unique_ptr<EncodedSample>>& samples) const override {
    return {samples.size(), Prediction{1, {0.25f, 0.5f, 0.25f}, {}}};
  }

 private:
  Notes& notes_;
};

Sample named_sample(const std::string& id) {
  Sample sample;
  sample.id = id;
  return sample;
}

SpottingTaskResult run_with_spies(const SpottingPlan& plan, const FoldTask& task, Notes& notes, bool chain = true) {
  SpottingMaterial material;
  for (const auto& video : plan.videos) {
    SpottingSample sample;
    sample.id = video.id;
    sample.measured = std::make_shared<NamedClip>(video.id);
    material.videos.push_back(sample);
    material.expressions.push_back(video.events.empty() ? SampleSet{}
                                                        : SampleSet{named_sample(video.id), named_sample(video.id)});
  }
  material.crops = [&](std::size_t video, const std::vector<Detection>& found) {
    notes.cropped.insert(plan.videos[video].id);
    SampleSet samples;
    for (const auto& detection : found) {
      samples.push_back(named_sample(plan.videos[video].id));
      samples.back().interval = detection.interval;
    }
    return samples;
  };
  std::function<std::unique_ptr<Recognizer>()> make_recognizer;
  if (chain) make_recognizer = [&] { return std::make_unique<SpyRecognizer>(notes); };
  return run_task(plan, task, material, [&] { return std::make_unique<SpySpotter>(notes); }, make_recognizer, {});
}

TEST(SpottingLoso, NothingOfTheHeldOutPersonReachesTrainingOfSpotterOrRecognizer) {
  const SpottingPlan plan = small_plan();
  ASSERT_EQ(plan.tasks().size(), 6u);
  for (const auto& task : plan.tasks()) {
    Notes notes;
    const SpottingTaskResult result = run_with_spies(plan, task, notes);
    std::set<std::string> held_out, others, taught;
    for (const auto& video : plan.videos) {
      const bool is_held_out = video.dataset + "/" + video.subject == task.group;
      (is_held_out ? held_out : others).insert(video.id);
      if (!is_held_out && !video.events.empty()) taught.insert(video.id);
    }
    EXPECT_EQ(notes.fitted, others) << task.group;
    EXPECT_EQ(notes.taught, taught) << task.group;
    EXPECT_EQ(notes.spotted, held_out) << task.group;
    EXPECT_EQ(notes.cropped, held_out) << task.group;
    EXPECT_EQ(notes.named, held_out) << task.group;
    EXPECT_FALSE(notes.label_seen) << "the label of what was found was within reach";
    EXPECT_EQ(notes.seeds, std::set<std::uint64_t>{task.seed});
    EXPECT_EQ(result.videos.size(), held_out.size());
    EXPECT_EQ(result.epochs.size(), 1u);
  }
}

TEST(SpottingLoso, WhatCannotBeNamedIsStillFound) {
  Notes notes;
  const SpottingPlan plan = small_plan();
  const SpottingTaskResult result = run_with_spies(plan, plan.tasks()[1], notes);
  ASSERT_EQ(result.videos.size(), 1u);
  const auto& found = result.videos[0].detections;
  ASSERT_EQ(found.size(), 2u);
  ASSERT_TRUE(found[0].prediction);
  EXPECT_EQ(found[0].prediction->label, 1);
  EXPECT_FALSE(found[1].prediction);
}

TEST(SpottingLoso, WithoutAChainNothingIsNamedOrReadAgain) {
  Notes notes;
  SpottingPlan plan = small_plan();
  plan.recognizer.clear();
  plan.names = false;
  const SpottingTaskResult result = run_with_spies(plan, plan.tasks()[0], notes, /*chain=*/false);
  EXPECT_TRUE(notes.cropped.empty());
  EXPECT_TRUE(notes.taught.empty());
  EXPECT_FALSE(result.videos[0].detections[0].prediction);
}

TEST(SpottingPlan, HoldsOutAllVideosOfAPersonTogether) {
  EXPECT_THAT(small_plan().groups(), ElementsAre("a/s1", "a/s2", "b/s1"));
  SpottingPlan plan = small_plan();
  plan.held_out = "dataset";
  EXPECT_THAT(plan.groups(), ElementsAre("a", "b"));
}

TEST(SpottingPlan, ThatCannotBeRunIsRefused) {
  const auto message = [](const SpottingPlan& plan) {
    try {
      plan.check();
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message(small_plan()), "accepted");
  SpottingPlan one = small_plan();
  one.videos.resize(2);
  EXPECT_THAT(message(one), HasSubstr("only one subject among the 2 videos"));
  SpottingPlan blinks = small_plan();
  for (auto& video : blinks.videos)
    if (video.subject != "s2") video.events = {event(30, "blink", {})};
  EXPECT_EQ(message(blinks), "without subject a/s2 no expression is left to learn from");
  SpottingPlan one_class = small_plan();
  for (auto& video : one_class.videos)
    if (!video.events.empty()) video.events.pop_back();
  EXPECT_THAT(message(one_class), HasSubstr("fewer than two classes of micro-expressions"));
  one_class.names = false;
  EXPECT_EQ(message(one_class), "accepted") << "a spotter needs no classes";
  SpottingPlan twice = small_plan();
  twice.seeds = {3, 3};
  EXPECT_THROW(twice.check(), ConfigError);
}

TEST(SpottingPlan, IsTheSameAfterWritingAndReadingAndHasAFingerprintOfItsOwn) {
  const SpottingPlan plan = small_plan();
  const SpottingPlan back = SpottingPlan::from_json(plan.to_json(), "plan.json");
  EXPECT_EQ(back.to_json(), plan.to_json());
  EXPECT_EQ(back.videos[0].events[0].label, 0);
  EXPECT_EQ(back.videos[0].events[1].type, std::nullopt);
  EXPECT_EQ(back.videos[0].events[2].type, ExpressionType::macro);
  std::set<std::string> all{plan.fingerprint()};
  const auto changed = [&](auto&& change) {
    SpottingPlan other = plan;
    change(other);
    EXPECT_TRUE(all.insert(other.fingerprint()).second);
  };
  changed([](SpottingPlan& p) { p.spotter = "other"; });
  changed([](SpottingPlan& p) { p.recognizer_config = R"({"c": 4})"; });
  changed([](SpottingPlan& p) { p.seeds = {1}; });
  changed([](SpottingPlan& p) { p.videos[2].events[1].interval.offset += 1; });
  changed([](SpottingPlan& p) { p.videos[2].events[0].label = 1; });
  changed([](SpottingPlan& p) { p.videos[3].duration_s = 3; });
  for (const char* text : {"", "{", "[]", "{}", R"({"schema": "merkit/loso-plan/1"})"})
    EXPECT_THROW(SpottingPlan::from_json(text, "plan.json"), InputError) << text;
}

TEST(SpottingDirectory, GoesOnWhereItWasAndKeepsWhatWasFound) {
  const TemporaryFolder folder;
  const SpottingPlan plan = small_plan();
  const auto task = plan.tasks()[0];
  Notes notes;
  {
    const SpottingDirectory run(folder / "run", plan);
    run.write(task, run_with_spies(plan, task, notes));
  }
  EXPECT_TRUE(holds_spotting_run(folder / "run"));
  EXPECT_FALSE(holds_spotting_run(folder / "elsewhere"));
  const SpottingDirectory again(folder / "run", plan);
  EXPECT_EQ(again.missing().size(), 5u);
  const SpottingTaskResult back = again.read(task);
  ASSERT_EQ(back.videos.size(), 2u);
  EXPECT_EQ(back.videos[1].video, 1u);
  EXPECT_EQ(back.videos[0].threshold, 0.375);
  const Detection& found = back.videos[0].detections[0];
  EXPECT_EQ(found.interval.apex, 16);
  EXPECT_EQ(found.onset_s, 0.24);
  EXPECT_EQ(found.confidence, 0.1 * 12);
  EXPECT_EQ(found.prediction->scores, (std::vector<float>{0.25f, 0.5f, 0.25f}));
  EXPECT_EQ(back.videos[0].detections[1].type, ExpressionType::macro);
  SpottingPlan other = plan;
  other.recognizer_config = R"({"c": 5})";
  try {
    SpottingDirectory(folder / "run", other);
    FAIL() << "not refused";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("it differs in settings of the recognizer"));
  }
  EXPECT_THROW(RecognitionDirectory(folder / "run"), InputError) << "a run of another kind";
}

TEST(SpottingDirectory, ADamagedResultCountsAsNotDone) {
  const TemporaryFolder folder;
  const SpottingPlan plan = small_plan();
  const SpottingDirectory run(folder / "run", plan);
  const auto task = plan.tasks()[0];
  Notes notes;
  run.write(task, run_with_spies(plan, task, notes));
  const fs::path file = folder / "run" / "tasks" / "fold000-seed1.json";
  const std::string good = read_file(file);
  EXPECT_TRUE(run.is_done(task));
  const auto spoilt = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    const auto at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write_file_atomically(file, text.replace(at, from.size(), to));
    EXPECT_FALSE(run.is_done(task)) << to;
  };
  spoilt(good.substr(good.size() / 2), "");
  spoilt("\"label\":1", "\"label\":3");
  spoilt("\"video\":0", "\"video\":2");
  spoilt("\"offset\":21", "\"offset\":2");
  spoilt("[0.25,0.5,0.25]", "[0.25,0.5]");
  write_file_atomically(file, good);
  EXPECT_TRUE(run.is_done(task));
}

}  // namespace
}  // namespace merkit
