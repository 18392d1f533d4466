#include "merkit/core/error.h"
#include "methods/method_list.h"
#include "methods/moving_maps.h"
#include "methods/network_inputs.h"
#include "neural/spotting/neural_spotter.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::maps_with;
using merkit::testing::RecordingObserver;
using merkit::testing::synthetic_samples;
using merkit::testing::TemporaryFolder;
using merkit::testing::training_clips;
using ::testing::HasSubstr;

const LabelSet kFive({"anger", "disgust", "fear", "happiness", "surprise"});

Settings quick() {
  Settings config;
  config.set("spotting_training.epochs", "4", "test");
  config.set("spotting_training.learning_rate", "0.002", "test");
  config.set("spotting.inner_folds", "1", "test");
  config.set("training.epochs", "150", "test");
  config.set("training.learning_rate", "0.002", "test");
  config.set("input.flow.method", "dis", "test");
  return config;
}

std::unique_ptr<Spotter> fitted(const Method& method, Settings config, const LabelSet& labels, bool labelled) {
  auto spotter = method.make_spotter(config, labels);
  RecordingObserver observer;
  spotter->fit(training_clips(2, labelled), {}, observer);
  return spotter;
}

ModelFile saved(const Spotter& spotter) {
  const TemporaryFolder folder;
  spotter.save(folder / "model.safetensors");
  return ModelFile::read(folder / "model.safetensors");
}

std::unique_ptr<Spotter> spotter_from(const ModelFile& model) {
  auto spotter = catalog::mean().make_spotter(Settings::parse(model.info.config, "model"), kFive);
  spotter->load(model);
  return spotter;
}

std::unique_ptr<Recognizer> recognizer_from(const ModelFile& model) {
  auto recognizer = catalog::mean().make_recognizer(Settings::parse(model.info.config, "model"), kFive);
  recognizer->load(model);
  return recognizer;
}

/// Values of the tensors that begin with `prefix`, running statistics included; batches counted are none.
std::int64_t values_below(const ModelFile& model, const std::string& prefix) {
  std::int64_t count = 0;
  for (const ModelTensor& tensor : model.tensors) {
    if (tensor.name.rfind(prefix, 0) != 0 || tensor.dtype != "F32") continue;
    std::int64_t product = 1;
    for (const std::int64_t extent : tensor.shape) product *= extent;
    count += product;
  }
  return count;
}

TEST(Softnet, HasThePublishedNumberOfParameters) {
  Settings config;
  config.set("training.epochs", "1", "test");
  const auto spotter = fitted(catalog::softnet(), config, {}, false);
  for (const auto& network : dynamic_cast<const NeuralSpotter&>(*spotter).networks())
    EXPECT_EQ(network->parameter_count(), 314817);
}

TEST(Mean, HasThePublishedNumberOfParameters) {
  const ModelFile model = saved(*fitted(catalog::mean(), quick(), kFive, true));
  EXPECT_EQ(values_below(model, "spotter.micro."), 3621);
  EXPECT_EQ(values_below(model, "spotter.micro.") + values_below(model, "head."), 8394);
}

TEST(Mean, KeepsTheSpottersTrunkWhileItLearnsToRecognize) {
  const ModelFile model = saved(*fitted(catalog::mean(), quick(), kFive, true));
  std::map<std::string, std::vector<std::byte>> bytes;
  for (const ModelTensor& tensor : model.tensors) bytes[tensor.name] = tensor.bytes;
  int compared = 0;
  for (const auto& [name, value] : bytes)
    if (name.rfind("trunk.", 0) == 0) {
      EXPECT_EQ(value, bytes.at("spotter.micro." + name)) << name;
      ++compared;
    }
  EXPECT_GE(compared, 18);
}

TEST(Mean, SpotsAndRecognizesFromOneFile) {
  const auto spotter = fitted(catalog::mean(), quick(), kFive, true);
  const ModelFile model = saved(*spotter);
  EXPECT_EQ(model.info.labels, kFive.classes());
  const auto clip = maps_with({{50, 66, 2, 0}}, 99);
  EXPECT_EQ(spotter_from(model)->spot(*clip).signal.values, spotter->spot(*clip).signal.values);

  const auto recognizer = recognizer_from(model);
  EXPECT_EQ(recognizer->labels(), kFive);
  for (const Sample& sample : synthetic_samples(1, 2)) EXPECT_EQ(recognizer->recognize(sample).scores.size(), 5u);

  // The movements that it was shown, from onset to apex.
  Network& network = network_of(*recognizer);
  const torch::NoGradGuard no_grad;
  RegionMotionConfig input;
  for (const auto& sample : training_clips(2, true))
    for (const TrueExpression& expression : sample.expressions) {
      const auto& frames = dynamic_cast<const MeasuredMaps&>(*sample.measured).frames;
      const torch::Tensor maps = motion_maps(frames[static_cast<std::size_t>(expression.interval.onset)],
                                             frames[static_cast<std::size_t>(*expression.interval.apex)], input);
      EXPECT_EQ(network.forward(network.frozen_features({maps.unsqueeze(0)})).argmax(1).item<std::int64_t>(),
                *expression.label)
          << sample.id << " " << expression.interval.onset;
    }
}

TEST(Mean, SpotsAloneWhereNothingIsLabelled) {
  const ModelFile model = saved(*fitted(catalog::mean(), quick(), kFive, false));
  EXPECT_TRUE(model.info.labels.empty());
  EXPECT_NO_THROW(spotter_from(model));
  EXPECT_THROW(recognizer_from(model), ModelError);
}

TEST(Mean, RecognizesAloneWhereItHasSeenNoVideos) {
  const auto recognizer = catalog::mean().make_recognizer(quick(), merkit::testing::three_emotions());
  RecordingObserver observer;
  recognizer->fit(synthetic_samples(2, 3), {}, observer);
  const TemporaryFolder folder;
  recognizer->save(folder / "model.safetensors");
  const ModelFile model = ModelFile::read(folder / "model.safetensors");
  EXPECT_NO_THROW(recognizer_from(model));
  try {
    spotter_from(model);
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_THAT(error.what(), HasSubstr("has learned to recognize, not to spot"));
  }
}

TEST(Mean, RefusesLabelsThatTeachNothing) {
  const auto message = [](int label) -> std::string {
    SpottingSampleSet clips = training_clips(2, true);
    for (auto& clip : clips)
      for (auto& expression : clip.expressions) expression.label = label;
    RecordingObserver observer;
    try {
      catalog::mean().make_spotter(quick(), kFive)->fit(clips, {}, observer);
    } catch (const InputError& error) {
      return error.what();
    }
    return "(accepted)";
  };
  EXPECT_THAT(message(1), HasSubstr("are of the class \"disgust\", which teaches nothing"));
  EXPECT_THAT(message(5), HasSubstr("has an expression of class 5; the classes are 0..4"));
}

}  // namespace
}  // namespace merkit::neural
