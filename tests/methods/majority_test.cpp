#include "merkit/core/error.h"
#include "merkit/methods/catalog.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <cmath>
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

/// Samples of the given classes, with nothing to look at.
SampleSet samples_of(const std::vector<int>& labels) {
  SampleSet samples(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) samples[i].label = labels[i];
  return samples;
}

std::unique_ptr<Recognizer> fitted(const std::vector<int>& labels, RecordingObserver* observer = nullptr) {
  auto recognizer = find_method("majority").make_recognizer(default_config("majority"), three_emotions());
  RecordingObserver unheard;
  recognizer->fit(samples_of(labels), {}, observer ? *observer : unheard);
  return recognizer;
}

TEST(Majority, NamesTheCommonestClassWithTheSharesOfAll) {
  const Prediction prediction = fitted({2, 0, 2, 2, 0, 2, 0, 2})->recognize(Sample{});
  EXPECT_EQ(prediction.label, 2);
  EXPECT_THAT(prediction.scores, ::testing::ElementsAre(0.375f, 0.f, 0.625f));
  EXPECT_FLOAT_EQ(prediction.logits[0], std::log(0.375f));
  EXPECT_TRUE(std::isfinite(prediction.logits[1])) << "records can hold it";
  EXPECT_LT(prediction.logits[1], -80);
}

TEST(Majority, NamesTheFirstOfSeveral) {
  EXPECT_EQ(fitted({2, 1, 0, 1, 2})->recognize(Sample{}).label, 1);
  EXPECT_EQ(fitted({2, 1, 0})->recognize(Sample{}).label, 0);
}

TEST(Majority, ReportsTheEntropyOfTheClasses) {
  RecordingObserver observer;
  fitted({0, 1, 1, 1}, &observer);
  EXPECT_THAT(observer.epochs_heard, ::testing::ElementsAre(1));
  EXPECT_NEAR(observer.losses[0], -0.25 * std::log(0.25) - 0.75 * std::log(0.75), 1e-12);
  EXPECT_EQ(observer.accuracies[0], 0.75);
}

TEST(Majority, BelievesNothingOfAModelFile) {
  const TemporaryFolder folder;
  fitted({0, 1, 1, 2})->save(folder / "m.safetensors");
  const ModelFile good = ModelFile::read(folder / "m.safetensors");
  EXPECT_THAT(load_recognizer(good)->recognize(Sample{}).scores, ::testing::ElementsAre(0.25f, 0.5f, 0.25f));
  for (const float bad : {-0.25f, 1.25f, 0.3f, std::nanf("")}) {
    ModelFile model = good;
    std::memcpy(model.tensors[0].bytes.data(), &bad, sizeof bad);
    try {
      load_recognizer(model);
      ADD_FAILURE() << bad;
    } catch (const ModelError& error) {
      EXPECT_STREQ(error.what(), "tensor \"shares\" of model \"m\" does not hold shares that sum to 1");
    }
  }
}

}  // namespace
}  // namespace merkit::testing
