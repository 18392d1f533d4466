#include "neural/device.h"

#include "merkit/core/error.h"
#include "neural/torch_version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using ::testing::HasSubstr;

TEST(Devices, ThatAreAbsentAreNamedWithThoseThatAreThere) {
  EXPECT_EQ(device_from_string("cpu"), torch::Device(torch::kCPU));
  try {
    device_from_string("cuda:77");
    FAIL();
  } catch (const MachineError& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no device \"cuda:77\""));
    EXPECT_THAT(error.what(), HasSubstr("offer: cpu"));
  }
  for (const char* name : {"", "CPU", "cuda:", "cuda:-1", "cuda:1x", "cuda:99999999999"})
    EXPECT_THROW(device_from_string(name), ConfigError) << name;
  EXPECT_EQ(device_from_string("auto").is_cpu(), cuda_devices().empty());
}

}  // namespace
}  // namespace merkit::neural
