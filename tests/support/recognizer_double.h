#pragma once

#include "merkit/learning/recognizer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace merkit::testing {

/// A recognizer that stands in for real ones: its samples are known by their ids, and it has nothing to store.
class RecognizerDouble : public Recognizer {
 public:
  explicit RecognizerDouble(std::vector<std::string> classes) : labels_(std::move(classes)) {}

  std::unique_ptr<EncodedSample> encode(const Sample& sample) const override {
    auto encoded = std::make_unique<Encoded>();
    encoded->id = sample.id;
    return encoded;
  }
  void fit(const SampleSet&, const FitOptions&, FitObserver&) override {}
  const LabelSet& labels() const override { return labels_; }
  void save(const std::filesystem::path&) const override {}
  void load(const ModelFile&) override {}
  std::string use_device(const std::string& device) override { return device; }
  std::vector<ModelTensor> tensor_layout() const override { return {}; }
  std::int64_t parameter_count() const override { return 0; }

 protected:
  struct Encoded final : EncodedSample {
    std::string id;
  };
  static const std::string& id_of(const std::unique_ptr<EncodedSample>& sample) {
    return dynamic_cast<const Encoded&>(*sample).id;
  }

 private:
  LabelSet labels_;
};

}  // namespace merkit::testing
