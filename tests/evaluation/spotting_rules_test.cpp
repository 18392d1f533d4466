#include "merkit/evaluation/spotting_rules.h"

#include "merkit/core/error.h"
#include "support/temporary_folder.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

SpottingRules written(const std::string& json) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "rules.json") << json;
  return SpottingRules::find(folder / "rules.json");
}

void expect_refused(const std::string& json, const std::string& why) {
  try {
    written(json);
    FAIL() << json;
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr(why));
  }
}

TEST(SpottingRules, OfEveryNameAreThere) {
  EXPECT_THAT(spotting_rules_names(), IsSupersetOf({"merkit", "megc2019", "megc2020", "megc2021", "megc2022",
                                                    "megc2023", "megc2024", "megc2025"}));
  for (const auto& name : spotting_rules_names()) {
    const SpottingRules rules = SpottingRules::find(name);
    EXPECT_EQ(rules.name, name);
    EXPECT_EQ(rules.min_iou, 0.5);
    EXPECT_FALSE(rules.description.empty());
  }
}

TEST(SpottingRules, NamedMerkitAreThoseOfTheProgram) {
  const SpottingRules file = SpottingRules::find("merkit"), built_in;
  EXPECT_EQ(file.types, built_in.types);
  EXPECT_EQ(file.types_must_agree, built_in.types_must_agree);
  EXPECT_EQ(file.matching, built_in.matching);
  EXPECT_TRUE(file.labels.empty());
  EXPECT_TRUE(file.prediction_lengths.empty());
}

TEST(SpottingRules, OfTheChallengesDifferInWhatTheyCount) {
  EXPECT_THAT(SpottingRules::find("megc2019").types, ElementsAre(ExpressionType::micro));
  EXPECT_THAT(SpottingRules::find("megc2021").types, ElementsAre(ExpressionType::micro, ExpressionType::macro));
  const SpottingRules last = SpottingRules::find("megc2025");
  EXPECT_FALSE(last.counts(ExpressionType::macro));
  EXPECT_EQ(last.labels.size(), 3);
  const auto baseline = SpottingRules::find("megc2020_baseline").prediction_lengths;
  const LengthBand micro = baseline.at("casme_sq").at(ExpressionType::micro);
  EXPECT_FALSE(micro.holds(6));
  EXPECT_TRUE(micro.holds(7) && micro.holds(16));
  EXPECT_FALSE(micro.holds(17));
  const LengthBand macro = baseline.at("samm_lv").at(ExpressionType::macro);
  EXPECT_FALSE(macro.holds(105));
  EXPECT_TRUE(macro.holds(106) && macro.holds(100000));
}

TEST(SpottingRules, OfTheUsersOwnAreRead) {
  const SpottingRules rules =
      written(R"({"name": "mine", "types": ["macro"], "types_must_agree": false, "min_iou": 0.3, "matching": "maximum",
                  "prediction_lengths": {"x": {"macro": {"longest": 90}}}})");
  EXPECT_EQ(rules.name, "mine");
  EXPECT_THAT(rules.types, ElementsAre(ExpressionType::macro));
  EXPECT_FALSE(rules.types_must_agree);
  EXPECT_EQ(rules.min_iou, 0.3);
  EXPECT_EQ(rules.matching, IntervalMatching::maximum);
  EXPECT_EQ(rules.prediction_lengths.at("x").at(ExpressionType::macro).longest, 90);
}

TEST(SpottingRules, ThatAreWrongAreRefusedWithTheirPlace) {
  expect_refused(R"({"name": "x", "iou": 0.5})", "rules.json:/iou is not a known setting");
  expect_refused(R"({"min_iou": 0.5})", "rules.json:/name is missing");
  expect_refused(R"({"name": "x", "min_iou": 2})", "/min_iou must be in 0..1, got 2");
  expect_refused(R"({"name": "x", "types": []})", "/types must list micro, macro or both");
  expect_refused(R"({"name": "x", "types": ["me"]})", "/types must list micro, macro or both");
  expect_refused(R"({"name": "x", "matching": "best"})", "/matching must be greedy or maximum");
  expect_refused(R"({"name": "x", "prediction_lengths": {"s": {"me": {}}}})", "/prediction_lengths/s/me");
  expect_refused(R"({"name": "x", "prediction_lengths": {"s": {"micro": {"shortest": -1}}}})",
                 "/prediction_lengths/s/micro/shortest must not be negative");
}

TEST(SpottingRules, ThatNobodyKnowsAreNamedWithTheNearest) {
  try {
    SpottingRules::find("megc2018");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown rules \"megc2018\""));
  }
}

}  // namespace
}  // namespace merkit
