#include "core/settings_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::HasSubstr;

struct Inner {
  int epochs = 100;
  double learning_rate = 1e-4;
};
struct Outer {
  std::string device = "cpu";
  bool shuffle = true;
  std::vector<std::string> channels{"u", "v"};
  std::uint64_t seed = 1;
  Inner training;
};

template <class Visitor>
void fields(Visitor&& visit, Inner& c) {
  visit("epochs", c.epochs, "passes", [](int n) { return n >= 1 ? nullptr : "must be at least 1"; });
  visit("learning_rate", c.learning_rate, "step");
}
template <class Visitor>
void fields(Visitor&& visit, Outer& c) {
  visit("device", c.device, "where");
  visit("shuffle", c.shuffle, "new order");
  visit("channels", c.channels, "which");
  visit("seed", c.seed, "seed");
  visit("training", c.training, "how");
}

std::string failure(const Settings& settings) {
  try {
    read_settings<Outer>(settings);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Settings, WhatIsNotGivenKeepsItsDefault) {
  const Outer config = read_settings<Outer>(Settings::parse(R"({"training": {"epochs": 3}})", "x.json"));
  EXPECT_EQ(config.training.epochs, 3);
  EXPECT_DOUBLE_EQ(config.training.learning_rate, 1e-4);
  EXPECT_EQ(config.device, "cpu");
}

TEST(Settings, ErrorsNameFileAndPath) {
  EXPECT_EQ(failure(Settings::parse(R"({"training": {"epochs": 0}})", "x.json")),
            "x.json:/training/epochs must be at least 1, got 0");
  EXPECT_EQ(failure(Settings::parse(R"({"training": {"epochs": "3"}})", "x.json")),
            "x.json:/training/epochs has the wrong type: \"3\"");
  EXPECT_EQ(failure(Settings::parse(R"({"training": {"epoch": 3}})", "x.json")),
            "x.json:/training/epoch is not a known setting");
  EXPECT_EQ(failure(Settings::parse(R"({"training": 3})", "x.json")), "x.json:/training must be an object of settings");
  EXPECT_EQ(failure(Settings::parse(R"({"channels": [1]})", "x.json")), "x.json:/channels has the wrong type: [1]");
  EXPECT_EQ(failure(Settings::parse(R"({"seed": -1})", "x.json")), "x.json:/seed has the wrong type: -1");
}

TEST(Settings, LaterLayersWinAndKeepTheirOrigin) {
  Settings settings = Settings::parse(R"({"training": {"epochs": 3, "learning_rate": 0.5}})", "a.json");
  settings.merge(Settings::parse(R"({"training": {"epochs": 0}})", "b.json"));
  EXPECT_EQ(failure(settings), "b.json:/training/epochs must be at least 1, got 0");
  settings.set("training.epochs", "7", "--set");
  const Outer config = read_settings<Outer>(settings);
  EXPECT_EQ(config.training.epochs, 7);
  EXPECT_DOUBLE_EQ(config.training.learning_rate, 0.5);
  settings.set("training.learning_rate", "fast", "--set");
  EXPECT_EQ(failure(settings), "--set:/training/learning_rate has the wrong type: \"fast\"");
}

TEST(Settings, SetTakesTextWhereItIsNotJson) {
  Settings settings;
  settings.set("device", "cuda:1", "--set");
  settings.set("channels", R"(["strain"])", "--set");
  const Outer config = read_settings<Outer>(settings);
  EXPECT_EQ(config.device, "cuda:1");
  EXPECT_EQ(config.channels, std::vector<std::string>{"strain"});
}

TEST(Settings, PathsWithoutAKeyAreRefused) {
  Settings settings;
  for (const char* path : {"", ".a", "a.", "a..b"}) EXPECT_THROW(settings.set(path, "1", "--set"), ConfigError) << path;
}

TEST(Settings, WhatIsWrittenReadsBackTheSame) {
  Outer config;
  config.training.epochs = 12;
  config.channels = {"strain", "v", "u"};
  const Outer again = read_settings<Outer>(Settings::parse(write_settings(config).to_json(), "x"));
  EXPECT_EQ(again.training.epochs, 12);
  EXPECT_EQ(again.channels, config.channels);
}

TEST(Settings, EverySettingIsDescribedWithItsDefault) {
  EXPECT_THAT(describe_settings<Outer>(), HasSubstr("training.epochs = 100\tpasses\n"));
}

TEST(Settings, TextThatIsNoJsonObjectIsRefusedWithItsPlace) {
  EXPECT_THROW(Settings::parse("[1]", "x.json"), ConfigError);
  try {
    Settings::parse("{\"a\": }", "x.json");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("x.json: "));
    EXPECT_THAT(error.what(), HasSubstr("line 1, column 7"));
  }
}

}  // namespace
}  // namespace merkit
