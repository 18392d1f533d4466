// What every recognizer of the catalogue must do; a new one is tested without another line.

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/core/stop.h"
#include "merkit/methods/method.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <numeric>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {

// GoogleTest would print the bytes of a Method otherwise.
static void PrintTo(const Method& method, std::ostream* out) { *out << method.name; }

namespace {

using merkit::testing::RecordingObserver;
using merkit::testing::synthetic_motion_image;
using merkit::testing::synthetic_samples;
using merkit::testing::TemporaryFolder;
using merkit::testing::three_emotions;
using ::testing::HasSubstr;

std::vector<Method> recognizers() {
  std::vector<Method> list;
  for (const Method& method : methods())
    if (method.make_recognizer) list.push_back(method);
  return list;
}

/// Not every method has epochs, or dropout.
bool knows(const Settings& settings, const std::string& path) {
  const std::size_t dot = path.find('.');
  return dot == std::string::npos ? settings.has(path)
                                  : knows(settings.child(path.substr(0, dot)), path.substr(dot + 1));
}

class EveryRecognizer : public ::testing::TestWithParam<Method> {
 protected:
  std::unique_ptr<Recognizer> make(const std::vector<std::pair<std::string, std::string>>& settings = {}) const {
    Settings config = default_config(GetParam().name);
    const Settings effective = GetParam().resolve_config(config);
    for (const auto& [path, value] : settings)
      if (knows(effective, path)) config.set(path, value, "test");
    return GetParam().make_recognizer(config, three_emotions());
  }

  std::unique_ptr<Recognizer> fitted(int epochs = 2, std::uint64_t seed = 7) const {
    auto recognizer = make({{"training.epochs", std::to_string(epochs)}});
    FitOptions options;
    options.seed = seed;
    options.provenance = "a test";
    options.licence = "free";
    RecordingObserver observer;
    recognizer->fit(synthetic_samples(2, 3), options, observer);
    return recognizer;
  }

