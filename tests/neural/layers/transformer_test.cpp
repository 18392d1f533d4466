#include "neural/layers/transformer.h"

#include "neural/torch_version.h"

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

TransformerOptions small(double drop_path = 0) {
  TransformerOptions options;
  options.width = 12;
  options.heads = 3;
  options.mlp_ratio = 2;
  options.drop_path = drop_path;
  return options;
}

TEST(SelfAttention, WeighsAllTokensOfASampleWithRowsThatSumToOne) {
  torch::manual_seed(1);
  SelfAttention attention(small());
  const torch::Tensor weights = attention->weights(torch::randn({2, 5, 12}));
  ASSERT_EQ(weights.sizes().vec(), (std::vector<std::int64_t>{2, 3, 5, 5}));
  EXPECT_TRUE(torch::allclose(weights.sum(-1), torch::ones({2, 3, 5})));
  EXPECT_GT(weights.min().item<float>(), 0);
  EXPECT_LT(weights.max().item<float>(), 1);
}

/// The formula by hand, head by head, from the parameters.
TEST(SelfAttention, IsTheScaledDotProduct) {
  torch::manual_seed(2);
  const torch::NoGradGuard no_grad;
  SelfAttention attention(small());
  const torch::Tensor tokens = torch::randn({1, 5, 12});
  const auto parameters = attention->named_parameters();
  const torch::Tensor qkv = tokens[0].matmul(parameters["qkv.weight"].t()) + parameters["qkv.bias"];  // [5, 36]
  std::vector<torch::Tensor> heads;
  for (int head = 0; head < 3; ++head) {
    const torch::Tensor q = qkv.slice(1, 4 * head, 4 * head + 4), k = qkv.slice(1, 12 + 4 * head, 16 + 4 * head),
                        v = qkv.slice(1, 24 + 4 * head, 28 + 4 * head);
    heads.push_back(torch::softmax(q.matmul(k.t()) / 2, 1).matmul(v));  // 2: root of the head width of 4
  }
  const torch::Tensor expected = torch::cat(heads, 1).matmul(parameters["out.weight"].t()) + parameters["out.bias"];
  EXPECT_TRUE(torch::allclose(attention->forward(tokens)[0], expected, 1e-5, 1e-6));
}

TEST(SelfAttention, DoesNotCareForTheOrderOfTokens) {
  torch::manual_seed(3);
  const torch::NoGradGuard no_grad;
  SelfAttention attention(small());
  const torch::Tensor tokens = torch::randn({2, 4, 12}), order = torch::tensor({2, 0, 3, 1});
  EXPECT_TRUE(torch::allclose(attention->forward(tokens.index_select(1, order)),
                              attention->forward(tokens).index_select(1, order), 1e-5, 1e-6));
}

TEST(SelfAttention, RoundsTheWidthOfHeadsDown) {
  TransformerOptions options = small();
  options.heads = 5;  // heads of 2, 10 in all
  options.qkv_bias = false;
  SelfAttention attention(options);
  EXPECT_EQ(attention->named_parameters()["qkv.weight"].sizes().vec(), (std::vector<std::int64_t>{30, 12}));
  EXPECT_FALSE(attention->named_parameters().contains("qkv.bias"));
  EXPECT_EQ(attention->forward(torch::randn({2, 4, 12})).sizes().vec(), (std::vector<std::int64_t>{2, 4, 12}));
}

TEST(TransformerBlock, HasTheWeightsOfAVisionTransformer) {
  std::int64_t count = 0;
  for (const auto& parameter : TransformerBlock(small())->parameters()) count += parameter.numel();
  // Two norms 2 x 24, queries, keys and values 12 x 36 + 36, out 12 x 12 + 12, MLP 12 x 24 + 24 and 24 x 12 + 12.
  EXPECT_EQ(count, 48 + 468 + 156 + 312 + 300);
}

TEST(TransformerBlock, PassesItsInputOnWhereBranchesGiveNothing) {
  const torch::NoGradGuard no_grad;
  TransformerBlock block(small());
  for (auto& parameter : block->named_parameters())
    if (parameter.key() == "out.weight" || parameter.key() == "out.bias" || parameter.key() == "attention.out.weight" ||
        parameter.key() == "attention.out.bias")
      parameter.value().zero_();
  const torch::Tensor tokens = torch::randn({2, 4, 12});
  EXPECT_TRUE(block->forward(tokens).equal(tokens));
}

TEST(DropPath, DropsWholeSamplesAndKeepsTheMean) {
  DropPath drop(0.25);
  for (const auto& module : drop->modules())
    if (auto* dropout = dynamic_cast<DropoutImpl*>(module.get())) dropout->use_generator(make_generator(4));
  const torch::Tensor ones = torch::ones({20000, 2, 3});
  drop->train();
  const torch::Tensor dropped = drop->forward(ones);
  EXPECT_TRUE(dropped.eq(dropped.select(1, 0).select(1, 0).view({-1, 1, 1})).all().item<bool>());
  EXPECT_NEAR(dropped.mean().item<float>(), 1, 0.02);
  EXPECT_NEAR(dropped.eq(0).to(torch::kFloat32).mean().item<float>(), 0.25, 0.02);
  drop->eval();
  EXPECT_TRUE(drop->forward(ones).equal(ones));
}

}  // namespace
}  // namespace merkit::neural
