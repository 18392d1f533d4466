// RCN-A, FeatRef and MMNet: what the tests of all methods do not know of them.

#include "merkit/core/error.h"
#include "methods/method_list.h"
#include "methods/network_inputs.h"
#include "neural/torch_version.h"
#include "neural/training/augmentation.h"
#include "support/synthetic_samples.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::synthetic_samples;
using merkit::testing::three_emotions;
using ::testing::HasSubstr;

using Assignments = std::vector<std::pair<std::string, std::string>>;

std::unique_ptr<Recognizer> made(const Method& method, const Assignments& settings = {}) {
  Settings config;
  for (const auto& [path, value] : settings) config.set(path, value, "test");
  return method.make_recognizer(config, three_emotions());
}

TEST(RcnA, HasAsManyParametersAsTheAuthorsCode) {
  EXPECT_EQ(made(catalog::rcn_a())->parameter_count(), 15331);
  EXPECT_EQ(made(catalog::rcn_a(), {{"input.size", "28"}})->parameter_count(), 15331);
  // 64 maps pooled to 7: 75 x 64 + 64 + 128, 64 x 64 + 64 + 128, 9 x 64 x 64 + 64 + 128, 49 x 64 x 3 + 3.
  EXPECT_EQ(made(catalog::rcn_a(), {{"maps", "64"}, {"pool", "7"}})->parameter_count(), 4992 + 4288 + 37056 + 9411);
}

TEST(RcnA, AttendsByTheWeightsOfItsClassifier) {
  // The bias alone is left where the classifier is 0; attention then has no contrast, which must not divide by 0.
  const auto recognizer = made(catalog::rcn_a(), {{"input.size", "28"}});
  Network& network = network_of(*recognizer);
  {
    const torch::NoGradGuard no_grad;
    network.named_parameters()["classifier.weight"].zero_();
    network.named_parameters()["classifier.bias"].copy_(torch::tensor({1.F, 2.F, 3.F}));
  }
  const torch::Tensor logits = network.forward(encoded(network, synthetic_samples(1, 2)));
  EXPECT_TRUE(logits.equal(torch::tensor({{1.F, 2.F, 3.F}, {1.F, 2.F, 3.F}}))) << logits;
  logits.sum().backward();
  for (const auto& parameter : network.named_parameters())
    EXPECT_TRUE(torch::isfinite(parameter.value().grad()).all().item<bool>()) << parameter.key();
}

/// Activation maps are stretched to 0..1, so twice the weights attend to the same places: logits only double.
TEST(RcnA, StretchesAttentionWhateverTheScaleOfTheWeights) {
  const torch::NoGradGuard no_grad;
  const auto recognizer = made(catalog::rcn_a(), {{"input.size", "28"}});
  Network& network = network_of(*recognizer);
  const Tensors batch = encoded(network, synthetic_samples(1, 3));
  const torch::Tensor before = network.forward(batch);
  network.named_parameters()["classifier.weight"].mul_(2);
  EXPECT_TRUE(torch::allclose(network.forward(batch), 2 * before, 1e-4, 1e-6));
}

TEST(Featref, HasAsManyParametersAsItsLayersSay) {
  // Streams as in Dual-Inception; 6272 -> 1024; for each class 1024 -> 1024, 1024 -> 256 and 256 -> 1; 768 -> 3.
  EXPECT_EQ(made(catalog::featref())->parameter_count(),
            2 * (1284 + 10336) + 6272 * 1024 + 1024 + 3 * (1024 * 1024 + 1024 + 1024 * 256 + 256 + 257) + 768 * 3 + 3);
}

TEST(Featref, AddsAProposalLossThatWeighsRareClassesMore) {
  const torch::Tensor labels = torch::tensor({0, 1, 2}, torch::kInt64);
  const auto loss = [&](const char* share, const torch::Tensor& counts) {
    const auto recognizer = made(catalog::featref(), {{"proposal_share", share}});
    Network& network = network_of(*recognizer);
    const torch::NoGradGuard no_grad;
    for (auto& parameter : network.parameters()) parameter.zero_();  // every score and every logit is 0
    if (counts.defined()) network.see_class_counts(counts);
    return network.loss(encoded(network, synthetic_samples(1, 3)), labels, {}).value.item<double>();
  };
  const double ln2 = std::log(2.0), ln3 = std::log(3.0);
  EXPECT_NEAR(loss("0", {}), ln3, 1e-6);
  EXPECT_NEAR(loss("0.5", {}), ln3 + 0.5 * 3 * ln2, 1e-5);
  // 10, 20 and 30 samples: positives count 5, 2 and 1 times; each class has one positive and two negatives of three.
  EXPECT_NEAR(loss("0.5", torch::tensor({10.F, 20.F, 30.F})), ln3 + 0.5 * ln2 * (7 + 4 + 3) / 3, 1e-5);
  EXPECT_NEAR(loss("0.5", torch::tensor({0.F, 20.F, 20.F})), ln3 + 0.5 * ln2 * (42 + 3 + 3) / 3, 1e-5);
}

