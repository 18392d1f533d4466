// FRL-DGT: what the tests of all methods do not know of it.

#include "merkit/core/error.h"
#include "methods/method_list.h"
#include "methods/network_inputs.h"
#include "neural/layers/linear_fusion.h"
#include "neural/motion/motion_maps.h"
#include "neural/motion/warp.h"
#include "neural/torch_version.h"
#include "neural/training/augmentation.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <cmath>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::RecordingObserver;
using merkit::testing::synthetic_samples;
using merkit::testing::three_emotions;
using ::testing::HasSubstr;

using Assignments = std::vector<std::pair<std::string, std::string>>;

const Assignments kSmall = {{"motion.size", "32"},
                            {"motion.gradients.widths", "[8, 8]"},
                            {"dim", "16"},
                            {"motion.training.epochs", "1"},
                            {"training.epochs", "1"},
                            {"training.members", "1"},
                            {"motion.frames", "3"}};

std::unique_ptr<Recognizer> made(const Assignments& settings) {
  Settings config;
  for (const auto& [path, value] : kSmall) config.set(path, value, "test");
  for (const auto& [path, value] : settings) config.set(path, value, "test");
  return catalog::frl_dgt().make_recognizer(config, three_emotions());
}

/// Hears the losses of the stage without labels too.
struct BothStages final : FitObserver {
  std::vector<double> without_labels, with_labels;
  void on_epoch(int, int, double loss, double) override { with_labels.push_back(loss); }
  void on_pretraining_epoch(int, int, double loss) override { without_labels.push_back(loss); }
};

TEST(LinearFusion, MixesTokensBeforeItAttends) {
  torch::manual_seed(3);
  const torch::NoGradGuard no_grad;
  LinearFusionBlock block(LinearFusionOptions{4, 8, 2, 0});
  const torch::Tensor tokens = torch::randn({2, 4, 8});
  const auto parameters = block->named_parameters();
  const torch::Tensor normed = torch::layer_norm(tokens, {8});
  const torch::Tensor mixed = normed + parameters["mixing"].matmul(normed);
  const torch::Tensor expected = torch::softmax(mixed.matmul(mixed.transpose(1, 2)) / std::sqrt(8.0), -1);
  EXPECT_TRUE(torch::allclose(block->attention_weights(tokens), expected, 1e-5, 1e-6));
  EXPECT_TRUE(torch::allclose(expected.sum(-1), torch::ones({2, 4})));
}

TEST(FrlDgt, CutsRegionsWhereTheBoxesAre) {
  const torch::Tensor maps = pixel_grid(16, 32, torch::kFloat32);  // x, y
  const torch::Tensor boxes = torch::tensor({0.25F, 0.5F, 0.5F, 1.F}).view({1, 1, 4});
  const torch::Tensor cut = cut_out(maps, boxes, 8);
  ASSERT_EQ(cut.sizes().vec(), (std::vector<std::int64_t>{1, 1, 2, 8, 8}));
  EXPECT_TRUE(torch::allclose(cut[0][0], maps[0].slice(1, 8, 16).slice(2, 8, 16), 0, 1e-4));
}

TEST(FrlDgt, LooksAtMotionRelativeToItsSizeAndWithoutItsMean) {
  torch::manual_seed(1);
  const torch::Tensor motion = torch::randn({2, 2, 16, 16});
  const torch::Tensor relative = relative_motion(motion);
  EXPECT_TRUE(torch::allclose(relative_motion(3 * motion + 7), relative, 0, 1e-2));
  EXPECT_TRUE(relative_motion(torch::ones({1, 2, 8, 8})).equal(torch::zeros({1, 2, 8, 8}))) << "rest stays rest";
}

/// In the symmetric configuration a mirrored clip has mirrored motion and the same scores.
TEST(FrlDgt, GivesMirroredClipsTheSameScoresWhereItIsSymmetric) {
  const torch::NoGradGuard no_grad;
  for (const bool symmetric : {true, false}) {
    const char* const value = symmetric ? "true" : "false";
    const auto recognizer = made({{"symmetric", value}, {"motion.symmetric", value}});
    Network& network = network_of(*recognizer);
    torch::manual_seed(2);
    for (auto& parameter : network.parameters()) parameter.add_(torch::randn(parameter.sizes()) * 0.1);
    std::vector<torch::Tensor> motions;
    network.set_probe([&](const std::string& name, const torch::Tensor& maps) {
      if (name == "motion") motions.push_back(maps);
    });
    const Tensors batch = encoded(network, synthetic_samples(1, 3));
    AugmentationConfig mirror;
    mirror.mirror = 1;
    const torch::Tensor logits = network.forward(network.frozen_features(batch));
    const torch::Tensor mirrored =
        network.forward(network.frozen_features(network.augmented(batch, mirror, make_generator(1))));
    EXPECT_EQ(torch::allclose(mirrored, logits, 0, 1e-4), symmetric);
    EXPECT_EQ(torch::allclose(mirrored_displacement(motions.at(1)), motions.at(0), 0, 1e-4), symmetric);
  }
}

