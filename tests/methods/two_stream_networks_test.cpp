#include "merkit/methods/catalog.h"
#include "support/synthetic_samples.h"

#include <gtest/gtest.h>

namespace merkit {
namespace {

std::int64_t parameters_of(const char* method) {
  return find_method(method).make_recognizer(default_config(method), testing::three_emotions())->parameter_count();
}

TEST(OffApexnet, HasAsManyParametersAsTheReimplementation) { EXPECT_EQ(parameters_of("off_apexnet"), 2664475); }

TEST(DualInception, HasAsManyParametersAsItsLayersSay) {
  // Two streams of blocks of 1,284 and 10,336; 6272 -> 1024 -> 3.
  EXPECT_EQ(parameters_of("dual_inception"), 2 * (1284 + 10336) + 6272 * 1024 + 1024 + 1024 * 3 + 3);
}

}  // namespace
}  // namespace merkit
