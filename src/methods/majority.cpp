// The commonest class of the training set, whatever the sample shows: what a figure has to be compared with. No paper;
// Witten, Frank, Hall: Data Mining, 2011, ISBN 978-0-12-374856-0, call it ZeroR.
//
// Scores are the shares of the classes in the training set, so they are also the best constant answer in log loss.

#include "core/settings_fields.h"
#include "learning/device_name.h"
#include "learning/stored_model.h"
#include "learning/training_set.h"
#include "merkit/core/error.h"
#include "merkit/core/stop.h"
#include "methods/method_list.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

namespace merkit {
namespace {

constexpr const char* kMethod = "majority";

struct MajorityInput {};
template <class Visitor>
void fields(Visitor&&, MajorityInput&) {}

struct MajorityConfig {
  MajorityInput input;
};

template <class Visitor>
void fields(Visitor&& visit, MajorityConfig& c) {
  visit("input", c.input, "nothing of the sample is read");
}

struct NothingRead final : EncodedSample {};

std::vector<ModelTensor> layout_of(int classes) { return {{"shares", "F32", {classes}, {}}}; }

/// Throws ModelError unless they are shares of a whole.
std::vector<float> shares_of(const ModelFile& model, int classes) {
  check_layout(layout_of(classes), model.tensors, model.info.name);
  const ModelTensor& tensor = model.tensors[0];
  std::vector<float> shares(static_cast<std::size_t>(classes));
  if (tensor.bytes.size() != shares.size() * sizeof(float)) throw_incomplete(tensor.name, model.info.name);
  std::memcpy(shares.data(), tensor.bytes.data(), tensor.bytes.size());
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  const bool are_shares = std::all_of(shares.begin(), shares.end(), [](float s) { return s >= 0 && s <= 1; });
  if (!are_shares || !(std::abs(sum - 1) < 1e-4))
    throw ModelError("tensor \"shares\" of model \"" + model.info.name + "\" does not hold shares that sum to 1",
                     "train the model again");
  return shares;
}

class Majority final : public Recognizer {
 public:
  Majority(const Settings& config, LabelSet labels)
      : identity_{kMethod, "nothing", resolved_settings<MajorityConfig>(config), std::move(labels)} {
    if (identity_.labels.size() < 2)
      throw ConfigError(std::string(kMethod) + " needs a label set of at least two classes");
  }

  void fit(const SampleSet& training, const FitOptions& options, FitObserver& observer) override {
    refuse_pretrained(options, kMethod);
    const std::vector<int> labels = checked_labels(training, identity_.labels);
    use_device(options.device);
    throw_if_stopped();
    std::vector<double> shares(static_cast<std::size_t>(identity_.labels.size()));
    for (const int label : labels) shares[static_cast<std::size_t>(label)] += 1 / static_cast<double>(labels.size());
    double loss = 0;
    for (const double share : shares) loss -= share > 0 ? share * std::log(share) : 0;
    observer.on_epoch(1, 1, loss, *std::max_element(shares.begin(), shares.end()));
    shares_.assign(shares.begin(), shares.end());
    info_ = {};
    info_.subjects = subjects_of(training);
    info_.provenance = options.provenance;
    info_.licence = options.licence;
  }

  std::unique_ptr<EncodedSample> encode(const Sample&) const override {
    check_ready();
    return std::make_unique<NothingRead>();
  }

  std::vector<Prediction> recognize(const std::vector<std::unique_ptr<EncodedSample>>& samples) const override {
    check_ready();
    Prediction prediction;
    prediction.label = static_cast<int>(std::max_element(shares_.begin(), shares_.end()) - shares_.begin());
    prediction.scores = shares_;
    // Records cannot hold the logarithm of 0; that of the least normal number gives the same scores.
    for (const float share : shares_)
      prediction.logits.push_back(std::log(std::max(share, std::numeric_limits<float>::min())));
    return std::vector<Prediction>(samples.size(), prediction);
  }

  const LabelSet& labels() const override { return identity_.labels; }

  void save(const std::filesystem::path& file) const override {
    check_ready();
    ModelFile model;
    model.info = described_model(info_, identity_);
    model.tensors = tensor_layout();
    model.tensors[0].bytes.resize(shares_.size() * sizeof(float));
    std::memcpy(model.tensors[0].bytes.data(), shares_.data(), model.tensors[0].bytes.size());
    model.write(file);
  }

  void load(const ModelFile& model) override {
    RecognizerIdentity identity = stored_identity(model.info, identity_, resolved_settings<MajorityConfig>);
    shares_ = shares_of(model, identity.labels.size());
    identity_ = std::move(identity);
    info_ = model.info;
  }

  std::string use_device(const std::string& device) override { return checked_cpu(device, kMethod); }
  std::vector<ModelTensor> tensor_layout() const override { return layout_of(identity_.labels.size()); }
  std::int64_t parameter_count() const override { return identity_.labels.size(); }

 private:
  void check_ready() const {
    if (shares_.empty()) throw ModelError(std::string(kMethod) + " has neither been fitted nor loaded");
  }

  RecognizerIdentity identity_;
  ModelInfo info_;
  std::vector<float> shares_;  ///< empty until fitted or loaded
};

}  // namespace

Method catalog::majority() {
  Method method;
  method.name = kMethod;
  method.summary = "always the commonest class of the training set";
  method.citation = "Witten, Frank, Hall, Data Mining, 2011, ISBN 978-0-12-374856-0";
  method.make_recognizer = [](const Settings& config, const LabelSet& labels) -> std::unique_ptr<Recognizer> {
    return std::make_unique<Majority>(config, labels);
  };
  method.resolve_config = resolved_settings<MajorityConfig>;
  method.describe_config = describe_settings<MajorityConfig>;
  return method;
}

}  // namespace merkit
