// Support vector machine on the values of the onset-to-apex motion image, standardised over the training samples.
// Cortes, Vapnik: Support-Vector Networks, Machine Learning 20, 1995, doi:10.1007/BF00994018; solved by libsvm: Chang,
// Lin, ACM TIST 2(3), 2011, doi:10.1145/1961189.1961199.
//
// What one gets without a network from the input that STSTNet reads. The defaults are those of scikit-learn's SVC with
// C = 3 and class_weight = "balanced" after a StandardScaler. A model file holds the motion images of its support
// vectors, which is most of the training set: its terms are those of the data.

#include "core/settings_fields.h"
#include "merkit/core/error.h"
#include "merkit/core/stop.h"
#include "merkit/methods/method.h"
#include "methods/catalog.h"
#include "methods/recognizer/device_name.h"
#include "methods/recognizer/stored_model.h"
#include "methods/recognizer/training_set.h"
#include "methods/svm/svm_tensors.h"
#include "methods/svm/svm_training.h"
#include "motion/sample_motion.h"

#include <algorithm>
#include <stdexcept>

namespace merkit {
namespace {

constexpr const char* kMethod = "flow_svm";

struct FlowSvmConfig {
  svm::SvmConfig svm;
  MotionInputConfig input;
};

template <class Visitor>
void fields(Visitor&& visit, FlowSvmConfig& c) {
  fields(visit, c.svm);
  visit("input", c.input, "the motion image");
}

struct MotionValues final : EncodedSample {
  std::vector<float> values;  ///< map by map, row by row
};

std::vector<float> motion_values(const Sample& sample, const MotionInputConfig& config) {
  std::vector<float> values;
  for (const cv::Mat1f& map : sample_motion(sample, config)) values.insert(values.end(), map.begin(), map.end());
  return values;
}

svm::Kernel::Type kernel_type(const svm::SvmConfig& config) {
  return config.kernel == "rbf" ? svm::Kernel::Type::rbf : svm::Kernel::Type::linear;
}

std::size_t feature_count(const MotionInputConfig& input) {
  return input.channels.size() * static_cast<std::size_t>(input.size) * static_cast<std::size_t>(input.size);
}

class FlowSvm final : public Recognizer {
 public:
  FlowSvm(const Settings& config, LabelSet labels)
      : identity_{kMethod, kSampleMotionKind, resolved_settings<FlowSvmConfig>(config), std::move(labels)},
        config_(read_settings<FlowSvmConfig>(identity_.config)) {
    if (identity_.labels.size() < 2)
      throw ConfigError(std::string(kMethod) + " needs a label set of at least two classes");
  }

  void fit(const SampleSet& training, const FitOptions& options, FitObserver& observer) override {
    const std::vector<int> labels = checked_labels(training, identity_.labels);
    use_device(options.device);
    std::vector<std::vector<float>> features(training.size());
    for_each_number(training.size(), options.threads, [&](std::size_t i) {
      throw_if_stopped();
      features[i] = motion_values(training[i], config_.input);
    });
    throw_if_stopped();
    svm::Training trained = svm::train(features, labels, identity_.labels.size(), config_.svm, options.threads);
    throw_if_stopped();
    observer.on_epoch(1, 1, trained.loss, trained.accuracy);
    machine_ = std::make_shared<svm::SupportVectorMachine>(std::move(trained.machines));
    info_ = {};
    info_.subjects = subjects_of(training);
    info_.provenance = options.provenance;
    info_.licence = options.licence;
  }

  std::unique_ptr<EncodedSample> encode(const Sample& sample) const override {
    check_ready();
    auto encoded = std::make_unique<MotionValues>();
    encoded->values = motion_values(sample, config_.input);
    return encoded;
  }

  std::vector<Prediction> recognize(const std::vector<std::unique_ptr<EncodedSample>>& samples) const override {
    check_ready();
    std::vector<Prediction> predictions;
    for (const auto& sample : samples) {
      const std::vector<float>& motion = dynamic_cast<const MotionValues&>(*sample).values;
      if (motion.size() != machine_->learned().features())
        throw std::invalid_argument("the sample was encoded before another model was loaded");
      const std::vector<double> decisions = machine_->decide(motion);
      const std::vector<double> values = svm::class_values(decisions, machine_->learned().counts);
      const std::vector<double> scores = svm::softmax(values);
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
      throw ModelError(std::string(kMethod) + " has neither been fitted nor loaded, so there is nothing to save");
    ModelFile model;
    model.info = described_model(info_, identity_);
    model.tensors = svm::to_tensors(machine_->learned());
    model.write(file);
  }

  void load(const ModelFile& model) override {
    RecognizerIdentity identity = stored_identity(model.info, identity_, resolved_settings<FlowSvmConfig>);
    if (identity.labels.size() < 2)
      throw ModelError("model \"" + model.info.name + "\" has fewer than two classes", "train the model again");
    const auto config = read_settings<FlowSvmConfig>(identity.config);
    machine_ = std::make_shared<svm::SupportVectorMachine>(svm::from_tensors(
        model.tensors, kernel_type(config.svm), identity.labels.size(), feature_count(config.input), model.info.name));
    identity_ = std::move(identity);
    config_ = config;
    info_ = model.info;
  }

  std::string use_device(const std::string& device) override {
    const std::string wanted = checked_device_name(device);
    if (wanted != "cpu" && wanted != "auto")
      throw MachineError(std::string(kMethod) + " computes on the CPU; there is no device \"" + device + "\" for it",
                         "use --device cpu or --device auto");
    return "cpu";
  }

  std::vector<ModelTensor> tensor_layout() const override {
    const auto vectors = machine_ ? static_cast<std::int64_t>(machine_->learned().vectors()) : 0;
    return svm::tensor_layout(kernel_type(config_.svm), identity_.labels.size(), feature_count(config_.input), vectors);
  }

  /// All values of the model file but the counts: means and deviations, support vectors, coefficients, thresholds and
  /// gamma.
  std::int64_t parameter_count() const override {
    if (!machine_) return 0;
    const svm::LearnedMachines& learned = machine_->learned();
    const bool rbf = learned.kernel.type == svm::Kernel::Type::rbf;
    return static_cast<std::int64_t>(2 * learned.features() + learned.support_vectors.size() +
                                     learned.coefficients.size() + learned.rho.size() + (rbf ? 1 : 0));
  }

 private:
  void check_ready() const {
    if (!machine_) throw ModelError(std::string(kMethod) + " has neither been fitted nor loaded");
  }

  RecognizerIdentity identity_;
  FlowSvmConfig config_;
  ModelInfo info_;
  std::shared_ptr<const svm::SupportVectorMachine> machine_;  ///< null until fitted or loaded
};

}  // namespace

Method catalog::flow_svm() {
  Method method;
  method.name = kMethod;
  method.summary = "support vector machine on the onset-to-apex motion image";
  method.citation = "Cortes, Vapnik, Machine Learning 20, 1995, doi:10.1007/BF00994018";
  method.make_recognizer = [](const Settings& config, const LabelSet& labels) -> std::unique_ptr<Recognizer> {
    return std::make_unique<FlowSvm>(config, labels);
  };
  method.resolve_config = resolved_settings<FlowSvmConfig>;
  method.describe_config = describe_settings<FlowSvmConfig>;
  return method;
}

}  // namespace merkit
