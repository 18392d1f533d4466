#include "neural/recognition/explain.h"

#include "support/synthetic_samples.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::neural {
namespace {

using merkit::testing::synthetic_samples;
using merkit::testing::three_emotions;
using ::testing::ElementsAre;

/// A network that is what the test says.
struct SeeingNetwork final : Network {
  std::function<torch::Tensor(const SeeingNetwork&, const Tensors&)> does;

  explicit SeeingNetwork(std::function<torch::Tensor(const SeeingNetwork&, const Tensors&)> given)
      : does(std::move(given)) {}
  Tensors encode(const Sample&) const override { return {}; }
  torch::Tensor forward(const Tensors& batch) override { return does(*this, batch); }
  bool is_seen() const { return is_observed(); }
  const torch::Tensor& see(const std::string& name, const torch::Tensor& value) const { return observe(name, value); }
};

torch::Tensor numbers(std::vector<float> values, std::vector<std::int64_t> shape) {
  return torch::tensor(values).view(shape);
}

std::vector<std::string> names_of(const Explanation& explanation) {
  std::vector<std::string> names;
  for (const NamedMap& map : explanation.maps) names.push_back(map.name);
  return names;
}

std::vector<float> values_of(const cv::Mat1f& map) { return {map.begin(), map.end()}; }

/// Two channels; class 0 is A summed up minus four times the first value of B, so that the mean gradients are 1 and -1;
/// class 1 is the negative of it.
torch::Tensor two_channel_logits(const torch::Tensor& maps) {
  const torch::Tensor score = maps[0][0].sum() - 4 * maps[0][1][0][0];
  return torch::stack({score, -score}).unsqueeze(0);
}

const std::vector<float> kTwoChannels{1, 2, 3, 4, 4, 0, 0, 8};

TEST(GradCam, IsTheSumOfMapsByTheirMeanGradientWhereItIsPositive) {
  SeeingNetwork probe([](const SeeingNetwork& self, const Tensors& batch) {
    return two_channel_logits(self.see("last maps", batch[0]));
  });
  // A - B = -3 2 3 -4 for class 0.
  const Explanation first = explained(probe, {numbers(kTwoChannels, {1, 2, 2, 2})}, 0, {8, 8});
  ASSERT_THAT(names_of(first), ElementsAre("Grad-CAM"));
  EXPECT_THAT(values_of(first.maps[0].values), ElementsAre(0, ::testing::FloatEq(2.F / 3), 1, 0));
  EXPECT_FALSE(first.motion);
  EXPECT_TRUE(first.regions.empty());
  const Explanation second = explained(probe, {numbers(kTwoChannels, {1, 2, 2, 2})}, 1, {8, 8});
  EXPECT_THAT(values_of(second.maps[0].values), ElementsAre(0.75F, 0, 0, 1));
}

TEST(GradCam, IsZeroWhereNothingSpeaksForTheClass) {
  SeeingNetwork probe([](const SeeingNetwork& self, const Tensors& batch) {
    return -self.see("last maps", batch[0]).mean({2, 3});
  });
  const Explanation explanation = explained(probe, {torch::ones({1, 2, 3, 3})}, 0, {8, 8});
  EXPECT_EQ(cv::countNonZero(explanation.maps.at(0).values), 0);
}

/// Convolution that finds bright and dark spots, means over places, a linear layer: where the spot is decides nothing
/// but the map.
TEST(GradCam, LiesWhereTheSpotIsThatDecides) {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(1, 2, 3).padding(1));
  {
    const torch::NoGradGuard no_grad;
    conv->weight.copy_(torch::stack({torch::ones({1, 3, 3}), -torch::ones({1, 3, 3})}));
    conv->bias.zero_();
  }
  SeeingNetwork probe([&](const SeeingNetwork& self, const Tensors& batch) {
    return self.see("last maps", torch::relu(conv->forward(batch[0]))).mean({2, 3});  // class 0: bright, class 1: dark
  });
  for (const auto& [row, column] : {std::pair(3, 4), std::pair(12, 9), std::pair(8, 14)}) {
    const torch::Tensor image = torch::zeros({1, 1, 16, 20});
    image[0][0][row][column] = 1;
    image[0][0][15 - row][19 - column] = -1;
    for (const int label : {0, 1}) {
      const cv::Mat1f map = explained(probe, {image}, label, {16, 16}).maps.at(0).values;
      const cv::Moments mass = cv::moments(map);
      EXPECT_NEAR(mass.m10 / mass.m00, label == 0 ? column : 19 - column, 1e-4) << label;
      EXPECT_NEAR(mass.m01 / mass.m00, label == 0 ? row : 15 - row, 1e-4) << label;
    }
  }
}

TEST(GradCam, OfStreamsIsThatOfAllTheirChannelsAndThatOfEachByOneScale) {
  SeeingNetwork probe([](const SeeingNetwork& self, const Tensors& batch) {
    const torch::Tensor first = self.see("last maps u", batch[0].narrow(1, 0, 1));
    const torch::Tensor second = self.see("last maps v", batch[0].narrow(1, 1, 1));
    return two_channel_logits(torch::cat({first, second}, 1));
  });
  const Explanation explanation = explained(probe, {numbers(kTwoChannels, {1, 2, 2, 2})}, 0, {8, 8});
  ASSERT_THAT(names_of(explanation), ElementsAre("Grad-CAM", "Grad-CAM u", "Grad-CAM v"));
  // Sums of -3 2 3 -4, 1 2 3 4 and -4 0 0 -8; the greatest is 4.
  EXPECT_THAT(values_of(explanation.maps[0].values), ElementsAre(0, 0.5F, 0.75F, 0));
  EXPECT_THAT(values_of(explanation.maps[1].values), ElementsAre(0.25F, 0.5F, 0.75F, 1));
  EXPECT_THAT(values_of(explanation.maps[2].values), ElementsAre(0, 0, 0, 0));
}

