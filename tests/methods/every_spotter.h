// Drawn clips for every spotter of the catalogue: a new one is tested without another line.
#pragma once

#include "merkit/methods/catalog.h"
#include "support/drawn_crop.h"
#include "support/same_spotting.h"
#include "support/synthetic_samples.h"

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace merkit {

// GoogleTest would print the bytes of a Method otherwise.
inline void PrintTo(const Method& method, std::ostream* out) { *out << method.name; }

namespace testing {

inline constexpr double kFps = 50;
inline constexpr double kSeconds = 4;

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

inline const std::vector<DrawnClip> kClips = {
    {1, 1.0, 1.15, 1.4, 2.0}, {2, 2.0, 2.2, 2.44, 1.5}, {3, 1.2, 1.7, 2.7, 3.0}, {4, 2.4, 2.56, 2.76, 1.8}};

inline std::vector<AlignedFace> faces_of(const DrawnClip& clip, double seconds = kSeconds) {
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

inline const std::vector<std::vector<AlignedFace>>& drawn() {
  static const std::vector<std::vector<AlignedFace>> clips = [] {
    std::vector<std::vector<AlignedFace>> result;
    for (const DrawnClip& clip : kClips) result.push_back(faces_of(clip));
    return result;
  }();
  return clips;
}

inline std::shared_ptr<const MeasuredClip> measured(const Spotter& spotter, const std::vector<AlignedFace>& faces) {
  const auto session = spotter.measure(kFps);
  for (const AlignedFace& face : faces) session->push(face);
  return session->finish();
}

inline std::vector<Method> spotters() {
  std::vector<Method> list;
  for (const Method& method : methods())
    if (method.make_spotter) list.push_back(method);
  return list;
}

class EverySpotter : public ::testing::TestWithParam<Method> {
 protected:
  std::unique_ptr<Spotter> make() const {
    return GetParam().make_spotter(quick(default_config(GetParam().name)), three_emotions());
  }

  /// The same with one epoch of each training, and few trainings.
  static Settings quick(Settings config) {
    if (is_network()) config.set("spotting.inner_folds", "2", "test");
    for (const std::string training : {"training", "spotting_training"})
      if (GetParam().resolve_config(config).has(training)) config.set(training + ".epochs", "1", "test");
    return config;
  }

  static bool is_network() { return GetParam().resolve_config(Settings()).has("training"); }

  /// Measured once: what is measured does not depend on what was learned.
  const SpottingSampleSet& samples() const {
    static std::map<std::string, SpottingSampleSet> of_methods;
    SpottingSampleSet& set = of_methods[GetParam().name];
    if (!set.empty()) return set;
    const auto spotter = make();
    for (std::size_t i = 0; i < kClips.size(); ++i)
      set.push_back({"clip" + std::to_string(i),
                     "drawn",
                     "p" + std::to_string(i),
                     kFps,
                     measured(*spotter, drawn()[i]),
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
    fit(*spotter, samples());
    return spotter;
  }

  static SpottingResult spotted(const Spotter& spotter, std::size_t clip) {
    return spotter.spot(*measured(spotter, drawn()[clip]));
  }
};

}  // namespace testing
}  // namespace merkit
