// What the tests of all methods do not know of SelfME; its parts are tested in tests/neural.

#include "merkit/core/error.h"
#include "merkit/methods/catalog.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using testing::RecordingObserver;
using testing::synthetic_samples;
using testing::TemporaryFolder;
using testing::three_emotions;

Settings small(const char* source) {
  Settings config = default_config("selfme");
  config.set("motion_source", source, "test");
  for (const auto& [path, value] : {std::pair{"motion.size", "32"},
                                    {"motion.training.epochs", "2"},
                                    {"motion.keypoints.width", "8"},
                                    {"motion.keypoints.generator_width", "8"},
                                    {"input.map_size", "32"},
                                    {"dim", "24"},
                                    {"training.members", "1"},
                                    {"training.epochs", "2"}})
    config.set(path, value, "test");
  return config;
}

std::unique_ptr<Recognizer> fitted(const Settings& config, const FitOptions& options, FitObserver& observer,
                                   const SampleSet& samples) {
  auto recognizer = find_method("selfme").make_recognizer(config, three_emotions());
  recognizer->fit(samples, options, observer);
  return recognizer;
}

/// Counts the epochs of the stage without labels.
struct StageObserver final : FitObserver {
  void on_epoch(int, int, double, double) override { ++epochs; }
  void on_pretraining_epoch(int, int, double) override { ++pretraining_epochs; }
  int epochs = 0, pretraining_epochs = 0;
};

TEST(Selfme, LearnsFromAllFramesAndRecognizesByTwo) {
  EXPECT_EQ(find_method("selfme").frames, FrameNeed::onset_to_offset);
  const TemporaryFolder folder;
  RecordingObserver observer;
  SampleSet samples = synthetic_samples(2, 3);
  const auto recognizer = fitted(small("learned"), {}, observer, samples);
  recognizer->save(folder / "m.safetensors");
  EXPECT_EQ(frames_needed(ModelFile::read(folder / "m.safetensors").info), FrameNeed::onset_and_apex);
  const Prediction with_all = recognizer->recognize(samples[0]);
  samples[0].faces = {samples[0].faces[0], samples[0].faces[4]};
  EXPECT_EQ(recognizer->recognize(samples[0]).logits, with_all.logits);

  const auto without_between = fitted(small("learned"), {}, observer, [&] {
    SampleSet pairs = synthetic_samples(2, 3);
    for (Sample& sample : pairs) sample.faces = {sample.faces[0], sample.faces[4]};
    return pairs;
  }());
  EXPECT_NE(without_between->recognize(samples[0]).logits, with_all.logits) << "there is less to learn motion from";
}

TEST(Selfme, HasAStageWithoutLabelsUnlessMotionIsOpticalFlow) {
  for (const bool learned : {true, false}) {
    StageObserver observer;
    fitted(small(learned ? "learned" : "flow"), {}, observer, synthetic_samples(1, 3));
    EXPECT_EQ(observer.pretraining_epochs, learned ? 2 : 0);
    EXPECT_EQ(observer.epochs, 2);
  }
}

/// Whatever the labels are, the motion part ends with the same weights.
TEST(Selfme, LearnsMotionWithoutLabels) {
  const auto motion_part = [](SampleSet samples, bool other_labels) {
    if (other_labels)
      for (Sample& sample : samples) sample.label = (*sample.label + 1) % 3;
    const TemporaryFolder folder;
    RecordingObserver observer;
    fitted(small("learned"), {}, observer, samples)->save(folder / "m.safetensors");
    std::vector<std::vector<std::byte>> values;
    for (const ModelTensor& tensor : ModelFile::read(folder / "m.safetensors").tensors)
      if (tensor.name.rfind("motion.", 0) == 0) values.push_back(tensor.bytes);
    return values;
  };
  const auto one = motion_part(synthetic_samples(2, 3), false);
  EXPECT_FALSE(one.empty());
  EXPECT_EQ(one, motion_part(synthetic_samples(2, 3), true));
  SampleSet other_faces = synthetic_samples(2, 3);
  for (AlignedFace& face : other_faces[0].faces) face.image = face.image.t();
  EXPECT_NE(one, motion_part(other_faces, false));
}

TEST(Selfme, HasAPresetOfTheSizesOfTheReconstruction) {
  const Settings preset =
      Settings::from_file(std::string(MERKIT_SOURCE_DIR) + "/configs/methods/presets/selfme.json").child("methods");
  Settings config = default_config("selfme");
  config.merge(preset.child("selfme"));
  const auto recognizer = find_method("selfme").make_recognizer(config, three_emotions());
  // Transformer: embedding 3 x 14 x 14 x 192 + 192, positions 32 x 192, class tokens 2 x 192, sides 2 x 192, four
  // blocks of 4 d d + 4 d + 4 d d + 3 d + 4 d, a norm; projection 192 x 64 + 64; classifier 576 x 3 + 3.
  const std::int64_t d = 192;
  const std::int64_t transformer = 588 * d + d + 32 * d + 2 * d + 2 * d + 4 * (8 * d * d + 11 * d) + 2 * d;
  std::int64_t named = 0;
  for (const ModelTensor& tensor : recognizer->tensor_layout()) {
    std::int64_t count = 1;
    for (const std::int64_t extent : tensor.shape) count *= extent;
    if (tensor.name.rfind("motion.", 0) != 0) named += count;
  }
  EXPECT_EQ(named, transformer + d * 64 + 64 + 3 * d * 3 + 3);
}

}  // namespace
}  // namespace merkit