TEST(FrlDgt, LearnsWithoutLabelsFirst) {
  const auto recognizer = made({{"motion.training.epochs", "3"}, {"training.epochs", "2"}});
  BothStages observer;
  recognizer->fit(synthetic_samples(2, 3), {}, observer);
  EXPECT_EQ(observer.without_labels.size(), 3u);
  EXPECT_EQ(observer.with_labels.size(), 2u);
}

/// A labelled stage gone on from a later state would show observers that choose an epoch the wrong weights.
TEST(FrlDgt, KeepsTheStateOfTheStageWithoutLabelsAlone) {
  struct Shelf final : StateStore {
    mutable std::set<std::string> keys;
    std::optional<std::string> find(const ContentHash&) const override { return std::nullopt; }
    void put(const ContentHash& key, std::string_view) const override { keys.insert(key.hex()); }
    std::shared_ptr<void> claim(const ContentHash&) const override { return {}; }
  };
  for (const bool learned : {true, false}) {
    const auto shelf = std::make_shared<Shelf>();
    FitOptions options;
    options.states = shelf;
    RecordingObserver observer;
    made({{"displacement", learned ? "learned" : "flow"}})->fit(synthetic_samples(2, 3), options, observer);
    EXPECT_EQ(shelf->keys.size(), learned ? 1u : 0u);
  }
}

/// Stage by stage: what learns when.
TEST(FrlDgt, ChangesItsDisplacementWithLabelsOnlyWhereItShall) {
  const auto unet_after = [](const char* rate, const char* epochs) {
    const auto recognizer = made({{"displacement_rate", rate}, {"training.epochs", epochs}});
    RecordingObserver observer;
    recognizer->fit(synthetic_samples(2, 3), {}, observer);
    return network_of(*recognizer).named_parameters()["displacement.head.weight"].clone();
  };
  EXPECT_TRUE(unet_after("0", "1").equal(unet_after("0", "3")));
  EXPECT_FALSE(unet_after("0.1", "1").equal(unet_after("0.1", "3")));
}

/// Whoever must not be learnt from without labels leaves no trace in that stage.
TEST(FrlDgt, DoesNotLearnWithoutLabelsFromThoseItMustNot) {
  SampleSet samples = synthetic_samples(3, 3);
  const auto unet_after = [&](const SampleSet& training) {
    const auto recognizer = made({{"displacement_rate", "0"}});
    FitOptions options;
    options.not_for_pretraining = {"synthetic/s2"};
    RecordingObserver observer;
    recognizer->fit(training, options, observer);
    return network_of(*recognizer).named_parameters()["displacement.head.weight"].clone();
  };
  const torch::Tensor before = unet_after(samples);
  for (Sample& sample : samples)
    if (sample.subject == "s2")
      for (AlignedFace& face : sample.faces) face.image.setTo(cv::Scalar(200, 10, 90));
  EXPECT_TRUE(unet_after(samples).equal(before));
  samples[0].faces[4].image.setTo(cv::Scalar(200, 10, 90));
  EXPECT_FALSE(unet_after(samples).equal(before)) << "the others count";
}

TEST(FrlDgt, HasThePartsThatItsSettingsSay) {
  const auto parts = [](const Assignments& settings) {
    std::set<std::string> names;
    const auto recognizer = made(settings);
    for (const auto& child : network_of(*recognizer).named_children()) names.insert(child.key());
    return names;
  };
  using Names = std::set<std::string>;
  EXPECT_EQ(parts({}), (Names{"displacement", "region_tokens", "local", "global", "face_tokens", "face", "dropout",
                              "classifier"}));
  EXPECT_EQ(parts({{"displacement", "flow"}}).count("displacement"), 0u);
  EXPECT_EQ(parts({{"local_fusion", "false"}}).count("local"), 0u);
  EXPECT_EQ(parts({{"global_fusion", "false"}}).count("global"), 0u);
  EXPECT_EQ(parts({{"full_face", "false"}}).count("face"), 0u);
}

