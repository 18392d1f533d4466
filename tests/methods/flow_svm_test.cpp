#include "merkit/core/error.h"
#include "merkit/methods/catalog.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>

namespace merkit {
namespace {

using merkit::testing::RecordingObserver;
using merkit::testing::synthetic_motion_image;
using merkit::testing::synthetic_samples;
using merkit::testing::TemporaryFolder;
using merkit::testing::three_emotions;
using ::testing::HasSubstr;

std::unique_ptr<Recognizer> fitted(const SampleSet& samples,
                                   const std::vector<std::pair<std::string, std::string>>& settings = {},
                                   int threads = 1) {
  Settings config = default_config("flow_svm");
  for (const auto& [path, value] : settings) config.set(path, value, "test");
  auto recognizer = find_method("flow_svm").make_recognizer(config, three_emotions());
  RecordingObserver observer;
  FitOptions options;
  options.threads = threads;
  recognizer->fit(samples, options, observer);
  return recognizer;
}

ModelFile saved(const Recognizer& recognizer) {
  const TemporaryFolder folder;
  recognizer.save(folder / "m.safetensors");
  return ModelFile::read(folder / "m.safetensors");
}

ModelTensor& tensor(ModelFile& model, const std::string& name) {
  for (ModelTensor& one : model.tensors)
    if (one.name == name) return one;
  throw std::out_of_range(name);
}

template <class T>
std::vector<T> values(const ModelFile& model, const std::string& name) {
  const ModelTensor& found = tensor(const_cast<ModelFile&>(model), name);
  std::vector<T> result(found.bytes.size() / sizeof(T));
  std::memcpy(result.data(), found.bytes.data(), found.bytes.size());
  return result;
}

template <class T>
ModelFile with(ModelFile model, const std::string& name, std::size_t index, T value) {
  std::memcpy(tensor(model, name).bytes.data() + index * sizeof(T), &value, sizeof(T));
  return model;
}

/// Why `model` is refused.
std::string refusal(const ModelFile& model) {
  try {
    load_recognizer(model);
  } catch (const ModelError& error) {
    return error.what();
  }
  return "(accepted)";
}

TEST(FlowSvm, StandardizesWithTheTrainingSamplesAndScalesGamma) {
  SampleSet samples = synthetic_samples(2, 3);
  for (Sample& sample : samples) sample.motion_image->at<cv::Vec3b>(0, 0) = {7, 7, 7};  // never varies
  const auto recognizer = fitted(samples);
  const ModelFile model = saved(*recognizer);
  const auto mean = values<double>(model, "mean"), deviation = values<double>(model, "deviation");
  ASSERT_EQ(mean.size(), 28u * 28 * 3);
  // The maps are stored in the order of input.channels: strain, v, u.
  for (const auto& [channel, place] : {std::pair(2, 0), std::pair(0, 2)}) {
    const std::size_t feature = static_cast<std::size_t>(place) * 784 + 5 * 28 + 9;
    double sum = 0, squares = 0;
    for (const Sample& sample : samples) sum += sample.motion_image->at<cv::Vec3b>(5, 9)[channel];
    for (const Sample& sample : samples)
      squares += std::pow(sample.motion_image->at<cv::Vec3b>(5, 9)[channel] - sum / 6, 2);
    EXPECT_NEAR(mean[feature], sum / 6, 1e-9);
    EXPECT_NEAR(deviation[feature], std::sqrt(squares / 6), 1e-9);
  }
  EXPECT_EQ(mean[0], 7);
  EXPECT_EQ(deviation[0], 0);
  // All features but three (one a map) have variance 1, so their mean variance is the share that varies.
  EXPECT_NEAR(values<double>(model, "gamma")[0], 1 / (2352 * (2349.0 / 2352)), 1e-12);

  const auto before = recognizer->recognize(samples[4]).logits;
  Sample other = samples[4];
  other.motion_image = samples[4].motion_image->clone();
  other.motion_image->at<cv::Vec3b>(0, 0) = {255, 0, 99};
  EXPECT_EQ(recognizer->recognize(other).logits, before) << "a feature that never varied stays 0";
}

TEST(FlowSvm, HasTheSameModelForAnyNumberOfThreadsAndAnyOrderOfClasses) {
  SampleSet samples = synthetic_samples(3, 3);
  const auto original = saved(*fitted(samples));
  EXPECT_EQ(saved(*fitted(samples, {}, 4)).sha256, original.sha256);
  std::stable_sort(samples.begin(), samples.end(),
                   [](const Sample& a, const Sample& b) { return *a.label > *b.label; });
  EXPECT_EQ(values<std::int64_t>(saved(*fitted(samples)), "counts"), values<std::int64_t>(original, "counts"));
}

TEST(FlowSvm, SaysNothingForAClassItWasNotTrainedOn) {
  SampleSet samples = synthetic_samples(2, 3);
  samples.erase(std::remove_if(samples.begin(), samples.end(), [](const Sample& s) { return s.label == 1; }),
                samples.end());
  const auto recognizer = fitted(samples);
  EXPECT_EQ(values<std::int64_t>(saved(*recognizer), "counts")[1], 0);
  for (const Sample& sample : synthetic_samples(2, 3)) {
    const Prediction prediction = recognizer->recognize(sample);
    EXPECT_NE(prediction.label, 1);
    EXPECT_EQ(prediction.logits[1], -3);
    EXPECT_TRUE(sample.label == 1 || prediction.label == *sample.label) << sample.id;
  }
}

TEST(FlowSvm, ReportsOnePassWithTheFiguresOfTheTrainingSet) {
  const auto recognizer = find_method("flow_svm").make_recognizer(default_config("flow_svm"), three_emotions());
  const SampleSet samples = synthetic_samples(3, 3);
  RecordingObserver observer;
  recognizer->fit(samples, {}, observer);
  EXPECT_THAT(observer.epochs_heard, ::testing::ElementsAre(1));
  EXPECT_EQ(observer.epochs_promised, 1);
  double loss = 0, right = 0;
  for (const Sample& sample : samples) {
    const Prediction prediction = recognizer->recognize(sample);
    loss -= std::log(static_cast<double>(prediction.scores[static_cast<std::size_t>(*sample.label)])) / 9;
    right += prediction.label == *sample.label ? 1 : 0;
  }
  EXPECT_NEAR(observer.losses[0], loss, 1e-6);
  EXPECT_NEAR(observer.accuracies[0], right / 9, 1e-12);
}

TEST(FlowSvm, CountsAllItsValuesAsParameters) {
  const auto recognizer = fitted(synthetic_samples(2, 3));
  std::int64_t floats = 0;
  for (const ModelTensor& one : saved(*recognizer).tensors)
    if (one.dtype != "I64") floats += static_cast<std::int64_t>(one.bytes.size()) / (one.dtype == "F32" ? 4 : 8);
  EXPECT_EQ(recognizer->parameter_count(), floats);
}

TEST(FlowSvm, ComputesOnTheCpuOnly) {
  const auto recognizer = fitted(synthetic_samples(1, 3));
  EXPECT_EQ(recognizer->use_device("auto"), "cpu");
  try {
    recognizer->use_device("cuda");
    FAIL();
  } catch (const MachineError& error) {
    EXPECT_THAT(error.what(), HasSubstr("flow_svm computes on the CPU; there is no device \"cuda\""));
  }
}

TEST(FlowSvm, DependsOnItsSettings) {
  const SampleSet samples = synthetic_samples(3, 3);
  Sample between = samples[0];
  between.motion_image = 0.5 * *samples[0].motion_image + 0.5 * *samples[1].motion_image;
  const auto usual = fitted(samples)->recognize(between).logits;
  for (const auto& setting : {std::pair("kernel", "linear"), std::pair("C", "0.01"), std::pair("gamma", "0.001")})
    EXPECT_NE(fitted(samples, {setting})->recognize(between).logits, usual) << setting.first;
  SampleSet uneven(samples.begin(), samples.end() - 1);
  EXPECT_NE(fitted(uneven, {{"C", "0.01"}, {"balanced", "false"}})->recognize(between).logits,
            fitted(uneven, {{"C", "0.01"}})->recognize(between).logits);
}

TEST(FlowSvm, SavesAndLoadsALinearMachineWithoutGamma) {
  const SampleSet samples = synthetic_samples(2, 3);
  const auto recognizer = fitted(samples, {{"kernel", "linear"}});
  ModelFile model = saved(*recognizer);
  EXPECT_THROW(tensor(model, "gamma"), std::out_of_range);
  const auto loaded = load_recognizer(model);
  for (const Sample& sample : samples)
    EXPECT_EQ(loaded->recognize(sample).logits, recognizer->recognize(sample).logits);
}

TEST(FlowSvm, SaysWhichSettingIsWrong) {
  for (const char* setting : {"kernel=\"poly\"", "C=0", "C=1e9", "gamma=-1", "tolerance=0", "input.size=4",
                              "input.channels=[\"w\"]", "balanced=3", "c=1"}) {
    const std::string text = setting;
    const std::size_t equals = text.find('=');
    Settings config = default_config("flow_svm");
    config.set(text.substr(0, equals), text.substr(equals + 1), "--set");
    EXPECT_THROW(find_method("flow_svm").resolve_config(config), ConfigError) << setting;
  }
}

TEST(FlowSvm, BelievesNothingOfAModelFile) {
  const ModelFile good = saved(*fitted(synthetic_samples(2, 3)));
  ASSERT_EQ(refusal(good), "(accepted)");
  const auto counts = values<std::int64_t>(good, "counts");
  const std::string message = "tensor \"counts\" of model \"m\" does not hold how many support vectors each class has";
  EXPECT_THAT(refusal(with<std::int64_t>(good, "counts", 0, counts[0] + 1)), HasSubstr(message));
  EXPECT_THAT(refusal(with<std::int64_t>(good, "counts", 0, counts[0] - 1)), HasSubstr("sum is too small"));
  EXPECT_THAT(refusal(with<std::int64_t>(good, "counts", 0, -1)), HasSubstr(message));
  EXPECT_THAT(refusal(with<std::int64_t>(good, "counts", 0, std::numeric_limits<std::int64_t>::max())),
              HasSubstr(message));
  ModelFile one_class = with<std::int64_t>(good, "counts", 0, counts[0] + counts[1] + counts[2]);
  one_class = with<std::int64_t>(with<std::int64_t>(one_class, "counts", 1, 0), "counts", 2, 0);
  EXPECT_THAT(refusal(one_class), HasSubstr("two classes at least"));

  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const char* name : {"coefficients", "rho", "mean", "deviation", "gamma"})
    for (const double bad : {nan, std::numeric_limits<double>::infinity(), 1e200})
      EXPECT_THAT(refusal(with<double>(good, name, 0, bad)), HasSubstr(std::string("tensor \"") + name)) << bad;
  EXPECT_THAT(refusal(with<float>(good, "support_vectors", 5, std::nanf(""))), HasSubstr("\"support_vectors\""));
  EXPECT_THAT(refusal(with<double>(good, "deviation", 3, -1)), HasSubstr("\"deviation\""));
  EXPECT_THAT(refusal(with<double>(good, "deviation", 3, 1e-300)), HasSubstr("\"deviation\""));
  for (const double bad : {0.0, -1.0})
    EXPECT_THAT(refusal(with<double>(good, "gamma", 0, bad)), HasSubstr("\"gamma\""));

