#include "neural/layers/stem.h"

#include "neural/torch_version.h"

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

namespace nn = torch::nn;

/// A stem with its own weights; two of them from one seed are equal.
struct Network {
  std::vector<StemBranch> branches;
  Dropout dropout{nullptr};

  Network(int channels, const std::vector<int>& filters, int kernel, int padding, double probability) {
    torch::manual_seed(5);
    for (const int count : filters) {
      branches.push_back(
          {nn::Conv2d(nn::Conv2dOptions(channels, count, kernel).padding(padding)), nn::BatchNorm2d(count)});
      // Scales of either sign: where one is negative, the minimum is what counts.
      branches.back().normalisation->weight.data().normal_();
      branches.back().normalisation->bias.data().normal_();
    }
    dropout = Dropout(probability);
    dropout->use_generator(make_generator(9));
  }

  void train(bool on) {
    for (auto& branch : branches) {
      branch.convolution->train(on);
      branch.normalisation->train(on);
    }
    dropout->train(on);
  }
};

void expect_close(const torch::Tensor& a, const torch::Tensor& b, const std::string& what) {
  ASSERT_EQ(a.sizes(), b.sizes()) << what;
  const double scale = b.abs().max().item<double>();
  EXPECT_LE((a - b).abs().max().item<double>(), 2e-5 * (scale + 1e-6)) << what << ", values up to " << scale;
}

struct Case {
  int channels, height, width;
  std::vector<int> filters;
  int kernel;
  StemOptions options;
  double dropout;
};

class StemShapes : public testing::TestWithParam<Case> {};

TEST_P(StemShapes, GivesWhatTheLayersOfLibTorchGive) {
  const Case& c = GetParam();
  Network fused(c.channels, c.filters, c.kernel, c.options.padding, c.dropout),
      plain(c.channels, c.filters, c.kernel, c.options.padding, c.dropout);
  torch::manual_seed(1);
  const torch::Tensor images = torch::rand({7, c.channels, c.height, c.width}) * 255;
  for (const bool learning : {true, true, false}) {
    fused.train(learning);
    plain.train(learning);
    const torch::Tensor a = apply_stem(images, fused.branches, fused.dropout, c.options),
                        b = apply_plain_stem(images, plain.branches, plain.dropout, c.options);
    expect_close(a, b, "features");
    if (!learning) continue;
    const torch::Tensor weights = torch::randn(b.sizes());
    (a * weights).sum().backward();
    (b * weights).sum().backward();
    for (std::size_t i = 0; i < c.filters.size(); ++i) {
      expect_close(fused.branches[i].convolution->weight.grad(), plain.branches[i].convolution->weight.grad(),
                   "weight");
      expect_close(fused.branches[i].normalisation->weight.grad(), plain.branches[i].normalisation->weight.grad(),
                   "scale");
      expect_close(fused.branches[i].normalisation->bias.grad(), plain.branches[i].normalisation->bias.grad(), "shift");
      expect_close(fused.branches[i].convolution->bias.grad(), plain.branches[i].convolution->bias.grad(), "bias");
      expect_close(fused.branches[i].normalisation->running_mean, plain.branches[i].normalisation->running_mean,
                   "mean");
      expect_close(fused.branches[i].normalisation->running_var, plain.branches[i].normalisation->running_var,
                   "variance");
      EXPECT_TRUE(fused.branches[i].normalisation->num_batches_tracked.equal(
          plain.branches[i].normalisation->num_batches_tracked));
      for (Network* network : {&fused, &plain})
        for (auto* parameter : {&network->branches[i].convolution->weight, &network->branches[i].convolution->bias})
          parameter->mutable_grad().zero_();
      for (Network* network : {&fused, &plain})
        for (auto* parameter : {&network->branches[i].normalisation->weight, &network->branches[i].normalisation->bias})
          parameter->mutable_grad().zero_();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Several, StemShapes,
                         testing::Values(Case{3, 28, 28, {3, 5, 8}, 3, {2, 3, 1, 2}, 0.5},
                                         Case{3, 28, 28, {3, 5, 8}, 3, {2, 3, 1, 2}, 0},
                                         Case{2, 17, 23, {4}, 5, {2, 2, 0, 1}, 0.25},
                                         Case{1, 9, 12, {20, 13}, 3, {1, 2, 0, 1}, 0.5},
                                         Case{3, 8, 8, {1}, 1, {0, 2, 0, 2}, 0.1}));

TEST(Stem, ForMoreChannelsIsThatOfLibTorch) {
  Network network(4, {3}, 3, 1, 0);
  const torch::Tensor images = torch::rand({2, 4, 8, 8});
  network.train(false);
  EXPECT_TRUE(apply_stem(images, network.branches, network.dropout, {1, 2, 0, 1})
                  .equal(apply_plain_stem(images, network.branches, network.dropout, {1, 2, 0, 1})));
}

}  // namespace
}  // namespace merkit::neural
