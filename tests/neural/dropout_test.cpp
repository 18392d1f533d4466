#include "neural/dropout.h"

#include "neural/torch_version.h"

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

TEST(Dropout, KeepsTheMeanAndDrawsFromItsOwnGenerator) {
  Dropout dropout(0.25);
  dropout->train();
  dropout->use_generator(make_generator(5));
  const torch::Tensor ones = torch::ones({100000});
  const torch::Tensor first = dropout->forward(ones);
  EXPECT_NEAR(first.mean().item<float>(), 1, 0.01);
  EXPECT_NEAR(first.eq(0).to(torch::kFloat32).mean().item<float>(), 0.25, 0.01);
  EXPECT_NEAR(first.max().item<float>(), 1 / 0.75, 1e-5);
  torch::manual_seed(123);  // the process-wide generator must not matter
  dropout->use_generator(make_generator(5));
  EXPECT_TRUE(dropout->forward(ones).equal(first));
  EXPECT_FALSE(dropout->forward(ones).equal(first));
  dropout->eval();
  EXPECT_TRUE(dropout->forward(ones).equal(ones));
}

}  // namespace
}  // namespace merkit::neural
