#pragma once

#include "merkit/methods/catalog.h"
#include "support/synthetic_samples.h"
#include "support/temporary_folder.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace merkit {

// GoogleTest would print the bytes of a Method otherwise.
inline void PrintTo(const Method& method, std::ostream* out) { *out << method.name; }

namespace testing {

inline std::vector<Method> recognizers() {
  std::vector<Method> list;
  for (const Method& method : methods())
    if (method.make_recognizer) list.push_back(method);
  return list;
}

/// Not every method has epochs, or dropout.
inline bool knows(const Settings& settings, const std::string& path) {
  const std::size_t dot = path.find('.');
  return dot == std::string::npos ? settings.has(path)
                                  : knows(settings.child(path.substr(0, dot)), path.substr(dot + 1));
}

class EveryRecognizer : public ::testing::TestWithParam<Method> {
 protected:
  /// All but the one that is there to be compared with.
  static bool looks_at_samples() { return GetParam().name != "majority"; }

  std::unique_ptr<Recognizer> make(const std::vector<std::pair<std::string, std::string>>& settings = {}) const {
    Settings config = default_config(GetParam().name);
    const Settings effective = GetParam().resolve_config(config);
    if (knows(effective, "input.size")) config.set("input.size", "28", "test");  // that of the ready motion images
    for (const char* path : {"motion.size", "motion.training.epochs"})           // a stage without labels, made short
      if (knows(effective, path)) config.set(path, path[7] == 's' ? "32" : "1", "test");
    if (knows(effective, "training.members")) config.set("training.members", "1", "test");
    for (const auto& [path, value] : settings)
      if (knows(effective, path)) config.set(path, value, "test");
    return GetParam().make_recognizer(config, three_emotions());
  }

  std::unique_ptr<Recognizer> fitted(int epochs = 2, std::uint64_t seed = 7) const {
    auto recognizer = make({{"training.epochs", std::to_string(epochs)}});
    FitOptions options;
    options.seed = seed;
    options.provenance = "a test";
    options.licence = "free";
    RecordingObserver observer;
    recognizer->fit(synthetic_samples(2, 3), options, observer);
    return recognizer;
  }

  ModelFile saved() const {
    const TemporaryFolder folder;
    fitted()->save(folder / "model.safetensors");
    return ModelFile::read(folder / "model.safetensors");
  }
};

}  // namespace testing
}  // namespace merkit
