#include "merkit/core/error.h"
#include "methods/method_list.h"
#include "methods/moving_maps.h"
#include "neural/spotting/neural_spotter.h"
#include "neural/tensors.h"
#include "neural/torch_version.h"
#include "support/drawn_crop.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::neural {
namespace {

using merkit::testing::bump;
using merkit::testing::face_of;
using merkit::testing::kFps;
using merkit::testing::maps_with;
using merkit::testing::moved;
using merkit::testing::RecordingObserver;
using merkit::testing::skin;
using merkit::testing::TemporaryFolder;
using merkit::testing::three_emotions;
using merkit::testing::training_clips;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Settings quick(const std::string& method) {
  Settings config;
  const std::string training = method == "mean" ? "spotting_training" : "training";
  config.set(training + ".epochs", "6", "test");
  config.set(training + ".learning_rate", "0.002", "test");
  config.set("spotting.inner_folds", "2", "test");
  config.set("input.flow.method", "dis", "test");
  if (method == "mean") config.set("training.epochs", "60", "test");
  return config;
}

Method method_of(const std::string& name) { return name == "mean" ? catalog::mean() : catalog::softnet(); }

std::unique_ptr<Spotter> loaded_from(const ModelFile& model) {
  auto spotter = method_of(model.info.method).make_spotter(Settings::parse(model.info.config, "model"), {});
  spotter->load(model);
  return spotter;
}

class EverySpottingNetwork : public ::testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Spotter> make(const LabelSet& labels = {}) const {
    return method_of(GetParam()).make_spotter(quick(GetParam()), labels);
  }
  std::unique_ptr<Spotter> fitted(int subjects = 3, bool labelled = false, std::uint64_t seed = 3) const {
    auto spotter = make(labelled ? three_emotions() : LabelSet());
    FitOptions options;
    options.seed = seed;
    options.provenance = "a test";
    options.licence = "free";
    RecordingObserver observer;
    spotter->fit(training_clips(subjects, labelled), options, observer);
    return spotter;
  }
  static std::vector<Interval> intervals(const SpottingResult& result, ExpressionType type) {
    std::vector<Interval> found;
    for (const Detection& detection : result.detections)
      if (detection.type == type) found.push_back(detection.interval);
    return found;
  }
};

TEST_P(EverySpottingNetwork, SendsAGradientToEveryParameter) {
  const auto spotter = fitted(1);
  for (const auto& network : dynamic_cast<const NeuralSpotter&>(*spotter).networks()) {
    network->train();
    network->use_generator(make_generator(1));
    const torch::Tensor maps = torch::randn({6, 3, 42, 42}, make_generator(2));
    for (auto& parameter : network->parameters()) parameter.mutable_grad() = torch::Tensor();
    network->loss({maps}, torch::tensor({0, 1, 0, 1, 0, 1}, torch::kInt64), {}).value.backward();
    for (const auto& parameter : network->named_parameters()) {
      ASSERT_TRUE(parameter.value().grad().defined()) << parameter.key();
      EXPECT_GT(parameter.value().grad().abs().sum().item<float>(), 0) << parameter.key();
    }
  }
}

TEST_P(EverySpottingNetwork, FindsInANewClipWhatItHasLearned) {
  const auto spotter = fitted();
  const auto result = spotter->spot(*maps_with({{50, 66, 2, 0}, {120, 200, 22, 2}, {240, 254, 30, 2}}, 99));
  const auto micro = intervals(result, ExpressionType::micro), macro = intervals(result, ExpressionType::macro);
  ASSERT_EQ(micro.size(), 2u);
  EXPECT_GE(iou(micro[0], {50, std::nullopt, 66}), 0.5);
  EXPECT_GE(iou(micro[1], {240, std::nullopt, 254}), 0.5);
  ASSERT_EQ(macro.size(), 1u);
  EXPECT_GE(iou(macro[0], {120, std::nullopt, 200}), 0.5);
  EXPECT_TRUE(spotter->spot(*maps_with({}, 5)).detections.empty()) << "nothing moves";
}

TEST_P(EverySpottingNetwork, GivesTheSameForTheSameSeed) {
  const auto clip = maps_with({{50, 66, 2, 0}}, 99);
  const auto one = fitted(), two = fitted(), other = fitted(3, false, 4);
  EXPECT_EQ(one->spot(*clip).signal.values, two->spot(*clip).signal.values);
  EXPECT_NE(one->spot(*clip).signal.values, other->spot(*clip).signal.values);
}