  for (const std::int64_t rows : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1} << 62}) {
    ModelFile model = good;
    tensor(model, "support_vectors").shape[0] = rows;
    tensor(model, "coefficients").shape[1] = rows;
    EXPECT_THAT(refusal(model), HasSubstr("incomplete")) << rows;
  }
  for (const ModelTensor& one : good.tensors) {
    ModelFile model = good;
    tensor(model, one.name).bytes.pop_back();
    EXPECT_THAT(refusal(model), HasSubstr("incomplete")) << one.name;
    tensor(model, one.name).bytes.clear();
    EXPECT_THAT(refusal(model), HasSubstr("incomplete")) << one.name;
  }
  ModelFile model = good;
  model.info.labels = {"negative"};
  EXPECT_THAT(refusal(model), HasSubstr("at least two classes"));
  model = good;
  auto config = nlohmann::json::parse(good.info.config);
  config["kernel"] = "linear";
  model.info.config = config.dump();
  EXPECT_THAT(refusal(model), HasSubstr("not part of the method: gamma"));
}

/// Whatever the bytes, a model is refused or gives scores that sum to one.
TEST(FlowSvm, SurvivesAnyValuesInAModelFile) {
  const ModelFile good = saved(*fitted(synthetic_samples(2, 3)));
  const Sample sample = synthetic_samples(1, 1)[0];
  std::mt19937 random(3);
  int accepted = 0;
  for (int round = 0; round < 300; ++round) {
    ModelFile model = good;
    for (int change = 0; change <= round % 3; ++change) {
      ModelTensor& damaged = model.tensors[random() % model.tensors.size()];
      damaged.bytes[random() % damaged.bytes.size()] = static_cast<std::byte>(random() % 256);
    }
    if (refusal(model) != "(accepted)") continue;
    ++accepted;
    double sum = 0;
    for (const float score : load_recognizer(model)->recognize(sample).scores) sum += static_cast<double>(score);
    EXPECT_NEAR(sum, 1, 1e-5) << round;
  }
  EXPECT_GT(accepted, 50);
  EXPECT_LT(accepted, 280);
}

}  // namespace
}  // namespace merkit
