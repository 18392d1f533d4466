// What every recognizer of the catalogue must do; a new one is tested without another line. Its model files are tested
// in every_model_test.cpp.

#include "merkit/core/error.h"
#include "merkit/core/stop.h"
#include "methods/every_recognizer.h"

#include <algorithm>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

using ::testing::HasSubstr;

TEST_P(EveryRecognizer, HasADefaultConfigurationThatIsComplete) {
  const Settings file = default_config(GetParam().name);
  EXPECT_EQ(GetParam().resolve_config(file).to_json(), GetParam().resolve_config(Settings()).to_json());
  EXPECT_EQ(GetParam().describe_config().empty(), !looks_at_samples()) << "one has no settings";
  Settings unknown = file;
  unknown.set("no_such_setting", "1", "test");
  EXPECT_THROW(GetParam().resolve_config(unknown), ConfigError);
}

TEST_P(EveryRecognizer, GivesScoresThatSumToOne) {
  const auto recognizer = fitted();
  for (const Sample& sample : synthetic_samples(2, 3)) {
    const Prediction prediction = recognizer->recognize(sample);
    ASSERT_EQ(prediction.scores.size(), 3u);
    EXPECT_NEAR(std::accumulate(prediction.scores.begin(), prediction.scores.end(), 0.0), 1, 1e-6);
    for (const float score : prediction.scores) EXPECT_TRUE(score >= 0 && score <= 1) << score;
    EXPECT_EQ(prediction.confidence(), *std::max_element(prediction.scores.begin(), prediction.scores.end()));
  }
}

TEST_P(EveryRecognizer, GivesTheSameForTheSameSeed) {
  const auto first = fitted(), second = fitted();
  for (const Sample& sample : synthetic_samples(2, 3))
    EXPECT_EQ(first->recognize(sample).logits, second->recognize(sample).logits) << sample.id;
}

TEST_P(EveryRecognizer, GivesTheSameWhenFittedBesideAnother) {
  const auto alone = fitted(3);
  std::unique_ptr<Recognizer> beside[2];
  std::thread threads[2];
  for (int i = 0; i < 2; ++i) threads[i] = std::thread([&, i] { beside[i] = fitted(3, i == 0 ? 7 : 8); });
  for (std::thread& thread : threads) thread.join();
  for (const Sample& sample : synthetic_samples(2, 3))
    EXPECT_EQ(alone->recognize(sample).logits, beside[0]->recognize(sample).logits) << sample.id;
}

TEST_P(EveryRecognizer, LearnsWhereAClassIsAbsent) {
  const auto recognizer = make({{"training.epochs", "2"}});
  SampleSet samples = synthetic_samples(2, 3);
  for (Sample& sample : samples)
    if (sample.label == 1) sample.label = 2;
  RecordingObserver observer;
  recognizer->fit(samples, {}, observer);
  EXPECT_FALSE(observer.epochs_heard.empty());
  EXPECT_EQ(recognizer->recognize(samples[0]).scores.size(), 3u);
}

TEST_P(EveryRecognizer, AnswersManyThreadsAtOnceAsItAnswersOne) {
  const auto recognizer = fitted();
  const SampleSet samples = synthetic_samples(2, 3);
  std::vector<std::vector<float>> expected;
  for (const Sample& sample : samples) expected.push_back(recognizer->recognize(sample).logits);
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 60; ++i) {
        const std::size_t at = static_cast<std::size_t>(i + t) % samples.size();
        if (recognizer->recognize(samples[at]).logits != expected[at]) ++wrong[t];
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, ::testing::Each(0));
}

TEST_P(EveryRecognizer, LearnsSixSamplesByHeart) {
  if (!looks_at_samples()) GTEST_SKIP() << "it never looks at a sample";
  const auto recognizer = make({{"training.epochs", "150"},
                                {"training.learning_rate", "0.001"},
                                {"dropout", "0.1"},
                                {"training.sampling", "each_once"},
                                {"training.augmentation.mirror", "0"},
                                {"training.augmentation.shift_px", "0"},
                                {"training.augmentation.scale", "0"},
                                {"training.shuffle", "true"}});
  const SampleSet samples = synthetic_samples(2, 3);
  RecordingObserver observer;
  recognizer->fit(samples, {}, observer);
  for (const Sample& sample : samples) EXPECT_EQ(recognizer->recognize(sample).label, *sample.label) << sample.id;
}

TEST_P(EveryRecognizer, RefusesTrainingSetsThatTeachNothing) {
  const auto recognizer = make();
  RecordingObserver observer;
  const auto message = [&](const SampleSet& samples) -> std::string {
    try {
      recognizer->fit(samples, {}, observer);
    } catch (const InputError& error) {
      return error.what();
    }
    return "(accepted)";
  };
  SampleSet samples = synthetic_samples(1, 3);
  EXPECT_THAT(message({}), HasSubstr("no samples"));
  samples[1].label = std::nullopt;
  EXPECT_THAT(message(samples), HasSubstr("sample \"s1_2\" has no label"));
  samples[1].label = 3;
  EXPECT_THAT(message(samples), HasSubstr("has label 3; the classes are 0..2"));
  samples[1].label = -1;
  EXPECT_THAT(message(samples), HasSubstr("has label -1"));
  for (Sample& sample : samples) sample.label = 2;
  EXPECT_THAT(message(samples), HasSubstr("of the class \"surprise\""));
  EXPECT_TRUE(observer.epochs_heard.empty());
}

/// Thrown inside the plug-in, caught here: program and plug-in must agree on the classes of exceptions.
TEST_P(EveryRecognizer, RefusesSamplesOfAnotherKind) {
  if (!looks_at_samples()) GTEST_SKIP() << "it never looks at a sample";
  const auto recognizer = fitted();
  Sample sample = synthetic_samples(1, 1)[0];
  sample.faces.clear();
  const auto status = [&]() -> std::string {
    try {
      recognizer->recognize(sample);
    } catch (const ClipError& error) {
      EXPECT_THAT(error.what(), HasSubstr("s1_1"));
      return std::string(to_string(error.status()));
    }
    return "(accepted)";
  };
  sample.motion_image = synthetic_motion_image(0, 1, 27);
  EXPECT_EQ(status(), "unsupported");
  sample.motion_image = cv::Mat(28, 28, CV_8UC1, cv::Scalar(0));
  EXPECT_EQ(status(), "unsupported");
  sample.motion_image = std::nullopt;
  EXPECT_EQ(status(), "unsupported");
}

TEST_P(EveryRecognizer, ChoosesDevicesByName) {
  const auto recognizer = make();
  EXPECT_EQ(recognizer->use_device("cpu"), "cpu");
  EXPECT_THROW(recognizer->use_device("gpu"), ConfigError);
  EXPECT_THROW(recognizer->use_device("cuda:x"), ConfigError);
  EXPECT_THROW(recognizer->use_device("cuda:99"), MachineError);
  EXPECT_NO_THROW(recognizer->use_device("auto"));
}

TEST_P(EveryRecognizer, EndsWhenAStopIsRequested) {
  const auto recognizer = make();
  RecordingObserver observer;
  request_stop(2);
  EXPECT_THROW(recognizer->fit(synthetic_samples(1, 3), {}, observer), Interrupted);
  request_stop(0);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryRecognizer, ::testing::ValuesIn(recognizers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace merkit::testing
