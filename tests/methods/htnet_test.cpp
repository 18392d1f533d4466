#include "merkit/core/error.h"
#include "methods/method_list.h"
#include "methods/network_inputs.h"
#include "neural/layers/transformer.h"
#include "neural/torch_version.h"
#include "neural/training/augmentation.h"
#include "support/face_shape.h"
#include "support/synthetic_samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::face_shape;
using merkit::testing::synthetic_samples;
using merkit::testing::three_emotions;
using ::testing::HasSubstr;

std::unique_ptr<Recognizer> htnet(const std::vector<std::pair<std::string, std::string>>& settings = {}) {
  Settings config;
  for (const auto& [path, value] : settings) config.set(path, value, "test");
  return catalog::htnet().make_recognizer(config, three_emotions());
}

/// Ready motion images, without faces.
SampleSet ready_images() {
  SampleSet samples = synthetic_samples(1, 3);
  for (Sample& sample : samples) sample.faces.clear();
  return samples;
}

/// Other queries and keys in every block; values stay.
void scramble_queries_and_keys(Network& network) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(77);
  for (auto& parameter : network.named_parameters())
    if (parameter.key().find("qkv.weight") != std::string::npos)
      parameter.value().narrow(0, 0, parameter.value().size(0) * 2 / 3).normal_(0, 3);
}

std::int64_t tokens_of_first_level(const Network& network) {
  return network.named_parameters()["levels.0.position"].size(0);
}

/// Attention weights of every block for tokens drawn at random, as many as the network has in a block.
std::vector<torch::Tensor> attention_weights(Network& network) {
  std::vector<torch::Tensor> weights;
  for (const auto& module : network.modules())
    if (auto* attention = dynamic_cast<SelfAttentionImpl*>(module.get())) {
      const std::int64_t width = attention->named_parameters()["qkv.weight"].size(1);
      weights.push_back(attention->weights(torch::randn({2, tokens_of_first_level(network), width})));
    }
  return weights;
}

// Embedding 147 x 256 + 256. A block of width d and inner width i, without bias of queries, keys and values, has
// 4 d i + 8 d^2 + 10 d: 787,968 (256, 255), 3,146,752 (512, 510), 12,576,768 (1024, 1020); there are 2, 2 and 10.
// Positions 3. Widening 9 x 256 x 512 + 512 and its norm 1,024; 9 x 512 x 1024 + 1024 and 2,048. Norm 2,048 and
// 1024 x 3 + 3.
TEST(HtnetAsPublished, HasItsParametersAndAttentionThatDoesNothing) {
  const auto recognizer = htnet({{"dim", "256"}, {"blocks", "[2, 2, 10]"}});
  EXPECT_EQ(recognizer->parameter_count(), 37888 + 2 * 787968 + 2 * 3146752 + 10 * 12576768 + 3 + 1179648 + 512 + 1024 +
                                               4718592 + 1024 + 2048 + 2048 + 3075);
  EXPECT_EQ(recognizer->parameter_count(), 139582982);

  const torch::NoGradGuard no_grad;
  Network& network = network_of(*recognizer);
  const auto weights = attention_weights(network);
  ASSERT_EQ(weights.size(), 14u);
  for (const torch::Tensor& one : weights) EXPECT_TRUE(one.eq(1).all().item<bool>());
  const Tensors batch = encoded(network, ready_images());
  const torch::Tensor before = network.forward(batch);
  scramble_queries_and_keys(network);
  EXPECT_TRUE(network.forward(batch).equal(before));
}

TEST(HtnetByDefault, IsTheSameInSmall) {
  const auto recognizer = htnet();
  // As above with 64, 128, 256 channels, inner widths 63, 126, 252, and blocks 1, 1, 2.
  EXPECT_EQ(recognizer->parameter_count(), 147 * 64 + 64 + (4 * 64 * 63 + 8 * 64 * 64 + 640) +
                                               (4 * 128 * 126 + 8 * 128 * 128 + 1280) +
                                               2 * (4 * 256 * 252 + 8 * 256 * 256 + 2560) + 3 + 9 * 64 * 128 + 128 +
                                               256 + 9 * 128 * 256 + 256 + 512 + 512 + 771);
  EXPECT_EQ(tokens_of_first_level(network_of(*recognizer)), 1);
}

TEST(HtnetFixed, HasAttentionThatMatters) {
  const auto recognizer = htnet({{"variant", "fixed"}});
  const torch::NoGradGuard no_grad;
  Network& network = network_of(*recognizer);
  EXPECT_EQ(tokens_of_first_level(network), 49);
  const auto weights = attention_weights(network);
  ASSERT_EQ(weights.size(), 3u);
  for (const torch::Tensor& one : weights) {
    EXPECT_TRUE(torch::allclose(one.sum(-1), torch::ones({1})));
    EXPECT_LT(one.max().item<float>(), 0.9F);
  }
  const Tensors batch = encoded(network, ready_images());
  const torch::Tensor before = network.forward(batch);
  scramble_queries_and_keys(network);
  EXPECT_FALSE(torch::allclose(network.forward(batch), before, 1e-3, 1e-3));
}

