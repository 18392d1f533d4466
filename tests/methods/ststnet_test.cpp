#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/methods/catalog.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace merkit {
namespace {

using merkit::testing::RecordingObserver;
using merkit::testing::synthetic_samples;
using merkit::testing::TemporaryFolder;
using merkit::testing::three_emotions;

TEST(Ststnet, HasAsManyParametersAsTheAuthorsCode) {
  const auto recognizer = find_method("ststnet").make_recognizer(default_config("ststnet"), three_emotions());
  EXPECT_EQ(recognizer->parameter_count(), 1683);
}

TEST(Ststnet, ReportsEveryEpoch) {
  Settings config = default_config("ststnet");
  config.set("training.epochs", "5", "test");
  config.set("training.batch_size", "4", "test");
  const auto recognizer = find_method("ststnet").make_recognizer(config, three_emotions());
  RecordingObserver observer;
  recognizer->fit(synthetic_samples(2, 3), {}, observer);
  EXPECT_THAT(observer.epochs_heard, ::testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(observer.epochs_promised, 5);
  for (const double accuracy : observer.accuracies) EXPECT_TRUE(accuracy >= 0 && accuracy <= 1);
}

TEST(Ststnet, LetsTheObserverEndTheFit) {
  struct Impatient final : FitObserver {
    void on_epoch(int epoch, int, double, double) override {
      if (epoch == 2) throw Interrupted("enough");
    }
  } observer;
  const auto recognizer = find_method("ststnet").make_recognizer(default_config("ststnet"), three_emotions());
  EXPECT_THROW(recognizer->fit(synthetic_samples(1, 3), {}, observer), Interrupted);
}

TEST(Ststnet, DependsOnTheSeed) {
  Settings config = default_config("ststnet");
  config.set("training.epochs", "1", "test");
  RecordingObserver observer;
  std::vector<float> logits[2];
  for (const int seed : {0, 1}) {
    const auto recognizer = find_method("ststnet").make_recognizer(config, three_emotions());
    FitOptions options;
    options.seed = static_cast<std::uint64_t>(seed);
    recognizer->fit(synthetic_samples(1, 3), options, observer);
    logits[seed] = recognizer->recognize(synthetic_samples(1, 1)[0]).logits;
  }
  EXPECT_NE(logits[0], logits[1]);
}

TEST(Ststnet, KeepsItsInputDescriptionInTheModelFile) {
  const TemporaryFolder folder;
  Settings config = default_config("ststnet");
  config.set("training.epochs", "1", "test");
  const auto recognizer = find_method("ststnet").make_recognizer(config, three_emotions());
  RecordingObserver observer;
  recognizer->fit(synthetic_samples(1, 3), {}, observer);
  recognizer->save(folder / "m.safetensors");
  ModelFile file = ModelFile::read(folder / "m.safetensors");
  auto input = nlohmann::json::parse(file.info.input);
  EXPECT_EQ(input["kind"], "onset_apex_motion");
  EXPECT_EQ(input["size"], 28);
  EXPECT_EQ(input["scaling"], "minmax");
  EXPECT_EQ(input["channels"], nlohmann::json({"strain", "v", "u"}));

  const Sample sample = synthetic_samples(1, 1)[0];
  const auto before = load_recognizer(file)->recognize(sample).logits;
  input["channels"] = {"u", "v", "strain"};  // what the file says of its input wins
  file.info.input = input.dump();
  EXPECT_NE(load_recognizer(file)->recognize(sample).logits, before);
  input["kind"] = "frames";
  file.info.input = input.dump();
  EXPECT_THROW(load_recognizer(file), ModelError);
}

TEST(Ststnet, SaysWhichSettingIsWrong) {
  for (const char* setting :
       {"dropout=1", "input.size=4", "input.scaling=\"log\"", "input.channels=[\"u\",\"u\"]", "input.channels=[\"w\"]",
        "training.epochs=0", "training.optimizer=\"lion\"", "training.epoch=3", "input.flow.tvl1.tau=0"}) {
    const std::string text = setting;
    const std::size_t equals = text.find('=');
    Settings config = default_config("ststnet");
    config.set(text.substr(0, equals), text.substr(equals + 1), "--set");
    EXPECT_THROW(find_method("ststnet").resolve_config(config), ConfigError) << setting;
  }
}

}  // namespace
}  // namespace merkit
