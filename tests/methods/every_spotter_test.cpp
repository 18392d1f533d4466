// What every spotter of the catalogue must do; a new one is tested without another line.

#include "merkit/core/error.h"
#include "merkit/core/stop.h"
#include "merkit/methods/method.h"
#include "methods/drawn_face.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {

// GoogleTest would print the bytes of a Method otherwise.
inline void PrintTo(const Method& method, std::ostream* out) { *out << method.name; }

namespace testing {
namespace {

using ::testing::HasSubstr;

constexpr double kFps = 50;
constexpr double kSeconds = 4;

/// When the mouth of a drawn person moves, and how.
struct DrawnClip {
  std::uint64_t skin;
  double onset_s, apex_s, offset_s, px;

  TrueExpression expression() const {
    const auto frame = [](double s) { return static_cast<int>(std::lround(s * kFps)); };
    return {{frame(onset_s), frame(apex_s), frame(offset_s)},
            offset_s - onset_s <= 0.5 ? ExpressionType::micro : ExpressionType::macro,
            skin < 3 ? 0 : 1};
  }
};

const std::vector<DrawnClip> kClips = {
    {1, 1.0, 1.15, 1.4, 2.0}, {2, 2.0, 2.2, 2.44, 1.5}, {3, 1.2, 1.7, 2.7, 3.0}, {4, 2.4, 2.56, 2.76, 1.8}};

std::vector<AlignedFace> faces_of(const DrawnClip& clip, double seconds = kSeconds) {
  const cv::Mat still = skin(clip.skin);
  cv::RNG random(clip.skin);
  std::vector<AlignedFace> faces;
  for (int i = 0; i < std::lround(seconds * kFps); ++i) {
    const double px = clip.px * bump(i / kFps, clip.onset_s, clip.apex_s, clip.offset_s);
    cv::Mat noise(still.size(), CV_16SC3), picture;
    random.fill(noise, cv::RNG::NORMAL, 0, 1);
    cv::add(px > 0 ? moved(still, {{48, 126}, {92, 126}}, 14, -px) : still, noise, picture, cv::noArray(), CV_8U);
    faces.push_back(face_of(i, kFps, picture));
  }
  return faces;
}

const std::vector<std::vector<AlignedFace>>& drawn() {
  static const std::vector<std::vector<AlignedFace>> clips = [] {
    std::vector<std::vector<AlignedFace>> result;
    for (const DrawnClip& clip : kClips) result.push_back(faces_of(clip));
    return result;
  }();
  return clips;
}

std::shared_ptr<const MeasuredClip> measured(const Spotter& spotter, const std::vector<AlignedFace>& faces) {
  const auto session = spotter.measure(kFps);
  for (const AlignedFace& face : faces) session->push(face);
  return session->finish();
}

std::vector<Method> spotters() {
  std::vector<Method> list;
  for (const Method& method : methods())
    if (method.make_spotter) list.push_back(method);
  return list;
}

void expect_same(const SpottingResult& a, const SpottingResult& b) {
  ASSERT_EQ(a.detections.size(), b.detections.size());
  for (std::size_t i = 0; i < a.detections.size(); ++i) {
    const Detection &x = a.detections[i], &y = b.detections[i];
    EXPECT_EQ(x.interval.onset, y.interval.onset);
    EXPECT_EQ(x.interval.apex, y.interval.apex);
    EXPECT_EQ(x.interval.offset, y.interval.offset);
    EXPECT_EQ(x.type, y.type);
    EXPECT_EQ(x.confidence, y.confidence);
  }
  EXPECT_EQ(a.signal.frames, b.signal.frames);
  EXPECT_EQ(a.signal.values, b.signal.values);
  EXPECT_EQ(a.signal.threshold, b.signal.threshold);
}

class EverySpotter : public ::testing::TestWithParam<Method> {
 protected:
  std::unique_ptr<Spotter> make() const {
    Settings config = default_config(GetParam().name);
    if (is_network()) config.set("training.epochs", "1", "test");
    return GetParam().make_spotter(config, three_emotions());
  }

  static bool is_network() { return GetParam().resolve_config(Settings()).has("training"); }

  SpottingSampleSet samples(const Spotter& spotter) const {
    SpottingSampleSet set;
    for (std::size_t i = 0; i < kClips.size(); ++i)
      set.push_back({"clip" + std::to_string(i),
                     "drawn",
                     "p" + std::to_string(i),
                     kFps,
                     measured(spotter, drawn()[i]),
                     {kClips[i].expression()}});
    return set;
  }

  static void fit(Spotter& spotter, const SpottingSampleSet& set) {
    FitOptions options;
    options.provenance = "a test";
    options.licence = "free";
    RecordingObserver observer;
    spotter.fit(set, options, observer);
  }

  std::unique_ptr<Spotter> fitted() const {
    auto spotter = make();
    fit(*spotter, samples(*spotter));
    return spotter;
  }