TEST_P(EverySpottingNetwork, StartsAnewWhateverWasLearnedBefore) {
  const auto clip = maps_with({{50, 66, 2, 0}}, 99);
  const auto once = fitted();
  const auto twice = fitted(2, false, 9);
  FitOptions options;
  options.seed = 3;
  RecordingObserver observer;
  twice->fit(training_clips(3), options, observer);
  EXPECT_EQ(once->spot(*clip).signal.values, twice->spot(*clip).signal.values);
}

TEST_P(EverySpottingNetwork, ReportsAllItsTrainingsAsOne) {
  auto spotter = make();
  RecordingObserver observer;
  spotter->fit(training_clips(3), {}, observer);
  EXPECT_EQ(observer.epochs_heard.size(), 3u * 2 * 6) << "two groups left out and all, micro and macro, six epochs";
  EXPECT_EQ(observer.epochs_promised, 36);
  EXPECT_EQ(observer.epochs_heard.back(), 36);
}

TEST_P(EverySpottingNetwork, GivesTheSameAnswerAfterSaveAndLoad) {
  const TemporaryFolder folder;
  const auto clip = maps_with({{50, 66, 2, 0}, {120, 200, 22, 2}}, 99);
  const auto original = fitted();
  original->save(folder / "model.safetensors");
  const ModelFile file = ModelFile::read(folder / "model.safetensors");
  EXPECT_EQ(file.info.method, GetParam());
  EXPECT_THAT(file.info.subjects, ElementsAre("drawn/s0", "drawn/s1", "drawn/s2"));
  EXPECT_EQ(file.info.provenance, "a test");
  EXPECT_EQ(file.info.licence, "free");
  const auto loaded = loaded_from(file);
  const SpottingResult before = original->spot(*clip), after = loaded->spot(*clip);
  EXPECT_EQ(before.signal.values, after.signal.values);
  EXPECT_EQ(before.signal.threshold, after.signal.threshold);
  EXPECT_EQ(before.detections.size(), after.detections.size());
  loaded->save(folder / "again.safetensors");
  EXPECT_EQ(ModelFile::read(folder / "again.safetensors").sha256, file.sha256);
}

TEST_P(EverySpottingNetwork, SeveralMembersScoreTheirMean) {
  Settings config = quick(GetParam());
  config.set((GetParam() == "mean" ? "spotting_training" : "training") + std::string(".members"), "2", "test");
  const auto spotter = method_of(GetParam()).make_spotter(config, {});
  RecordingObserver observer;
  spotter->fit(training_clips(2), {}, observer);
  const auto& networks = dynamic_cast<const NeuralSpotter&>(*spotter).networks();
  const torch::Tensor maps = torch::randn({4, 3, 42, 42}, make_generator(2));
  for (const auto& network : networks) {
    ASSERT_EQ(network->children().size(), 2u);
    Tensors scores;
    for (const auto& member : network->children()) scores.push_back(dynamic_cast<Network&>(*member).forward({maps}));
    EXPECT_FALSE(torch::equal(scores[0], scores[1])) << "members start from other weights";
    EXPECT_TRUE(torch::allclose(network->forward({maps}), (scores[0] + scores[1]) / 2, 1e-5, 1e-6));
    EXPECT_EQ(network->parameter_count(), 2 * network->first().parameter_count());
  }
  const TemporaryFolder folder;
  spotter->save(folder / "model.safetensors");
  const auto loaded = loaded_from(ModelFile::read(folder / "model.safetensors"));
  const auto clip = maps_with({{50, 66, 2, 0}}, 99);
  EXPECT_EQ(spotter->spot(*clip).signal.values, loaded->spot(*clip).signal.values);
}

TEST_P(EverySpottingNetwork, FindsTheSameWhileReadingAsAfterwards) {
  const auto spotter = fitted();
  const auto measuring = spotter->measure(kFps);
  const auto session = spotter->start(kFps);
  const cv::Mat still = skin();
  for (int i = 0; i < 90; ++i) {
    auto face = face_of(i, kFps, moved(still, {{56, 126}, {84, 126}}, 10, -2 * bump(i, 40, 47, 56)));
    if (i == 20) {
      face.success = false;
      face.image.release();
    }
    measuring->push(face);
    session->push(face);
  }
  const auto measured = measuring->finish();
  const SpottingResult after = spotter->spot(*measured), meanwhile = session->finish();
  EXPECT_EQ(after.signal.values, meanwhile.signal.values);
  EXPECT_EQ(after.signal.frames.size(), 90u);
  EXPECT_EQ(after.signal.values[20], 0);
  ASSERT_EQ(after.detections.size(), meanwhile.detections.size());
}

