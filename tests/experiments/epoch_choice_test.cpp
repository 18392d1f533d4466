#include "experiments/epoch_choice.h"

#include "experiments/plan_samples.h"
#include "merkit/core/error.h"
#include "support/recognizer_double.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::HasSubstr;
using testing::samples_of;

/// Sixteen people of two classes, three clips each.
RecognitionPlan plan_of_sixteen(const std::string& selection) {
  RecognitionPlan plan;
  plan.method = "pupil";
  plan.config = "{}";
  plan.protocol = "two";
  plan.classes = {"a", "b"};
  plan.epoch_selection = selection;
  plan.seeds = {1};
  for (int person = 0; person < 16; ++person)
    for (int i = 0; i < 3; ++i)
      plan.clips.push_back({"p" + std::to_string(person) + "_" + std::to_string(i), "set", "p" + std::to_string(person),
                            (person + i) % 2});
  return plan;
}

/// Says class a with a probability that depends on the epoch, so that each epoch is right about other clips.
class Pupil final : public testing::RecognizerDouble {
 public:
  struct Notes {
    std::set<std::string> taught, asked;
    bool label_seen = false;
  };

  Pupil(Notes& notes, std::vector<float> chances)
      : RecognizerDouble({"a", "b"}), notes_(notes), chances_(std::move(chances)) {}

  void fit(const SampleSet& training, const FitOptions&, FitObserver& observer) override {
    for (const auto& sample : training) notes_.taught.insert(sample.subject);
    for (std::size_t i = 0; i < chances_.size(); ++i) {
      chance_ = chances_[i];
      const int epoch = static_cast<int>(i) + 1;
      observer.on_epoch(epoch, static_cast<int>(chances_.size()), 1, 0.5);
      observer.on_state(epoch, *this);
    }
  }
  std::unique_ptr<EncodedSample> encode(const Sample& sample) const override {
    notes_.asked.insert(sample.subject);
    notes_.label_seen = notes_.label_seen || sample.label.has_value();
    return RecognizerDouble::encode(sample);
  }
  std::vector<Prediction> recognize(const std::vector<std::unique_ptr<EncodedSample>>& samples) const override {
    return {samples.size(), Prediction{chance_ >= 0.5f ? 0 : 1, {chance_, 1 - chance_}, {}}};
  }

 private:
  Notes& notes_;
  std::vector<float> chances_;
  float chance_ = 0.5;
};

RecognitionTaskResult result_of(const RecognitionPlan& plan, std::size_t task, Pupil::Notes& notes,
                                const std::vector<float>& chances) {
  return run_task(plan, plan.tasks().at(task), samples_of(plan),
                  [&] { return std::make_unique<Pupil>(notes, chances); }, {});
}

TEST(EpochChoice, TakesTheLastEpochUnlessToldOtherwise) {
  Pupil::Notes notes;
  const RecognitionTaskResult result = result_of(plan_of_sixteen("last"), 0, notes, {0.9f, 0.2f, 0.6f});
  EXPECT_EQ(result.chosen_epoch, 0);
  EXPECT_EQ(result.epochs.size(), 3u);
  EXPECT_FLOAT_EQ(result.predictions.at(0).scores[0], 0.6f);
  EXPECT_EQ(notes.taught.size(), 15u);
}

TEST(EpochChoice, InnerAsksOtherPeopleThanThoseTaughtAndTheOneHeldOut) {
  const RecognitionPlan plan = plan_of_sixteen("inner");
  std::set<std::string> ever_watched;
  for (std::size_t task = 0; task < 16; ++task) {
    Pupil::Notes notes;
    const RecognitionTaskResult result = result_of(plan, task, notes, {0.99f, 0.5f, 0.01f});
    const std::string held_out = "p" + std::to_string(task);
    EXPECT_EQ(notes.taught.size(), 13u);  // 15 but two: an eighth, rounded up
    EXPECT_EQ(notes.asked.size(), 3u);
    EXPECT_EQ(notes.taught.count(held_out), 0u);
    for (const auto& person : notes.asked) {
      EXPECT_EQ(notes.taught.count(person), 0u) << person << " both teaches and chooses";
      if (person != held_out) ever_watched.insert(person);
    }
    EXPECT_FALSE(notes.label_seen);
    // Half of the clips are of each class, nearly: being undecided costs least.
    EXPECT_EQ(result.chosen_epoch, 2);
    EXPECT_FLOAT_EQ(result.predictions.at(0).scores[0], 0.5f);
  }
  EXPECT_GT(ever_watched.size(), 8u) << "each fold must draw its own";
}

TEST(EpochChoice, InnerDoesNotDependOnTheHeldOutLabels) {
  RecognitionPlan plan = plan_of_sixteen("inner");
  Pupil::Notes notes, other_notes;
  const RecognitionTaskResult result = result_of(plan, 0, notes, {0.7f, 0.55f, 0.3f});
  for (auto& clip : plan.clips)
    if (clip.subject == "p0") clip.label = 1 - clip.label;
  const RecognitionTaskResult other = result_of(plan, 0, other_notes, {0.7f, 0.55f, 0.3f});
  EXPECT_EQ(result.chosen_epoch, other.chosen_epoch);
  EXPECT_EQ(notes.taught, other_notes.taught);
}

TEST(EpochChoice, TestOracleTakesTheEpochThatIsBestForTheHeldOutAndTheLaterOfEqualOnes) {
  const RecognitionPlan plan = plan_of_sixteen("test-oracle");
  EXPECT_TRUE(plan.is_leaky());
  Pupil::Notes notes;
  // p0 has classes a, b, a: saying a is right twice.
  const RecognitionTaskResult result = result_of(plan, 0, notes, {0.1f, 0.9f, 0.8f, 0.2f});
  EXPECT_EQ(result.chosen_epoch, 3);
  EXPECT_FLOAT_EQ(result.predictions.at(0).scores[0], 0.8f);
  // p1 has b, a, b.
  EXPECT_EQ(result_of(plan, 1, notes, {0.1f, 0.9f, 0.8f, 0.2f}).chosen_epoch, 4);
}

TEST(EpochChoice, ChangesTheFingerprintAndRefusesUnknownNames) {
  EXPECT_NE(plan_of_sixteen("last").fingerprint(), plan_of_sixteen("inner").fingerprint());
  try {
    plan_of_sixteen("best").check();
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("epoch selection \"best\""));
  }
  EXPECT_EQ(RecognitionPlan::from_json(plan_of_sixteen("inner").to_json(), "p").epoch_selection, "inner");
}

TEST(EpochChoice, SaysWhenTooFewClassesAreLeft) {
  RecognitionPlan plan = plan_of_sixteen("inner");
  // Class b is one person's alone among those who could teach.
  for (auto& clip : plan.clips) clip.label = clip.subject == "p0" || clip.subject == "p5" ? 1 : 0;
  plan.seeds.clear();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) plan.seeds.push_back(seed);
  int refused = 0;
  for (std::size_t task = 0; task < plan.tasks().size(); ++task) {
    Pupil::Notes notes;
    try {
      result_of(plan, task, notes, {0.5f});
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr("people who choose the epoch, only 1 classes"));
      ++refused;
    }
  }
  // In 40 of the 320 folds one of the two is held out, and the other one of those drawn in two of fifteen.
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 20);
}

}  // namespace
}  // namespace merkit