TEST(Mmnet, HasAsManyParametersAsItsLayersSay) {
  // Of width w, with 45/32 w channels first and D = 4 w: convolutions 27 x 45/32 w, 9 x 45/32 w w, and in the blocks
  // 9 w w + w w, the same + w w, 18 w w + 4 w w + 2 w w, 72 w w + 16 w w + 8 w w; a norm has two a channel, attention
  // 4; tokens 4 D + grid^2 D, three transformer blocks of 8 D D + 11 D, a norm; 4 w grid^2 x 3 + 3.
  EXPECT_EQ(made(catalog::mmnet())->parameter_count(), 2268101);
  EXPECT_EQ(made(catalog::mmnet(), {{"input.size", "224"}, {"width", "128"}})->parameter_count(), 9241719);
}

TEST(Mmnet, SeesBothFacesAndTheirDifference) {
  const auto recognizer = made(catalog::mmnet(), {{"input.size", "28"}, {"width", "16"}});
  Network& network = network_of(*recognizer);
  const torch::NoGradGuard no_grad;
  const Tensors batch = encoded(network, synthetic_samples(1, 3));
  ASSERT_EQ(batch.size(), 2u);
  EXPECT_EQ(batch[0].sizes().vec(), (std::vector<std::int64_t>{3, 3, 28, 28}));
  const torch::Tensor logits = network.forward(batch), still = network.forward({batch[0], batch[0]}),
                      other = network.forward({batch[1], batch[1]});
  EXPECT_FALSE(logits.equal(still));
  EXPECT_FALSE(other.equal(still)) << "the position branch looks at the onset";
}

TEST(Mmnet, ReadsFacesAsRgbScaledAsForImagenet) {
  SampleSet samples = synthetic_samples(1, 1);
  for (AlignedFace& face : samples[0].faces) face.image.setTo(cv::Scalar(0, 51, 255));  // blue, green, red
  const auto recognizer = made(catalog::mmnet(), {{"input.size", "28"}});
  const torch::Tensor onset = network_of(*recognizer).encode(samples[0])[0];
  const float expected[3] = {(1 - 0.485F) / 0.229F, (0.2F - 0.456F) / 0.224F, (0 - 0.406F) / 0.225F};
  for (int channel = 0; channel < 3; ++channel) {
    EXPECT_NEAR(onset[channel].min().item<float>(), expected[channel], 1e-5);
    EXPECT_NEAR(onset[channel].max().item<float>(), expected[channel], 1e-5);
  }
}

TEST(Mmnet, SaysThatItNeedsFaces) {
  Sample sample = synthetic_samples(1, 1)[0];
  const auto recognizer = made(catalog::mmnet());
  const auto refusal = [&]() -> std::string {
    try {
      network_of(*recognizer).encode(sample);
    } catch (const ClipError& error) {
      return std::string(to_string(error.status())) + ": " + error.what();
    }
    return "(accepted)";
  };
  EXPECT_EQ(refusal(), "(accepted)");
  sample.faces[4].success = false;
  EXPECT_THAT(refusal(), HasSubstr("no_face: sample \"s1_1\" has no face in its apex frame 4"));
  sample.faces[4].success = true;
  sample.faces[4].segment = 1;
  EXPECT_THAT(refusal(), HasSubstr("unsupported: sample \"s1_1\": the face was lost between onset 0 and apex 4"));
  sample.faces.clear();
  EXPECT_THAT(refusal(),
              HasSubstr("unsupported: sample \"s1_1\": it is a ready motion image, and the method looks at"));
  sample.motion_image.reset();
  EXPECT_THAT(refusal(), HasSubstr("it has no frames"));
}

TEST(Mmnet, ChangesBothFacesOfASampleAlike) {
  const auto recognizer = made(catalog::mmnet(), {{"input.size", "28"}});
  const Network& network = network_of(*recognizer);
  const torch::Tensor faces = torch::randn({5, 3, 28, 28});
  AugmentationConfig changes;
  changes.mirror = 1;
  EXPECT_TRUE(network.augmented({faces, 2 * faces}, changes, make_generator(1))[0].equal(faces.flip({3})));
  changes.mirror = 0.5;
  changes.shift_px = 3;
  const Tensors changed = network.augmented({faces, 2 * faces}, changes, make_generator(2));
  EXPECT_TRUE(changed[1].equal(2 * changed[0]));
  EXPECT_FALSE(changed[0].equal(faces));
}

}  // namespace
}  // namespace merkit::neural