  static SpottingResult spotted(const Spotter& spotter, std::size_t clip) {
    return spotter.spot(*measured(spotter, drawn()[clip]));
  }
};

TEST_P(EverySpotter, HasADefaultConfigurationThatIsComplete) {
  const Settings file = default_config(GetParam().name);
  EXPECT_EQ(GetParam().resolve_config(file).to_json(), GetParam().resolve_config(Settings()).to_json());
  EXPECT_FALSE(GetParam().describe_config().empty());
  Settings unknown = file;
  unknown.set("no_such_setting", "1", "test");
  EXPECT_THROW(GetParam().resolve_config(unknown), ConfigError);
}

TEST_P(EverySpotter, FindsWhatItWasShown) {
  if (is_network()) GTEST_SKIP() << "it needs more than four clips";
  const auto spotter = fitted();
  int right = 0;
  for (std::size_t i = 0; i < kClips.size(); ++i)
    for (const Detection& detection : spotted(*spotter, i).detections)
      if (iou(detection.interval, kClips[i].expression().interval) >= 0.5) ++right;
  EXPECT_GE(right, 3) << "of " << kClips.size();
}

TEST_P(EverySpotter, DecidesAsOneSessionDoes) {
  const auto spotter = fitted();
  const auto session = spotter->start(kFps);
  for (const AlignedFace& face : drawn()[0]) session->push(face);
  expect_same(session->finish(), spotted(*spotter, 0));
}

TEST_P(EverySpotter, FindsTheSameAgainAndBesideOthers) {
  const auto spotter = fitted(), again = fitted();
  const SpottingResult expected = spotted(*spotter, 1);
  expect_same(expected, spotted(*again, 1));
  SpottingResult beside[2];
  std::thread threads[2];
  for (int i = 0; i < 2; ++i) threads[i] = std::thread([&, i] { beside[i] = spotted(*spotter, 1); });
  for (std::thread& thread : threads) thread.join();
  for (const auto& result : beside) expect_same(expected, result);
}

TEST_P(EverySpotter, SaysWhatItFindsInOrder) {
  const auto spotter = fitted();
  for (std::size_t i = 0; i < kClips.size(); ++i) {
    const SpottingResult result = spotted(*spotter, i);
    const std::size_t frames = drawn()[i].size();
    EXPECT_EQ(result.signal.frames.size(), frames);
    EXPECT_EQ(result.signal.times_s.size(), frames);
    EXPECT_EQ(result.signal.values.size(), frames);
    int last = -1;
    for (const Detection& detection : result.detections) {
      EXPECT_GT(detection.interval.onset, last);
      EXPECT_TRUE(detection.interval.is_valid());
      EXPECT_TRUE(detection.interval.apex.has_value());
      EXPECT_LT(detection.interval.offset, static_cast<int>(frames));
      EXPECT_DOUBLE_EQ(detection.onset_s, drawn()[i][detection.interval.onset].time_s);
      EXPECT_DOUBLE_EQ(detection.apex_s, drawn()[i][detection.interval.apex.value()].time_s);
      EXPECT_DOUBLE_EQ(detection.offset_s, drawn()[i][detection.interval.offset].time_s);
      EXPECT_TRUE(detection.confidence >= 0 && detection.confidence <= 1) << detection.confidence;
      last = detection.interval.offset;
    }
  }
}

TEST_P(EverySpotter, FindsTheSameAfterSaveAndLoad) {
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

TEST_P(EverySpotter, RefusesModelsThatAreNotItsOwn) {
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

TEST_P(EverySpotter, LearnsTheSameInWhateverOrder) {
  const auto one = make(), other = make();
  SpottingSampleSet set = samples(*one);
  fit(*one, set);
  std::reverse(set.begin(), set.end());
  fit(*other, set);
  for (std::size_t i = 0; i < kClips.size(); ++i) expect_same(spotted(*one, i), spotted(*other, i));
}

TEST_P(EverySpotter, LearnsAnewEachTime) {
  const auto once = make(), twice = make();
  const SpottingSampleSet set = samples(*once);
  fit(*once, {set[0], set[2]});
  fit(*twice, {set[1], set[3]});
  fit(*twice, {set[0], set[2]});
  for (std::size_t i = 0; i < kClips.size(); ++i) expect_same(spotted(*once, i), spotted(*twice, i));
}

TEST_P(EverySpotter, RefusesTrainingSetsThatTeachNothing) {
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
  SpottingSampleSet set = samples(*spotter);
  for (auto& sample : set) sample.expressions.clear();
  EXPECT_THAT(message(set), HasSubstr("4 clips without an expression"));
}

TEST_P(EverySpotter, SaysWhenAClipIsTooShortOrWithoutAFace) {
  const auto spotter = make();
  const auto status_of = [&](const std::vector<AlignedFace>& faces) -> std::string {
    try {
      measured(*spotter, faces);
    } catch (const ClipError& error) {
      return std::string(to_string(error.status()));
    }
    return "(accepted)";
  };
  EXPECT_EQ(status_of({}), "too_short");
  EXPECT_EQ(status_of({drawn()[0].begin(), drawn()[0].begin() + 2}), "too_short");
  std::vector<AlignedFace> nobody(100);
  for (int i = 0; i < 100; ++i) {
    nobody[i].number = i;
    nobody[i].time_s = i / kFps;
  }
  EXPECT_EQ(status_of(nobody), "no_face");
}

TEST_P(EverySpotter, GoesOnWhereTheFaceIsLostOrAnotherPoseBegins) {
  const auto spotter = fitted();
  auto faces = drawn()[0];
  for (int i = 100; i < 110; ++i) {
    faces[i].success = false;
    faces[i].image.release();
  }
  for (std::size_t i = 150; i < faces.size(); ++i) faces[i].segment = 1;
  const SpottingResult result = spotter->spot(*measured(*spotter, faces));
  ASSERT_EQ(result.signal.values.size(), faces.size());
  for (const Detection& detection : result.detections)
    for (const int cut : {100, 109, 150})
      EXPECT_FALSE(detection.interval.onset < cut && cut < detection.interval.offset)
          << detection.interval.onset << "-" << detection.interval.offset;
}

TEST_P(EverySpotter, EndsWhenAStopIsRequested) {
  const auto spotter = make();
  const SpottingSampleSet set = samples(*spotter);
  request_stop(2);
  EXPECT_THROW(fit(*spotter, set), Interrupted);
  request_stop(0);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EverySpotter, ::testing::ValuesIn(spotters()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace testing
}  // namespace merkit