/// Rows and columns from `row` and `column`, 14 of each, set to 1.
void mark(torch::Tensor mask, std::int64_t row, std::int64_t column) {
  mask.narrow(0, row, 14).narrow(1, column, 14).fill_(1);
}

/// Which pixels of a motion image the network looks at.
torch::Tensor seen(Network& network, const SampleSet& samples) {
  Tensors batch = encoded(network, samples);
  batch[0].requires_grad_();
  network.forward(batch).select(1, 0).sum().backward();
  return batch[0].grad().abs().sum(1).sum(0).gt(0).to(torch::kFloat32);
}

TEST(HtnetCrops, AreTakenWithXForRowInTheFaithfulVariantOnly) {
  // Centres (x, y) of faces not found: (9, 11), (21, 10), (10, 21), (20, 21).
  torch::Tensor expected = torch::zeros({28, 28});
  mark(expected, 2, 4), mark(expected, 14, 3), mark(expected, 3, 14), mark(expected, 13, 14);
  const auto faithful = htnet(), fixed = htnet({{"variant", "fixed"}});
  EXPECT_TRUE(seen(network_of(*faithful), ready_images()).equal(expected));
  EXPECT_TRUE(seen(network_of(*fixed), ready_images()).equal(expected.t()));
}

TEST(HtnetCrops, FollowTheLandmarksOfTheApexWithinTheImage) {
  SampleSet samples = ready_images();
  AlignedFace face;
  face.number = 4;
  face.success = true;
  face.image.create(112, 56, CV_8UC3);
  face.landmarks = face_shape({29, 41}, 24);  // eyes at 17 and 41, mouth corners at 19.4 and 38.6, 26.4 below
  samples[0].faces = {face};
  samples[0].interval = {2, 4, 6};
  const auto recognizer = htnet();
  const torch::Tensor centres = network_of(*recognizer).encode(samples[0])[1];
  EXPECT_TRUE(centres.equal(torch::tensor({{8.F, 10.F}, {20.F, 10.F}, {9.F, 16.F}, {19.F, 16.F}}))) << centres;
  samples[0].faces[0].landmarks = face_shape({50, 4}, 40);
  const torch::Tensor clamped = network_of(*recognizer).encode(samples[0])[1];
  EXPECT_TRUE(clamped.ge(7).all().item<bool>() && clamped.le(21).all().item<bool>()) << clamped;
  samples[0].faces[0].success = false;
  EXPECT_TRUE(network_of(*recognizer)
                  .encode(samples[0])[1]
                  .equal(torch::tensor({{9.F, 11.F}, {21.F, 10.F}, {10.F, 21.F}, {20.F, 21.F}})));
}

TEST(HtnetAugmentation, MovesTheCropsWithTheMirroredFace) {
  const auto recognizer = htnet({{"variant", "fixed"}});
  Network& network = network_of(*recognizer);
  const Tensors batch = encoded(network, ready_images());
  AugmentationConfig mirror;
  mirror.mirror = 1;
  const Tensors changed = network.augmented(batch, mirror, make_generator(1));
  EXPECT_TRUE(changed[1][0].equal(torch::tensor({{7.F, 10.F}, {19.F, 11.F}, {8.F, 21.F}, {18.F, 21.F}}))) << changed[1];
  EXPECT_TRUE(changed[0].select(1, 0).equal(batch[0].select(1, 0).flip({2})));        // strain
  EXPECT_TRUE(changed[0].select(1, 2).equal(255 - batch[0].select(1, 2).flip({2})));  // u
  mirror.mirror = 0;
  mirror.shift_px = 2;
  EXPECT_TRUE(network.augmented(batch, mirror, make_generator(1))[1].equal(batch[1]));
}

TEST(HtnetSettings, ThatDoNotDivideTheImageAreRefused) {
  const auto refusal = [](const std::vector<std::pair<std::string, std::string>>& settings) -> std::string {
    try {
      htnet(settings);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "(accepted)";
  };
  EXPECT_THAT(refusal({{"input.size", "30"}}), HasSubstr("input.size 30 cannot be divided"));
  EXPECT_THAT(refusal({{"variant", "fixed"}, {"blocks", "[1, 1, 2]"}}), HasSubstr("\"fixed\" with 3 levels"));
  EXPECT_THAT(refusal({{"blocks", "[1, 0]"}}), HasSubstr("/blocks must hold numbers in 1..64"));
  EXPECT_EQ(refusal({{"input.size", "56"}}), "(accepted)");
}

}  // namespace
}  // namespace merkit::neural
