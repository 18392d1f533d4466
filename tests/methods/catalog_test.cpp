#include "merkit/methods/catalog.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::HasSubstr;

TEST(Catalog, LoadsLibTorchOnlyWhenAMethodNeedsIt) {
  EXPECT_EQ(std::system((std::string(MERKIT_BINARY_DIR) + "/tests/catalog_probe").c_str()), 0);
}

TEST(Catalog, ListsMethodsByNameWithEverythingAReaderNeeds) {
  const auto& list = methods();
  EXPECT_TRUE(std::is_sorted(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
  for (const Method& method : list) {
    EXPECT_FALSE(method.summary.empty()) << method.name;
    EXPECT_FALSE(method.citation.empty()) << method.name;
    EXPECT_TRUE(method.make_recognizer || method.make_spotter) << method.name;
    ASSERT_TRUE(method.resolve_config && method.describe_config) << method.name;
    EXPECT_NO_THROW(method.resolve_config(default_config(method.name))) << method.name;
  }
}

TEST(Catalog, KnowsEverySettingOfThePresets) {
  int presets = 0;
  for (const auto& entry : std::filesystem::directory_iterator(find_resource("configs/methods/presets"))) {
    const Settings by_method = Settings::from_file(entry.path()).child("methods");
    for (const std::string& name : by_method.keys()) {
      EXPECT_EQ(name, entry.path().stem());
      Settings config = default_config(name);
      config.merge(by_method.child(name));
      EXPECT_NE(find_method(name).resolve_config(config).to_json(), default_config(name).to_json());
      ++presets;
    }
  }
  EXPECT_GE(presets, 4);
}

TEST(Catalog, SuggestsTheNearestName) {
  try {
    find_method("stsnet");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("unknown method \"stsnet\"; did you mean \"ststnet\"?"));
  }
}

TEST(Catalog, GivesTheSameEntryToManyThreads) {
  const Method* found[4] = {};
  std::vector<std::thread> threads;
  for (auto& place : found) threads.emplace_back([&place] { place = &find_method("ststnet"); });
  for (std::thread& thread : threads) thread.join();
  for (const Method* method : found) EXPECT_EQ(method, found[0]);
}

TEST(Labels, OfThreeEmotionsMapTheUsualVocabulary) {
  const LabelSet labels = LabelSet::from_file(find_resource("configs/labels/three_emotions.json"));
  EXPECT_THAT(labels.classes(), ::testing::ElementsAre("negative", "positive", "surprise"));
  for (const char* emotion : {"disgust", "Sadness", "fear", "anger", "contempt", "repression", "negative"})
    EXPECT_EQ(labels.find(emotion), 0) << emotion;
  EXPECT_EQ(labels.find("happiness"), 1);
  EXPECT_EQ(labels.find("surprise"), 2);
  EXPECT_EQ(labels.find("others"), std::nullopt);
}

}  // namespace
}  // namespace merkit
