#include "experiments/plan_samples.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/experiments/recognition_plan.h"
#include "support/recognizer_double.h"
#include "support/temporary_folder.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::samples_of;
using testing::TemporaryFolder;

RecognitionPlan small_plan() {
  RecognitionPlan plan;
  plan.method = "spy";
  plan.config = R"({"epochs": 2})";
  plan.protocol = "three_emotions";
  plan.classes = {"negative", "positive", "surprise"};
  plan.data = "0123";
  plan.software = "0.1.0 test";
  plan.seeds = {1, 7};
  // Two data sets have a person "s1": they are different people.
  for (const char* who : {"a/s1", "a/s2", "b/s1"})
    for (int i = 0; i < 3; ++i) {
      const std::string text = who;
      plan.clips.push_back({text + "_" + std::to_string(i), text.substr(0, 1), text.substr(2), i});
    }
  return plan;
}

/// Notes all that it is given.
class Spy final : public testing::RecognizerDouble {
 public:
  struct Notes {
    std::set<std::string> fitted, recognized;
    std::set<std::uint64_t> seeds;
    std::vector<std::string> not_for_pretraining;
    bool label_seen = false;
  };
  explicit Spy(Notes& notes) : RecognizerDouble({"negative", "positive", "surprise"}), notes_(notes) {}

  void fit(const SampleSet& training, const FitOptions& options, FitObserver& observer) override {
    for (const auto& sample : training) notes_.fitted.insert(sample.id);
    notes_.seeds.insert(options.seed);
    notes_.not_for_pretraining = options.not_for_pretraining;
    observer.on_epoch(1, 2, 1.5, 0.25);
    observer.on_epoch(2, 2, 0.5, 0.75);
  }
  std::unique_ptr<EncodedSample> encode(const Sample& sample) const override {
    notes_.recognized.insert(sample.id);
    notes_.label_seen = notes_.label_seen || sample.label.has_value();
    return RecognizerDouble::encode(sample);
  }
  std::vector<Prediction> recognize(const std::vector<std::unique_ptr<EncodedSample>>& samples) const override {
    return {samples.size(), Prediction{1, {0.25f, 0.5f, 0.25f}, {}}};
  }

 private:
  Notes& notes_;
};

RecognitionTaskResult run_with_spy(const RecognitionPlan& plan, const RecognitionPlan::Task& task, Spy::Notes& notes) {
  return run_task(plan, task, samples_of(plan), [&] { return std::make_unique<Spy>(notes); }, {});
}

TEST(RecognitionPlan, HoldsOutEachPersonOfEachDataSetWithEachSeed) {
  const auto tasks = small_plan().tasks();
  ASSERT_EQ(tasks.size(), 6u);
  EXPECT_EQ(tasks[0].name(), "fold000-seed1");
  EXPECT_EQ(tasks[0].group, "a/s1");
  EXPECT_EQ(tasks[2].group, "b/s1");
  EXPECT_EQ(tasks[5].name(), "fold002-seed7");
}

TEST(RecognitionPlan, MayHoldOutWholeDataSets) {
  RecognitionPlan plan = small_plan();
  plan.held_out = "dataset";
  EXPECT_EQ(plan.groups(), (std::vector<std::string>{"a", "b"}));
}

TEST(RecognitionPlan, NothingOfTheHeldOutPersonReachesTraining) {
  const RecognitionPlan plan = small_plan();
  for (const auto& task : plan.tasks()) {
    Spy::Notes notes;
    const RecognitionTaskResult result = run_with_spy(plan, task, notes);
    EXPECT_EQ(notes.fitted.size(), 6u);
    EXPECT_EQ(notes.recognized.size(), 3u);
    for (const auto& id : notes.recognized) {
      EXPECT_EQ(notes.fitted.count(id), 0u) << id;
      EXPECT_EQ(id.rfind(task.group, 0), 0u) << id;
    }
    EXPECT_FALSE(notes.label_seen) << "the label of a held-out clip was within reach";
    EXPECT_EQ(notes.seeds, std::set<std::uint64_t>{task.seed});
    EXPECT_EQ(result.clips.size(), 3u);
    EXPECT_EQ(result.epochs.size(), 2u);
    EXPECT_EQ(result.epochs[1].accuracy, 0.75);
  }
}

/// Folds that share the stage without labels: nobody held out in any of them may be in it, and it is the same for all.
TEST(RecognitionPlan, NobodyHeldOutInAGroupOfFoldsReachesTheStageWithoutLabelsOfAnyOfThem) {
  RecognitionPlan plan = small_plan();
  const RecognitionPlan::Task first = plan.tasks()[0], second = plan.tasks()[1], third = plan.tasks()[2];
  EXPECT_TRUE(plan.not_for_pretraining(first).empty()) << "each fold has its own";
  plan.pretraining_groups = 2;
  EXPECT_EQ(plan.not_for_pretraining(first), (std::vector<std::string>{"a/s1", "b/s1"}));
  EXPECT_EQ(plan.not_for_pretraining(third), plan.not_for_pretraining(first));
  EXPECT_EQ(plan.not_for_pretraining(second), (std::vector<std::string>{"a/s2"}));
  plan.held_out = "dataset";
  EXPECT_EQ(plan.not_for_pretraining(plan.tasks()[0]), (std::vector<std::string>{"a/s1", "a/s2"}));
  plan.pretraining_groups = 1;
  EXPECT_THROW(plan.check(), ConfigError);
}

