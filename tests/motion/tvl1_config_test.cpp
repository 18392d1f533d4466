#include "merkit/core/error.h"
#include "merkit/motion/optical_flow.h"
#include "support/smooth_texture.h"

#include <limits>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>

namespace merkit {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct Change {
  std::string key;
  void (*apply)(Tvl1Config&);
};

std::string key_of(const ::testing::TestParamInfo<Change>& info) { return info.param.key; }

MotionField flow_with(const Tvl1Config& tvl1) {
  const testing::SmoothTexture texture;
  cv::Mat from = texture.picture({64, 64}), to = texture.picture({64, 64}, {2.3, -1.4});
  to(cv::Rect(20, 20, 3, 3)) = 250;  // something for the median filter to remove
  return optical_flow(from, to, {"tvl1", tvl1});
}

/// Hears the keys that `fields` declares.
struct Keys {
  std::set<std::string>* keys;
  template <class T, class... Check>
  void operator()(const char* key, T& /*value*/, const char* /*meaning*/, Check... /*check*/) const {
    keys->insert(key);
  }
};

const std::vector<Change>& changes() {
  static const std::vector<Change> all{
      {"tau", [](Tvl1Config& c) { c.tau = 0.1; }},
      {"lambda", [](Tvl1Config& c) { c.lambda = 0.05; }},
      {"theta", [](Tvl1Config& c) { c.theta = 0.1; }},
      {"epsilon", [](Tvl1Config& c) { c.epsilon = 0.2; }},
      {"scale_step", [](Tvl1Config& c) { c.scale_step = 0.5; }},
      {"scales", [](Tvl1Config& c) { c.scales = 1; }},
      {"warps", [](Tvl1Config& c) { c.warps = 1; }},
      {"inner_iterations", [](Tvl1Config& c) { c.inner_iterations = 2; }},
      {"outer_iterations", [](Tvl1Config& c) { c.outer_iterations = 1; }},
      {"median_filter", [](Tvl1Config& c) { c.median_filter = 1; }},
      {"normalise", [](Tvl1Config& c) { c.normalise = true; }},
      {"presmoothing", [](Tvl1Config& c) { c.presmoothing = 0.8; }},
      {"pyramid_smoothing", [](Tvl1Config& c) { c.pyramid_smoothing = 0.6; }},
  };
  return all;
}

}  // namespace

class EachTvl1Parameter : public ::testing::TestWithParam<Change> {};

TEST_P(EachTvl1Parameter, ReachesTheSolver) {
  Tvl1Config changed;
  GetParam().apply(changed);
  const MotionField usual = flow_with({}), other = flow_with(changed);
  EXPECT_GT(cv::norm(usual.u, other.u, cv::NORM_INF), 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Tvl1, EachTvl1Parameter, ::testing::ValuesIn(changes()), key_of);

TEST(Tvl1Config, HasNoParameterThatTheTestsForget) {
  std::set<std::string> declared, tested;
  Tvl1Config config;
  fields(Keys{&declared}, config);
  for (const Change& change : changes()) tested.insert(change.key);
  EXPECT_EQ(declared, tested);
}

class BadTvl1Parameter : public ::testing::TestWithParam<Change> {};

TEST_P(BadTvl1Parameter, IsRefusedByName) {
  FlowConfig config;
  GetParam().apply(config.tvl1);
  EXPECT_THAT([&] { make_optical_flow(config); },
              ThrowsMessage<ConfigError>(AllOf(HasSubstr("optical flow: " + GetParam().key), HasSubstr("must be"))));
}

INSTANTIATE_TEST_SUITE_P(
    Tvl1, BadTvl1Parameter,
    ::testing::Values(Change{"tau", [](Tvl1Config& c) { c.tau = 0; }},
                      Change{"lambda", [](Tvl1Config& c) { c.lambda = -1; }},
                      Change{"theta", [](Tvl1Config& c) { c.theta = std::numeric_limits<double>::quiet_NaN(); }},
                      Change{"epsilon", [](Tvl1Config& c) { c.epsilon = -0.01; }},
                      Change{"scale_step", [](Tvl1Config& c) { c.scale_step = 1; }},
                      Change{"scales", [](Tvl1Config& c) { c.scales = 0; }},
                      Change{"warps", [](Tvl1Config& c) { c.warps = 0; }},
                      Change{"inner_iterations", [](Tvl1Config& c) { c.inner_iterations = -3; }},
                      Change{"outer_iterations", [](Tvl1Config& c) { c.outer_iterations = 0; }},
                      Change{"median_filter", [](Tvl1Config& c) { c.median_filter = 4; }},
                      Change{"presmoothing", [](Tvl1Config& c) { c.presmoothing = -1; }},
                      Change{"pyramid_smoothing", [](Tvl1Config& c) { c.pyramid_smoothing = -0.1; }}),
    key_of);

TEST(Tvl1Config, DoesNotMatterToTheOtherMethods) {
  const testing::SmoothTexture texture;
  const cv::Mat from = texture.picture({64, 64}), to = texture.picture({64, 64}, {1, 1});
  for (const char* method : {"dis", "farneback"}) {
    FlowConfig config;
    config.method = method;
    const MotionField usual = optical_flow(from, to, config);
    config.tvl1.warps = 1;
    EXPECT_EQ(cv::norm(usual.u, optical_flow(from, to, config).u, cv::NORM_INF), 0) << method;
  }
}

}  // namespace merkit
