#pragma once

#include "core/settings_fields.h"
#include "learning/stored_model.h"
#include "merkit/learning/method.h"
#include "merkit/learning/recognizer.h"
#include "neural/network.h"
#include "neural/training/trainer.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace merkit::neural {

/// What NeuralRecognizer must know of a method; recognizer_type() fills it from a Network class.
struct NetworkType {
  std::string method;
  Settings (*resolve)(const Settings& config);
  TrainingConfig (*training)(const Settings& config);
  std::shared_ptr<Network> (*build)(const Settings& config, int classes);
};

/// Any Network as a Recognizer. Owns everything around it: device, seeds, batches, the training loop, softmax, model
/// files. `config` is complete (see Method::resolve_config) and has the members "training" and "input".
class NeuralRecognizer final : public Recognizer {
 public:
  NeuralRecognizer(NetworkType type, const Settings& config, LabelSet labels);

  /// Deterministic for a given seed, thread count and device. Starts anew from random weights, whatever was loaded.
  void fit(const SampleSet& training, const FitOptions& options, FitObserver& observer) override;
  std::unique_ptr<EncodedSample> encode(const Sample& sample) const override;
  std::vector<Prediction> recognize(const std::vector<std::unique_ptr<EncodedSample>>& samples) const override;
  /// Learned motion, occlusion, attention and Grad-CAM, of those what the network has (see explain.h).
  Explanation explain(const Sample& sample) const override;
  const LabelSet& labels() const override { return identity_.labels; }
  void save(const std::filesystem::path& file) const override;
  void load(const ModelFile& model) override;
  std::string use_device(const std::string& device) override;
  std::vector<ModelTensor> tensor_layout() const override;
  std::int64_t parameter_count() const override { return network_->parameter_count(); }

  /// For tests of networks.
  Network& network() { return *network_; }

 private:
  /// Network::frozen_features() of all rows, on the device.
  Tensors frozen_features_in_parts(Network& network, const Tensors& inputs) const;
  std::shared_ptr<Network> new_network(const Settings& config, int classes, std::uint64_t seed) const;

  NetworkType type_;
  RecognizerIdentity identity_;
  torch::Device device_{torch::kCPU};
  std::shared_ptr<Network> network_;
  ModelInfo info_;
  bool ready_ = false;  ///< fitted or loaded
};

/// The catalogue's view of `Net`, which offers: `static constexpr const char* kMethod`, a `Config` with fields() and
/// the members `training` and `input`, and a constructor from (Config, number of classes).
template <class Net>
Method method(const std::string& summary, const std::string& citation) {
  using Config = typename Net::Config;
  Method entry;
  entry.name = Net::kMethod;
  entry.summary = summary;
  entry.citation = citation;
  entry.make_recognizer = [](const Settings& config, const LabelSet& labels) -> std::unique_ptr<Recognizer> {
    NetworkType type;
    type.method = Net::kMethod;
    type.resolve = resolved_settings<Config>;
    type.training = [](const Settings& given) { return read_settings<Config>(given).training; };
    type.build = [](const Settings& given, int classes) -> std::shared_ptr<Network> {
      return std::make_shared<Net>(read_settings<Config>(given), classes);
    };
    return std::make_unique<NeuralRecognizer>(type, config, labels);
  };
  entry.resolve_config = resolved_settings<Config>;
  entry.describe_config = describe_settings<Config>;
  return entry;
}

}  // namespace merkit::neural
