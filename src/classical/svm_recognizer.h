#pragma once

#include "classical/svm_training.h"
#include "core/settings_fields.h"
#include "learning/stored_model.h"
#include "merkit/learning/method.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace merkit::svm {

/// One configuration's way from a sample to the vector that a machine learns from.
struct Features {
  SvmConfig svm;
  std::size_t count = 0;  ///< length of every vector
  std::function<std::vector<float>(const Sample&)>
      values;  ///< Finite. Throws as Recognizer::encode() does; any thread.
};

/// What tells one method of features and a support vector machine from another.
struct FeatureMethod {
  const char* name;
  const char* input_kind;
  Settings (*resolve)(const Settings& config);
  Features (*features)(const Settings& config);  ///< of a complete configuration
};

/// A Recognizer that is a vector of features a sample, and support vector machines on these. All that is particular to
/// `method`, which is copied, is in its two functions. Throws ConfigError for bad settings and fewer than two classes.
std::unique_ptr<Recognizer> make_recognizer(const FeatureMethod& method, const Settings& config, LabelSet labels);

/// The catalogue entry of a method given by its configuration: `M::kMethod`, `M::kInputKind`, `M::Config` (with
/// fields() and the member `input`) and `static Features M::features(const M::Config&)`.
template <class M>
Method method(const char* summary, const char* citation) {
  Method entry;
  entry.name = M::kMethod;
  entry.summary = summary;
  entry.citation = citation;
  entry.frames = frames_needed(M::kInputKind);
  entry.make_recognizer = [](const Settings& config, const LabelSet& labels) {
    const auto features = [](const Settings& complete) {
      return M::features(read_settings<typename M::Config>(complete));
    };
    return make_recognizer({M::kMethod, M::kInputKind, resolved_settings<typename M::Config>, features}, config,
                           labels);
  };
  entry.resolve_config = resolved_settings<typename M::Config>;
  entry.describe_config = describe_settings<typename M::Config>;
  return entry;
}

}  // namespace merkit::svm