TEST(RecognitionPlan, GivesTheMethodTheNamesOfThoseItMustNotLearnFromWithoutLabels) {
  RecognitionPlan plan = small_plan();
  plan.pretraining_groups = 2;
  Spy::Notes notes;
  run_with_spy(plan, plan.tasks()[2], notes);
  EXPECT_EQ(notes.not_for_pretraining, (std::vector<std::string>{"a/s1", "b/s1"}));
  EXPECT_NE(plan.fingerprint(), small_plan().fingerprint());
  EXPECT_EQ(RecognitionPlan::from_json(plan.to_json(), "test").pretraining_groups, 2);
  plan.pretrained = "0123";
  EXPECT_EQ(RecognitionPlan::from_json(plan.to_json(), "test").pretrained, "0123");
  EXPECT_THROW(plan.check(), ConfigError) << "there is no such stage to share";
}

TEST(RecognitionPlan, ThatCannotBeRunIsRefused) {
  RecognitionPlan one_person = small_plan();
  one_person.clips.resize(3);
  EXPECT_THROW(one_person.check(), InputError);
  RecognitionPlan one_class = small_plan();
  for (auto& clip : one_class.clips) clip.label = clip.subject == "s2" ? 1 : 0;
  EXPECT_THROW(one_class.check(), InputError);  // without s2 all is of one class
  RecognitionPlan twice = small_plan();
  twice.seeds = {3, 3};
  EXPECT_THROW(twice.check(), ConfigError);
}

TEST(RecognitionPlan, IsTheSameAfterWritingAndReadingAndHasAFingerprintOfItsOwn) {
  const RecognitionPlan plan = small_plan();
  const RecognitionPlan back = RecognitionPlan::from_json(plan.to_json(), "plan.json");
  EXPECT_EQ(back.to_json(), plan.to_json());
  EXPECT_EQ(back.fingerprint(), plan.fingerprint());
  std::set<std::string> all{plan.fingerprint()};
  const auto changed = [&](auto&& change) {
    RecognitionPlan other = plan;
    change(other);
    EXPECT_TRUE(all.insert(other.fingerprint()).second);
  };
  changed([](RecognitionPlan& p) { p.method = "other"; });
  changed([](RecognitionPlan& p) { p.config = R"({"epochs": 3})"; });
  changed([](RecognitionPlan& p) { p.data = "4567"; });
  changed([](RecognitionPlan& p) { p.software = "0.2.0"; });
  changed([](RecognitionPlan& p) { p.seeds = {1}; });
  changed([](RecognitionPlan& p) { p.held_out = "dataset"; });
  changed([](RecognitionPlan& p) { p.clips[2].label = 0; });
  changed([](RecognitionPlan& p) { p.clips.pop_back(); });
  for (const char* text : {"", "{", "[]", "{}", R"({"schema": "merkit/loso-plan/1"})"})
    EXPECT_THROW(RecognitionPlan::from_json(text, "plan.json"), InputError) << text;
}

TEST(RecognitionDirectory, GoesOnWhereItWasAndRefusesAnotherRun) {
  const TemporaryFolder folder;
  const RecognitionPlan plan = small_plan();
  const auto tasks = plan.tasks();
  Spy::Notes notes;
  {
    const RecognitionDirectory run(folder / "run", plan);
    EXPECT_EQ(run.missing().size(), 6u);
    run.write(tasks[3], run_with_spy(plan, tasks[3], notes));
  }
  const RecognitionDirectory again(folder / "run", plan);
  EXPECT_EQ(again.missing().size(), 5u);
  EXPECT_TRUE(again.is_done(tasks[3]));
  const RecognitionTaskResult result = again.read(tasks[3]);
  EXPECT_EQ(result.predictions[2].scores, (std::vector<float>{0.25f, 0.5f, 0.25f}));
  EXPECT_EQ(result.epochs[0].loss, 1.5);
  RecognitionPlan other = plan;
  other.seeds = {1};
  try {
    RecognitionDirectory(folder / "run", other);
    FAIL() << "not refused";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("holds another run: it differs in seeds"));
  }
}

TEST(RecognitionDirectory, ADamagedResultCountsAsNotDone) {
  const TemporaryFolder folder;
  const RecognitionPlan plan = small_plan();
  const RecognitionDirectory run(folder / "run", plan);
  const auto task = plan.tasks()[0];
  Spy::Notes notes;
  run.write(task, run_with_spy(plan, task, notes));
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
  spoilt("\"clip\":0", "\"clip\":5");
  spoilt("[0.25,0.5,0.25]", "[0.25,0.5]");
  spoilt(plan.fingerprint(), std::string(32, '0'));
  write_file_atomically(file, good);
  EXPECT_TRUE(run.is_done(task));
}

TEST(RecognitionDirectory, TakesThePartsOfTheSameRunOnly) {
  const TemporaryFolder folder;
  const RecognitionPlan plan = small_plan();
  const auto tasks = plan.tasks();
  Spy::Notes notes;
  const RecognitionDirectory first(folder / "1", plan), second(folder / "2", plan), whole(folder / "all", plan);
  for (std::size_t i = 0; i < tasks.size(); ++i)
    (i % 2 ? second : first).write(tasks[i], run_with_spy(plan, tasks[i], notes));
  whole.take_from(first);
  EXPECT_EQ(whole.missing().size(), 3u);
  whole.take_from(second);
  EXPECT_TRUE(whole.missing().empty());
  RecognitionPlan other = plan;
  other.config = R"({"epochs": 9})";
  const RecognitionDirectory foreign(folder / "3", other);
  EXPECT_THROW(whole.take_from(foreign), InputError);
}

}  // namespace
}  // namespace merkit