TEST_P(EverySpottingNetwork, MeasuresTheSameWhateverItHasLearned) {
  const auto measure = [](const Spotter& spotter) {
    const auto session = spotter.measure(kFps);
    const cv::Mat still = skin();
    for (int i = 0; i < 30; ++i)
      session->push(face_of(i, kFps, moved(still, {{56, 126}, {84, 126}}, 10, -2 * bump(i, 5, 12, 21))));
    return session->finish();
  };
  const auto before = measure(*make()), after = measure(*fitted());
  const auto &one = dynamic_cast<const MeasuredMaps&>(*before), &two = dynamic_cast<const MeasuredMaps&>(*after);
  for (std::size_t i = 0; i < one.frames.size(); ++i) {
    const cv::Mat &a = one.frames[i].displacement, &b = two.frames[i].displacement;
    ASSERT_EQ(std::memcmp(a.data, b.data, a.total() * a.elemSize()), 0) << i;
  }
}

TEST_P(EverySpottingNetwork, SaysWhatIsWrong) {
  const auto message = [](const std::function<void()>& act) -> std::string {
    try {
      act();
    } catch (const std::exception& error) {
      return error.what();
    }
    return "(accepted)";
  };
  const auto spotter = make();
  RecordingObserver observer;
  EXPECT_THAT(message([&] { spotter->spot(*maps_with({}, 1)); }), HasSubstr("has neither been fitted nor loaded"));
  EXPECT_THAT(message([&] { spotter->start(kFps); }), HasSubstr("has neither been fitted nor loaded"));
  EXPECT_THAT(message([&] { spotter->save("m.safetensors"); }), HasSubstr("nothing to save"));
  EXPECT_THAT(message([&] { spotter->measure(0); }), HasSubstr("frame rate above 0"));
  EXPECT_THAT(message([&] { spotter->fit({}, {}, observer); }), HasSubstr("no clip to learn from"));
  SpottingSampleSet empty = training_clips(1);
  empty[0].expressions.clear();
  EXPECT_THAT(message([&] { spotter->fit(empty, {}, observer); }), HasSubstr("1 clips without an expression"));
  const auto faces = spotter->measure(kFps);
  for (int i = 0; i < 4; ++i) faces->push(face_of(i, kFps, skin()));
  EXPECT_THAT(message([&] { faces->finish(); }), HasSubstr("frames at this frame rate, got 4"));
  const auto blank = spotter->measure(kFps);
  for (int i = 0; i < 40; ++i) blank->push({});
  EXPECT_THAT(message([&] { blank->finish(); }), HasSubstr("no face in any of 40 frames"));
}

TEST_P(EverySpottingNetwork, RefusesModelsThatDoNotFit) {
  const TemporaryFolder folder;
  fitted()->save(folder / "model.safetensors");
  const ModelFile good = ModelFile::read(folder / "model.safetensors");
  const auto refusal = [](const ModelFile& model) -> std::string {
    try {
      loaded_from(model);
    } catch (const ModelError& error) {
      return error.what();
    }
    return "(accepted)";
  };
  EXPECT_EQ(refusal(good), "(accepted)");
  ModelFile model = good;
  model.tensors.pop_back();
  EXPECT_THAT(refusal(model), HasSubstr("missing: " + good.tensors.back().name));
  model = good;
  model.tensors.push_back({"extra", "U8", {1}, {std::byte{1}}});
  EXPECT_THAT(refusal(model), HasSubstr("not part of the method: extra"));
  model = good;
  model.tensors[0].bytes.pop_back();
  EXPECT_THAT(refusal(model), HasSubstr("incomplete"));
  model = good;
  model.info.input = R"({"kind": "faces_of_a_clip"})";
  EXPECT_NE(refusal(model), "(accepted)");
}

TEST_P(EverySpottingNetwork, LearnsWhereThereAreNoMacroExpressions) {
  SpottingSampleSet clips = training_clips(2);
  for (SpottingSample& sample : clips) sample.expressions.pop_back();
  const auto spotter = make();
  RecordingObserver observer;
  spotter->fit(clips, {}, observer);
  const auto result = spotter->spot(*maps_with({{50, 66, 2, 0}}, 99));
  ASSERT_EQ(result.detections.size(), 1u);
  EXPECT_EQ(result.detections[0].type, ExpressionType::micro);
  const TemporaryFolder folder;
  spotter->save(folder / "model.safetensors");
  EXPECT_EQ(loaded_from(ModelFile::read(folder / "model.safetensors"))->spot(*maps_with({}, 4)).detections.size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EverySpottingNetwork, ::testing::Values("softnet", "mean"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace merkit::neural
