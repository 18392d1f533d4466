// What every spotter of the catalogue must do when it learns, is stored and is configured.
#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/core/stop.h"
#include "methods/every_spotter.h"
#include "support/temporary_folder.h"

#include <algorithm>

#include <gmock/gmock.h>

namespace merkit::testing {
namespace {

using ::testing::HasSubstr;
using EverySpotterLearning = EverySpotter;

TEST_P(EverySpotterLearning, HasADefaultConfigurationThatIsComplete) {
  const Settings file = default_config(GetParam().name);
  EXPECT_EQ(GetParam().resolve_config(file).to_json(), GetParam().resolve_config(Settings()).to_json());
  EXPECT_FALSE(GetParam().describe_config().empty());
  Settings unknown = file;
  unknown.set("no_such_setting", "1", "test");
  EXPECT_THROW(GetParam().resolve_config(unknown), ConfigError);
}

TEST_P(EverySpotterLearning, FindsTheSameAfterSaveAndLoad) {
  const auto spotter = fitted();
  const TemporaryFolder folder;
  spotter->save(folder / "model.safetensors");
  const ModelFile file = ModelFile::read(folder / "model.safetensors");
  EXPECT_EQ(file.info.method, GetParam().name);
  EXPECT_EQ(file.info.provenance, "a test");
  EXPECT_EQ(file.info.licence, "free");
  EXPECT_THAT(file.info.subjects, ::testing::ElementsAre("drawn/p0", "drawn/p1", "drawn/p2", "drawn/p3"));
  const auto loaded = load_spotter(file);
  for (std::size_t i = 0; i < kClips.size(); ++i) expect_same(spotted(*spotter, i), spotted(*loaded, i));
}

TEST_P(EverySpotterLearning, RefusesModelsThatAreNotItsOwn) {
  const auto spotter = fitted();
  const TemporaryFolder folder;
  spotter->save(folder / "model.safetensors");
  const ModelFile file = ModelFile::read(folder / "model.safetensors");
  ModelFile foreign = file;
  foreign.info.method = "another_method";
  EXPECT_THROW(make()->load(foreign), ModelError);
  ModelFile empty = file;
  empty.tensors.clear();
  EXPECT_THROW(make()->load(empty), ModelError);
  ModelFile cut = file;
  cut.tensors[0].bytes.pop_back();
  EXPECT_THROW(make()->load(cut), ModelError);
  EXPECT_THROW(make()->save(folder / "nothing.safetensors"), ModelError);
}

TEST_P(EverySpotterLearning, LearnsTheSameInWhateverOrder) {
  const auto one = make(), other = make();
  SpottingSampleSet set = samples();
  fit(*one, set);
  std::reverse(set.begin(), set.end());
  fit(*other, set);
  for (std::size_t i = 0; i < kClips.size(); ++i) expect_same(spotted(*one, i), spotted(*other, i));
}

TEST_P(EverySpotterLearning, LearnsAnewEachTime) {
  const auto once = make(), twice = make();
  const SpottingSampleSet& set = samples();
  fit(*once, {set[0], set[2]});
  fit(*twice, {set[1], set[3]});
  fit(*twice, {set[0], set[2]});
  for (std::size_t i = 0; i < kClips.size(); ++i) expect_same(spotted(*once, i), spotted(*twice, i));
}

TEST_P(EverySpotterLearning, RefusesTrainingSetsThatTeachNothing) {
  const auto spotter = make();
  const auto message = [&](const SpottingSampleSet& set) -> std::string {
    try {
      fit(*spotter, set);
    } catch (const InputError& error) {
      return error.what();
    }
    return "(accepted)";
  };
  EXPECT_THAT(message({}), HasSubstr("no clip"));
  SpottingSampleSet set = samples();
  for (auto& sample : set) sample.expressions.clear();
  EXPECT_THAT(message(set), HasSubstr("4 clips without an expression"));
}

TEST_P(EverySpotterLearning, EndsWhenAStopIsRequested) {
  const auto spotter = make();
  const SpottingSampleSet& set = samples();
  request_stop(2);
  EXPECT_THROW(fit(*spotter, set), Interrupted);
  request_stop(0);
}

TEST_P(EverySpotterLearning, LearnsAsItsPresetSays) {
  const std::filesystem::path file =
      find_resource("configs/methods/presets").string() + "/" + GetParam().name + ".json";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "it has none";
  Settings config = default_config(GetParam().name);
  config.merge(Settings::from_file(file).child("methods").child(GetParam().name));
  const auto spotter = GetParam().make_spotter(quick(config), three_emotions());
  SpottingSampleSet set;
  for (const std::size_t i : {0u, 2u}) {
    const std::vector<AlignedFace> begin(drawn()[i].begin(), drawn()[i].begin() + 150);
    set.push_back(samples()[i]);
    set.back().measured = measured(*spotter, begin);
  }
  fit(*spotter, set);
  EXPECT_EQ(spotter->spot(*set[0].measured).signal.values.size(), 150u);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EverySpotterLearning, ::testing::ValuesIn(spotters()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace merkit::testing