  ModelFile saved() const {
    const TemporaryFolder folder;
    fitted()->save(folder / "model.safetensors");
    return ModelFile::read(folder / "model.safetensors");
  }
};

TEST_P(EveryRecognizer, HasADefaultConfigurationThatIsComplete) {
  const Settings file = default_config(GetParam().name);
  EXPECT_EQ(GetParam().resolve_config(file).to_json(), GetParam().resolve_config(Settings()).to_json());
  EXPECT_FALSE(GetParam().describe_config().empty());
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

TEST_P(EveryRecognizer, GivesTheSameAnswerAfterSaveAndLoad) {
  const TemporaryFolder folder;
  const auto original = fitted();
  original->save(folder / "model.safetensors");
  const ModelFile file = ModelFile::read(folder / "model.safetensors");
  EXPECT_EQ(file.info.method, GetParam().name);
  EXPECT_THAT(file.info.subjects, ::testing::ElementsAre("synthetic/s1", "synthetic/s2"));
  EXPECT_EQ(file.info.provenance, "a test");
  EXPECT_EQ(file.info.licence, "free");

  const auto loaded = load_recognizer(file);
  EXPECT_EQ(loaded->labels(), three_emotions());
  for (const Sample& sample : synthetic_samples(2, 3))
    EXPECT_EQ(original->recognize(sample).scores, loaded->recognize(sample).scores) << sample.id;
  loaded->save(folder / "again.safetensors");
  EXPECT_EQ(read_file(folder / "model.safetensors"), read_file(folder / "again.safetensors"));
}

TEST_P(EveryRecognizer, CountsTheParametersOfAModelAsItCountsItsOwn) {
  const TemporaryFolder folder;
  const auto original = fitted();
  original->save(folder / "model.safetensors");
  EXPECT_GT(original->parameter_count(), 0);
  EXPECT_EQ(load_recognizer(ModelFile::read(folder / "model.safetensors"))->parameter_count(),
            original->parameter_count());
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
  const auto recognizer = make({{"training.epochs", "150"},
                                {"training.learning_rate", "0.01"},
                                {"dropout", "0.1"},
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

TEST_P(EveryRecognizer, NeedsFittingOrLoading) {
  const TemporaryFolder folder;
  const auto recognizer = make();
  EXPECT_THROW(recognizer->recognize(synthetic_samples(1, 1)[0]), ModelError);
  EXPECT_THROW(recognizer->save(folder / "m.safetensors"), ModelError);
}

/// Thrown inside the plug-in, caught here: program and plug-in must agree on the classes of exceptions.
TEST_P(EveryRecognizer, RefusesSamplesOfAnotherKind) {
  const auto recognizer = fitted();
  Sample sample = synthetic_samples(1, 1)[0];
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

TEST_P(EveryRecognizer, RefusesModelsThatDoNotFit) {
  const ModelFile good = saved();
  const auto refusal = [&](const ModelFile& model) -> std::string {
    try {
      load_recognizer(model);
    } catch (const ModelError& error) {
      return error.what();
    }
    return "(accepted)";
  };
  EXPECT_EQ(refusal(good), "(accepted)");

  ModelFile model = good;
  model.tensors.pop_back();
  EXPECT_THAT(refusal(model), HasSubstr("missing: " + good.tensors.back().name));
  model = good;
  model.tensors.push_back({"extra", "U8", {1}, {std::byte{1}}});
  EXPECT_THAT(refusal(model), HasSubstr("not part of the method: extra"));
  model = good;
  model.tensors[0].shape.push_back(1);
  EXPECT_THAT(refusal(model), HasSubstr(good.tensors[0].name + ": has "));
  model = good;
  model.tensors[0].bytes.pop_back();
  EXPECT_THAT(refusal(model), HasSubstr("incomplete"));
  model = good;
  model.info.method = "no_such_method";
  EXPECT_THAT(refusal(model), HasSubstr("unknown method"));
  model = good;
  model.info.config = R"({"no_such_setting": 1})";
  EXPECT_THAT(refusal(model), HasSubstr("no_such_setting is not a known setting"));
  model = good;
  model.info.labels.pop_back();
  EXPECT_NE(refusal(model), "(accepted)");

  const auto recognizer = make();
  model = good;
  model.info.method = "another";
  EXPECT_THROW(recognizer->load(model), ModelError);
  EXPECT_THROW(recognizer->recognize(synthetic_samples(1, 1)[0]), ModelError) << "a refused model must leave nothing";
}

TEST_P(EveryRecognizer, RefusesDamagedModelFiles) {
  const TemporaryFolder folder;
  const auto file = folder / "model.safetensors";
  fitted()->save(file);
  const std::string bytes = read_file(file);
  std::ofstream(file, std::ios::binary) << bytes.substr(0, bytes.size() - 4);
  EXPECT_THROW(load_recognizer(ModelFile::read(file)), ModelError);

  ModelFile model = saved();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (ModelTensor& tensor : model.tensors)
    if (tensor.dtype == "F32") std::memcpy(tensor.bytes.data(), &nan, 4);
  EXPECT_THROW(model.write(file), ModelError);
}

TEST_P(EveryRecognizer, DescribesItsTensorsAsItWritesThem) {
  const ModelFile file = saved();
  const auto before = make()->tensor_layout(), layout = load_recognizer(file)->tensor_layout();
  ASSERT_EQ(before.size(), file.tensors.size());
  ASSERT_EQ(layout.size(), file.tensors.size());
  for (std::size_t i = 0; i < layout.size(); ++i) {
    EXPECT_EQ(before[i].name, file.tensors[i].name);
    EXPECT_EQ(before[i].dtype, file.tensors[i].dtype);
    ASSERT_EQ(before[i].shape.size(), file.tensors[i].shape.size());
    for (std::size_t axis = 0; axis < before[i].shape.size(); ++axis)  // 0: only fitting tells
      EXPECT_TRUE(before[i].shape[axis] == file.tensors[i].shape[axis] || before[i].shape[axis] == 0) << before[i].name;
    EXPECT_EQ(layout[i].name, file.tensors[i].name);
    EXPECT_EQ(layout[i].dtype, file.tensors[i].dtype);
    EXPECT_EQ(layout[i].shape, file.tensors[i].shape);
    EXPECT_TRUE(before[i].bytes.empty() && layout[i].bytes.empty());
  }
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
}  // namespace merkit