TEST(FrlDgt, RefusesASizeThatItsUnetCannotHalve) {
  const auto refusal = [](const Assignments& settings) -> std::string {
    try {
      made(settings);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "(accepted)";
  };
  const std::string six = "[8, 8, 8, 8, 8, 8]";
  EXPECT_EQ(refusal({{"motion.kind", "unet"}, {"motion.size", "96"}, {"motion.unet.widths", six}}), "(accepted)");
  EXPECT_THAT(refusal({{"motion.size", "33"}}), HasSubstr("must be a multiple of 32"));
  EXPECT_THAT(refusal({{"motion.training.members", "2"}}), HasSubstr("one network learns without labels for all"));
  EXPECT_EQ(refusal({{"motion.size", "96"}, {"motion.gradients.widths", six}}),
            "a U-Net of 6 levels needs faces whose size is a multiple of 128, not 96");
  EXPECT_THAT(refusal({{"motion.gradients.windows", "[1, 4]"}}), HasSubstr("odd numbers"));
}

/// Onset and apex that annotators might have chosen: each view of a sample is drawn, the annotated one among them.
TEST(FrlDgt, LearnsFromKeyFramesAroundTheAnnotatedOnes) {
  const auto classifier_after = [](const char* share, SampleSet samples) {
    const auto recognizer = made({{"training.augmentation.key_frames", share}, {"training.epochs", "3"}});
    RecordingObserver observer;
    recognizer->fit(samples, {}, observer);
    return network_of(*recognizer).named_parameters()["classifier.weight"].clone();
  };
  SampleSet samples = synthetic_samples(2, 3);
  const torch::Tensor moved = classifier_after("0.2", samples), still = classifier_after("0", samples);
  EXPECT_FALSE(moved.equal(still));
  EXPECT_TRUE(classifier_after("0.2", samples).equal(moved)) << "the same draws from the same seed";
  EXPECT_TRUE(classifier_after("0.01", samples).equal(still)) << "so small a share of nine frames is none";
  for (Sample& sample : samples) sample.faces = {sample.faces[0], sample.faces[4]};
  EXPECT_THROW(classifier_after("0.2", samples), ConfigError) << "there is nowhere to move them to";
}

struct Pretrained : ::testing::Test {
  Pretrained() {
    RecordingObserver observer;
    const auto teacher = made({});
    teacher->fit(synthetic_samples(2, 3), {}, observer);
    teacher->save(folder / "teacher.safetensors");
    model = std::make_shared<const ModelFile>(ModelFile::read(folder / "teacher.safetensors"));
    for (Sample& sample : others) sample.subject = "other " + sample.subject;
  }
  merkit::testing::TemporaryFolder folder;
  std::shared_ptr<const ModelFile> model;
  SampleSet others = synthetic_samples(2, 3);
};

TEST_F(Pretrained, BringsTheStageWithoutLabelsAndItsPeople) {
  FitOptions options;
  options.seed = 7;
  options.pretrained = model;
  BothStages observer;
  const auto pupil = made({});
  pupil->fit(others, options, observer);
  EXPECT_TRUE(observer.without_labels.empty());
  pupil->save(folder / "pupil.safetensors");
  const ModelFile learned = ModelFile::read(folder / "pupil.safetensors");
  EXPECT_THAT(learned.info.subjects,
              ::testing::ElementsAre("synthetic/other s1", "synthetic/other s2", "synthetic/s1", "synthetic/s2"));
  int different = 0;
  for (std::size_t i = 0; i < learned.tensors.size(); ++i) {
    const bool equal = learned.tensors[i].bytes == model->tensors[i].bytes;
    const bool brought = learned.tensors[i].name.rfind("displacement.", 0) == 0;
    EXPECT_TRUE(equal || !brought) << learned.tensors[i].name;
    different += equal ? 0 : 1;
  }
  EXPECT_GT(different, 10) << "the rest is learned";
}

TEST_F(Pretrained, MustBeOfTheSameMethodAndSizes) {
  FitOptions options;
  options.pretrained = model;
  RecordingObserver observer;
  const auto refusal = [&](Recognizer& recognizer) -> std::string {
    try {
      recognizer.fit(others, options, observer);
    } catch (const Error& error) {
      return error.what();
    }
    return "(accepted)";
  };
  EXPECT_THAT(refusal(*catalog::selfme().make_recognizer({}, three_emotions())),
              HasSubstr("is of method \"frl_dgt\", not \"selfme\""));
  EXPECT_THAT(refusal(*made({{"motion.gradients.widths", "[8, 16]"}})), HasSubstr("displacement.unet"));
  EXPECT_THAT(refusal(*made({{"displacement", "flow"}})), HasSubstr("has no stage without labels"));
}

}  // namespace
}  // namespace merkit::neural
