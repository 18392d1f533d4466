// The same on a GPU as on a CPU. `ctest -L gpu`; skipped where LibTorch finds no GPU.

#include "methods/all_networks.h"
#include "methods/network_inputs.h"
#include "neural/device.h"
#include "neural/torch_version.h"
#include "support/synthetic_samples.h"

#include <chrono>
#include <cstdio>

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::RecordingObserver;
using merkit::testing::synthetic_samples;

TEST(Gpu, GivesTheLogitsOfTheCpu) {
  if (cuda_devices().empty()) GTEST_SKIP() << "LibTorch " << torch_version() << " finds no GPU";
  const SampleSet samples = synthetic_samples(2, 3);
  const torch::NoGradGuard no_grad;
  for (const auto& [name, recognizer] : all_networks()) {
    Network& network = network_of(*recognizer);
    const torch::Tensor expected = network.forward(fixed_inputs(network, samples));
    const torch::Device device = device_from_string(recognizer->use_device("auto"));
    const Tensors inputs = moved(encoded(network, samples), device);
    const torch::Tensor logits = network.forward(network.frozen_features(inputs)).to(torch::kCPU);
    EXPECT_LT((logits - expected).abs().max().item<float>(), 1e-3) << name;
  }
}

/// Both stages of every network run; prints what two epochs of each take.
TEST(Gpu, Trains) {
  if (cuda_devices().empty()) GTEST_SKIP() << "LibTorch " << torch_version() << " finds no GPU";
  for (const char* device : {"cpu", "auto"})
    for (const auto& [name, recognizer] : all_networks({{"training.epochs", "2"}, {"motion.training.epochs", "2"}})) {
      FitOptions options;
      options.device = device;
      RecordingObserver observer;
      const auto begin = std::chrono::steady_clock::now();
      recognizer->fit(synthetic_samples(4, 12), options, observer);
      std::printf("%-16s %-4s %.3f s\n", name.c_str(), device,
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    }
}

}  // namespace
}  // namespace merkit::neural
