#include "classical/svm_recognizer.h"

#include "classical/svm_tensors.h"
#include "learning/device_name.h"
#include "learning/training_set.h"
#include "merkit/core/error.h"
#include "merkit/core/stop.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace merkit::svm {
namespace {

struct FeatureVector final : EncodedSample {
  std::vector<float> values;
};

Kernel::Type kernel_type(const SvmConfig& config) {
  return config.kernel == "rbf" ? Kernel::Type::rbf : Kernel::Type::linear;
}

class SvmRecognizer final : public Recognizer {
 public:
  SvmRecognizer(const FeatureMethod& method, const Settings& config, LabelSet labels)
      : method_(method),
        identity_{method.name, method.input_kind, method.resolve(config), std::move(labels)},
        features_(method.features(identity_.config)) {
    if (identity_.labels.size() < 2)
      throw ConfigError(std::string(method_.name) + " needs a label set of at least two classes");
  }

  void fit(const SampleSet& training, const FitOptions& options, FitObserver& observer) override {
    refuse_pretrained(options, identity_.method);
    const std::vector<int> labels = checked_labels(training, identity_.labels);
    use_device(options.device);
    std::vector<std::vector<float>> vectors(training.size());
    for_each_number(training.size(), options.threads, [&](std::size_t i) {
      throw_if_stopped();
      vectors[i] = features_.values(training[i]);
    });
    throw_if_stopped();
    Training trained = train(vectors, labels, identity_.labels.size(), features_.svm, options.threads);
    throw_if_stopped();
    observer.on_epoch(1, 1, trained.loss, trained.accuracy);
    machine_ = std::make_shared<SupportVectorMachine>(std::move(trained.machines));
    info_ = {};
    info_.subjects = subjects_of(training);
    info_.provenance = options.provenance;
    info_.licence = options.licence;
  }

  std::unique_ptr<EncodedSample> encode(const Sample& sample) const override {
    check_ready();
    auto encoded = std::make_unique<FeatureVector>();
    encoded->values = features_.values(sample);
    return encoded;
  }

  std::vector<Prediction> recognize(const std::vector<std::unique_ptr<EncodedSample>>& samples) const override {
    check_ready();
    std::vector<Prediction> predictions;
    for (const auto& sample : samples) {
      const std::vector<float>& vector = dynamic_cast<const FeatureVector&>(*sample).values;
      if (vector.size() != machine_->learned().features())
        throw std::invalid_argument("the sample was encoded before another model was loaded");
      const std::vector<double> decisions = machine_->decide(vector);
      const std::vector<double> values = class_values(decisions, machine_->learned().counts);
      const std::vector<double> scores = softmax(values);
      Prediction prediction;
      prediction.logits.assign(values.begin(), values.end());
      prediction.scores.assign(scores.begin(), scores.end());
      prediction.label = static_cast<int>(std::max_element(prediction.scores.begin(), prediction.scores.end()) -
                                          prediction.scores.begin());
      predictions.push_back(std::move(prediction));
    }
    return predictions;
  }

  const LabelSet& labels() const override { return identity_.labels; }

  void save(const std::filesystem::path& file) const override {
    if (!machine_)
      throw ModelError(std::string(method_.name) + " has neither been fitted nor loaded, so there is nothing to save");
    ModelFile model;
    model.info = described_model(info_, identity_);
    model.tensors = to_tensors(machine_->learned());
    model.write(file);
  }

  void load(const ModelFile& model) override {
    RecognizerIdentity identity = stored_identity(model.info, identity_, method_.resolve);
    if (identity.labels.size() < 2)
      throw ModelError("model \"" + model.info.name + "\" has fewer than two classes", "train the model again");
    Features features = method_.features(identity.config);
    machine_ = std::make_shared<SupportVectorMachine>(from_tensors(
        model.tensors, kernel_type(features.svm), identity.labels.size(), features.count, model.info.name));
    identity_ = std::move(identity);
    features_ = std::move(features);
    info_ = model.info;
  }

  std::string use_device(const std::string& device) override { return checked_cpu(device, method_.name); }

  std::vector<ModelTensor> tensor_layout() const override {
    const auto vectors = machine_ ? static_cast<std::int64_t>(machine_->learned().vectors()) : 0;
    return svm::tensor_layout(kernel_type(features_.svm), identity_.labels.size(), features_.count, vectors);
  }

  /// All values of the model file but the counts: means and deviations, support vectors, coefficients, thresholds and
  /// gamma.
  std::int64_t parameter_count() const override {
    if (!machine_) return 0;
    const LearnedMachines& learned = machine_->learned();
    const bool rbf = learned.kernel.type == Kernel::Type::rbf;
    return static_cast<std::int64_t>(2 * learned.features() + learned.support_vectors.size() +
                                     learned.coefficients.size() + learned.rho.size() + (rbf ? 1 : 0));
  }

 private:
  void check_ready() const {
    if (!machine_) throw ModelError(std::string(method_.name) + " has neither been fitted nor loaded");
  }

  FeatureMethod method_;
  RecognizerIdentity identity_;
  Features features_;
  ModelInfo info_;
  std::shared_ptr<const SupportVectorMachine> machine_;  ///< null until fitted or loaded
};

}  // namespace

std::unique_ptr<Recognizer> make_recognizer(const FeatureMethod& method, const Settings& config, LabelSet labels) {
  return std::make_unique<SvmRecognizer>(method, config, std::move(labels));
}

}  // namespace merkit::svm