TEST(GradCam, LeavesOutMapsThatHaveNoPartInTheScore) {
  SeeingNetwork probe([](const SeeingNetwork& self, const Tensors& batch) {
    self.see("last maps idle", batch[0] * 2);
    self.see("last maps fixed", batch[0].detach());
    return self.see("last maps used", batch[0]).mean({2, 3});
  });
  EXPECT_THAT(names_of(explained(probe, {torch::ones({1, 2, 3, 3})}, 0, {8, 8})), ElementsAre("Grad-CAM"));
}

TEST(Explained, NeedsNoGradientsOfTheCallerAndLeavesNoProbeBehind) {
  int heard = 0;
  SeeingNetwork probe([&](const SeeingNetwork& self, const Tensors& batch) {
    heard += self.is_seen();
    return self.see("last maps", batch[0]).mean({2, 3});
  });
  const torch::NoGradGuard no_grad;
  EXPECT_EQ(explained(probe, {torch::ones({1, 2, 3, 3})}, 0, {8, 8}).maps.size(), 1U);
  probe.forward({torch::ones({1, 2, 3, 3})});
  EXPECT_EQ(heard, 1);
}

TEST(Explained, GivesMotionInPixelsOfTheCrop) {
  SeeingNetwork probe([](const SeeingNetwork& self, const Tensors& batch) {
    self.see("motion", batch[0]);
    self.see("motion", batch[0].flip({3}));  // of a mirrored face, say: the first one counts
    return batch[0].mean({2, 3});
  });
  const torch::Tensor motion = torch::zeros({1, 2, 4, 8});
  motion[0][0].fill_(0.5);
  motion[0][1].slice(1, 4).fill_(-1);
  const Explanation explanation = explained(probe, {motion}, 1, {16, 20});
  ASSERT_TRUE(explanation.motion);
  ASSERT_EQ(explanation.motion->u.size(), cv::Size(16, 20));
  EXPECT_EQ(cv::norm(explanation.motion->u, cv::Mat1f(20, 16, 1.F), cv::NORM_INF), 0) << "8 columns become 16";
  EXPECT_EQ(explanation.motion->v(10, 2), 0);
  EXPECT_EQ(explanation.motion->v(10, 13), -5) << "4 rows become 20";
}

TEST(Explained, GivesOcclusionAndRegionsAsTheyAre) {
  SeeingNetwork probe([](const SeeingNetwork& self, const Tensors& batch) {
    self.see("occlusion", batch[0].narrow(1, 0, 1));
    self.see("region attention", numbers({0.25F, 0.75F}, {1, 2}));
    self.see("region boxes", numbers({0, 0.5F, 0.25F, 1, 0.5F, 0, 1, 0.5F}, {1, 2, 4}));
    return batch[0].mean({2, 3});
  });
  const Explanation explanation = explained(probe, {numbers(kTwoChannels, {1, 2, 2, 2})}, 0, {8, 8});
  ASSERT_THAT(names_of(explanation), ElementsAre("occlusion"));
  EXPECT_THAT(values_of(explanation.maps[0].values), ElementsAre(1, 2, 3, 4));
  ASSERT_EQ(explanation.regions.size(), 2U);
  EXPECT_EQ(explanation.regions[0].box, cv::Rect2f(0, 0.5F, 0.25F, 0.5F));
  EXPECT_EQ(explanation.regions[1].box, cv::Rect2f(0.5F, 0, 0.5F, 0.5F));
  EXPECT_EQ(explanation.regions[0].weight, 0.25);
  EXPECT_EQ(explanation.regions[1].weight, 0.75);
}

TEST(Explained, GivesHowMuchPatchesAreLookedAt) {
  torch::Tensor weights;
  SeeingNetwork probe([&](const SeeingNetwork& self, const Tensors& batch) {
    self.see("patch attention", weights);
    return batch[0].mean({2, 3});
  });
  const auto map = [&] {
    return values_of(explained(probe, {torch::ones({1, 2, 2, 2})}, 0, {8, 8}).maps.at(0).values);
  };
  weights = torch::zeros({1, 2, 4, 4});  // two heads, four patches
  weights[0][0].select(1, 2).fill_(1);
  weights[0][1].select(1, 1).fill_(1);
  EXPECT_THAT(map(), ElementsAre(0, 0.5F, 0.5F, 0));
  weights = torch::zeros({1, 1, 5, 5});  // a class token before four patches: what that one looks at
  weights[0][0][0] = torch::tensor({0.5F, 0.1F, 0.F, 0.4F, 0.F});
  weights[0][0][1].fill_(0.2);
  EXPECT_THAT(map(), ElementsAre(0.1F, 0, 0.4F, 0));
  weights = torch::zeros({1, 1, 7, 7});
  EXPECT_THROW(map(), std::logic_error);
}

}  // namespace
}  // namespace merkit::neural
