// What networks of the catalogue let be seen of themselves.
#include "methods/method_list.h"
#include "methods/network_inputs.h"
#include "neural/recognition/explain.h"
#include "support/synthetic_samples.h"

#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::synthetic_samples;
using merkit::testing::three_emotions;

std::vector<std::string> names_of(const Explanation& explanation) {
  std::vector<std::string> names;
  for (const NamedMap& map : explanation.maps) names.push_back(map.name);
  return names;
}

Method method_named(const std::string& name) {
  for (const Method& method : {catalog::ststnet(), catalog::off_apexnet(), catalog::dual_inception(),
                               catalog::featref(), catalog::rcn_a(), catalog::mmnet()})
    if (method.name == name) return method;
  throw std::logic_error("no such method in this test: " + name);
}

/// Which Grad-CAM the convolutional networks give, for an input of 28 pixels.
TEST(Networks, LetTheirLastMapsBeSeenWithoutChangingTheirAnswer) {
  const struct {
    const char* method;
    std::vector<std::string> maps;
    int side;
  } cases[] = {
      {"ststnet", {"", " of 3 filters", " of 5 filters", " of 8 filters"}, 30},
      {"off_apexnet", {"", " u", " v"}, 7},
      {"dual_inception", {"", " u", " v"}, 7},
      {"featref", {"", " u", " v"}, 7},
      {"rcn_a", {""}, 12},
      {"mmnet", {""}, 2},
  };
  Settings config;
  config.set("input.size", "28", "test");
  for (const auto& expected : cases) {
    const auto recognizer = method_named(expected.method).make_recognizer(config, three_emotions());
    Network& network = network_of(*recognizer);
    const Tensors batch = encoded(network, {synthetic_samples(1, 1)[0]});
    const torch::Tensor unseen = network.forward(batch);
    network.set_probe([](const std::string&, const torch::Tensor&) {});
    const torch::Tensor seen = network.forward(batch);
    network.set_probe({});
    EXPECT_TRUE(torch::allclose(unseen, seen, 1e-4, 1e-4)) << expected.method << unseen << seen;
    const Explanation explanation = explained(network, batch, 1, {64, 64});
    std::vector<std::string> names;
    for (const std::string& suffix : expected.maps) names.push_back("Grad-CAM" + suffix);
    EXPECT_EQ(names_of(explanation), names) << expected.method;
    for (const NamedMap& map : explanation.maps)
      EXPECT_EQ(map.values.size(), cv::Size(expected.side, expected.side)) << expected.method << " " << map.name;
  }
}

}  // namespace
}  // namespace merkit::neural
