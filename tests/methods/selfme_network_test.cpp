#include "merkit/core/error.h"
#include "methods/method_list.h"
#include "methods/network_inputs.h"
#include "neural/motion/warp.h"
#include "neural/torch_version.h"
#include "neural/training/trainer.h"
#include "support/synthetic_samples.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit::neural {
namespace {

using merkit::testing::synthetic_samples;
using merkit::testing::three_emotions;
using ::testing::HasSubstr;

using Assignments = std::vector<std::pair<std::string, std::string>>;

const Assignments kSmall = {{"motion.size", "32"},
                            {"motion.keypoints.width", "8"},
                            {"motion.keypoints.points", "4"},
                            {"motion.keypoints.generator_width", "8"},
                            {"motion.training.epochs", "1"},
                            {"training.members", "1"},
                            {"dim", "24"},
                            {"input.map_size", "32"}};

std::unique_ptr<Recognizer> selfme(const Assignments& settings = {}) {
  Settings config;
  for (const auto& [path, value] : kSmall) config.set(path, value, "test");
  for (const auto& [path, value] : settings) config.set(path, value, "test");
  return catalog::selfme().make_recognizer(config, three_emotions());
}

SampleSet mirrored(SampleSet samples) {
  for (Sample& sample : samples)
    for (AlignedFace& face : sample.faces) {
      cv::Mat flipped;  // a picture of its own: copies of samples share theirs
      cv::flip(face.image, flipped, 1);
      face.image = flipped;
    }
  return samples;
}

std::string refusal(const Assignments& settings) {
  try {
    selfme(settings);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "(accepted)";
}

TEST(Selfme, MakesMapsOfMotionOfTheFacesAtOnsetAndApex) {
  const torch::NoGradGuard no_grad;
  const auto recognizer = selfme();
  Network& network = network_of(*recognizer);
  SampleSet samples = synthetic_samples(1, 2);
  const Tensors faces = encoded(network, samples);
  ASSERT_EQ(faces.size(), 1u);
  EXPECT_EQ(faces[0].sizes().vec(), (std::vector<std::int64_t>{2, 2, 3, 32, 32}));
  const Tensors maps = network.frozen_features(faces);
  ASSERT_EQ(maps.size(), 1u);
  EXPECT_EQ(maps[0].sizes().vec(), (std::vector<std::int64_t>{2, 2, 32, 32}));
  EXPECT_LT(maps[0].mean({2, 3}).abs().max().item<float>(), 1e-4) << "without its mean";
  EXPECT_EQ(network.forward(maps).sizes().vec(), (std::vector<std::int64_t>{2, 3}));
  for (Sample& sample : samples) sample.faces = {sample.faces[0], sample.faces[4]};
  EXPECT_TRUE(encoded(network, samples)[0].equal(faces[0])) << "the frames between are for learning alone";
}

TEST(Selfme, TakesOpticalFlowWhereItIsTold) {
  const torch::NoGradGuard no_grad;
  const auto recognizer = selfme({{"motion_source", "flow"}, {"normalise", "false"}, {"input.scale_px", "2"}});
  Network& network = network_of(*recognizer);
  EXPECT_EQ(network.pretraining(), nullptr);
  for (const auto& parameter : network.named_parameters()) EXPECT_EQ(network.learning_rate_scale(parameter.key()), 1);
  const Tensors flow = encoded(network, synthetic_samples(1, 1));
  EXPECT_EQ(flow[0].sizes().vec(), (std::vector<std::int64_t>{1, 2, 32, 32}));
  EXPECT_TRUE(network.frozen_features(flow)[0].equal(flow[0] / 2));
  // The upper third of 64 pixels moves by four to the right, which are two of maps half as large.
  EXPECT_NEAR(flow[0][0][0].slice(0, 2, 8).slice(1, 8, 24).mean().item<float>(), 2, 0.3);
}

TEST(Selfme, KeepsTheMotionPartInTrainingWithLabels) {
  const auto recognizer = selfme();
  Network& network = network_of(*recognizer);
  ASSERT_NE(network.pretraining(), nullptr);
  std::size_t kept = 0;
  for (const auto& parameter : network.named_parameters()) {
    EXPECT_EQ(network.learning_rate_scale(parameter.key()), parameter.key().rfind("motion.", 0) == 0 ? 0 : 1);
    kept += network.learning_rate_scale(parameter.key()) == 0;
  }
  EXPECT_EQ(kept, network.pretraining()->part->parameters().size());
}

TEST(Selfme, GivesAFaceAndItsMirrorImageTheSameScoresIfSymmetric) {
  const torch::NoGradGuard no_grad;
  const SampleSet samples = synthetic_samples(2, 3), others = mirrored(samples);
  for (const bool symmetric : {true, false}) {
    const std::string value = symmetric ? "true" : "false";
    const auto recognizer = selfme({{"symmetric", value}, {"motion.symmetric", value}});
    Network& network = network_of(*recognizer);
    const torch::Tensor here = fixed_inputs(network, samples)[0], there = fixed_inputs(network, others)[0];
    EXPECT_EQ(torch::allclose(mirrored_displacement(here), there, 1e-3, 1e-4), symmetric);
    EXPECT_EQ(torch::allclose(network.forward({here}), network.forward({there}), 1e-4, 1e-4), symmetric);
    EXPECT_EQ(torch::allclose(network.forward({here}), network.forward({mirrored_displacement(here)}), 1e-4, 1e-4),
              symmetric);
  }
}

TEST(Selfme, AddsTheContrastBetweenHalvesToItsLoss) {
  const auto loss = [](const char* weight) {
    const auto recognizer = selfme({{"symmetry_weight", weight}});
    Network& network = network_of(*recognizer);
    const torch::NoGradGuard no_grad;
    for (auto& parameter : network.parameters()) parameter.zero_();  // every score, every likeness is 0
    return network.loss({torch::randn({2, 2, 32, 32})}, torch::tensor({0, 2}, torch::kInt64), {}).value.item<double>();
  };
  EXPECT_NEAR(loss("0"), std::log(3.0), 1e-5);
  EXPECT_NEAR(loss("0.5"), std::log(3.0) + 0.5 * std::log(8.0), 1e-5);  // eight patches in a half, all alike
}

TEST(Selfme, ShowsWhatItFindsToWhoWatches) {
  const auto recognizer = selfme({{"motion.kind", "keypoints"}, {"motion.keypoints.occlusion", "true"}});
  Network& network = network_of(*recognizer);
  std::map<std::string, std::vector<std::int64_t>> heard;
  network.set_probe([&](const std::string& name, const torch::Tensor& value) { heard[name] = value.sizes().vec(); });
  const torch::NoGradGuard no_grad;
  network.forward(fixed_inputs(network, synthetic_samples(1, 2)));
  EXPECT_EQ(heard,
            (std::map<std::string, std::vector<std::int64_t>>{
                {"motion", {2, 2, 32, 32}}, {"occlusion", {2, 1, 16, 16}}, {"patch attention", {2, 3, 17, 17}}}));
}

TEST(Selfme, MirrorsMotionAndLeavesFacesOut) {
  const auto recognizer = selfme();
  AugmentationConfig mirror;
  mirror.mirror = 1;
  torch::manual_seed(1);
  const torch::Tensor motion = torch::randn({3, 2, 32, 32});
  EXPECT_TRUE(
      network_of(*recognizer).augmented({motion}, mirror, make_generator(1))[0].equal(mirrored_displacement(motion)));
}

TEST(Selfme, SaysWhichSettingsDoNotGoTogether) {
  EXPECT_EQ(refusal({}), "(accepted)");
  EXPECT_THAT(refusal({{"symmetric", "true"}}), HasSubstr("symmetric needs motion that is symmetric too"));
  EXPECT_EQ(refusal({{"symmetric", "true"}, {"motion_source", "flow"}}), "(accepted)");
  EXPECT_THAT(refusal({{"patch", "6"}}), HasSubstr("patches of 6 pixels do not fill half of maps of 32"));
  EXPECT_THAT(refusal({{"heads", "5"}}), HasSubstr("5 heads do not share a dim of 24 evenly"));
}

}  // namespace
}  // namespace merkit::neural
