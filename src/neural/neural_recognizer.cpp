#include "neural/neural_recognizer.h"

#include "merkit/core/error.h"
#include "neural/tensors.h"
#include "neural/torch_version.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include <dlfcn.h>

namespace merkit::neural {
namespace {

using Json = nlohmann::ordered_json;

/// Guards LibTorch's process-wide generators: the CPU's while weights are drawn, a GPU's during a whole training.
std::mutex& generator_mutex() {
  static std::mutex mutex;
  return mutex;
}

/// Intra-op threads for the calling thread, of LibTorch and of the BLAS under it; only set when different, since the
/// settings have process-wide parts. Debian's LibTorch does not tell OpenBLAS, whose own threads would wait for work by
/// spinning.
void use_threads(int count) {
  if (at::get_num_threads() != count) at::set_num_threads(count);
  static const auto get = reinterpret_cast<int (*)()>(::dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  static const auto set = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (get && set && get() != count) set(count);
}

struct EncodedTensors final : EncodedSample {
  Tensors tensors;
};

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// The file's configuration, with its input description laid over it.
Settings config_of(const ModelInfo& info, const std::string& input_kind) {
  Settings config = Settings::parse(info.config, info.name + " (config)");
  Settings input = Settings::parse(info.input, info.name + " (input)");
  Json& description = input.impl().value;
  const Json kind = description.value("kind", Json());
  if (kind != input_kind)
    throw ModelError("model \"" + info.name + "\" reads input of kind " + kind.dump() + "; its method " + info.method +
                     " reads \"" + input_kind + "\"");
  description.erase("kind");
  Settings merged = config.child("input");
  merged.merge(input);
  config.set_child("input", merged);
  return config;
}

/// Every sample by itself, on `threads` threads. The first failure, in the order of samples, is thrown.
std::vector<Tensors> encode_all(const Network& network, const SampleSet& samples, int threads) {
  std::vector<Tensors> encoded(samples.size());
  std::vector<std::exception_ptr> failures(samples.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < samples.size(); i = next++) try {
        encoded[i] = network.encode(samples[i]);
      } catch (...) {
        failures[i] = std::current_exception();
      }
  };
  std::vector<std::thread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (auto& thread : others) thread.join();
  for (const auto& failure : failures)
    if (failure) std::rethrow_exception(failure);
  return encoded;
}

}  // namespace

torch::Device device_from_string(const std::string& name) {
  if (name == "cpu") return torch::kCPU;
  const std::vector<std::string> present = cuda_devices();
  if (name == "auto") return present.empty() ? torch::Device(torch::kCPU) : torch::Device(present.front());
  const bool numbered = name.rfind("cuda:", 0) == 0 && name.size() > 5 && name.size() < 9 &&
                        std::all_of(name.begin() + 5, name.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (name != "cuda" && !numbered) throw_unknown_name("device", name, {"cpu", "cuda", "cuda:N", "auto"});
  const std::string wanted = numbered ? "cuda:" + std::to_string(std::stoi(name.substr(5))) : "cuda:0";
  if (std::find(present.begin(), present.end(), wanted) == present.end())
    throw MachineError("there is no device \"" + name + "\"; this machine and LibTorch " + torch_version() +
                           " offer: cpu" + (present.empty() ? "" : ", " + joined(present)),
                       "use --device cpu or --device auto");
  return torch::Device(wanted);
}

NeuralRecognizer::NeuralRecognizer(NetworkType type, const Settings& config, LabelSet labels)
    : type_(std::move(type)), config_(type_.resolve(config)), labels_(std::move(labels)) {
  if (labels_.size() < 2) throw ConfigError(type_.method + " needs a label set of at least two classes");
  network_ = new_network(config_, labels_.size(), 0);
}

std::shared_ptr<Network> NeuralRecognizer::new_network(const Settings& config, int classes, std::uint64_t seed) const {
  const std::lock_guard<std::mutex> lock(generator_mutex());
  torch::manual_seed(seed);
  auto network = type_.build(config, classes);
  network->eval();
  return network;
}

torch::Tensor NeuralRecognizer::checked_labels(const SampleSet& training) const {
  if (training.empty()) throw InputError("there are no samples to train on");
  std::vector<std::int64_t> labels;
  std::vector<int> counts(labels_.size());
  for (const Sample& sample : training) {
    if (!sample.label) throw InputError("sample \"" + sample.id + "\" has no label; training needs one");
    if (*sample.label < 0 || *sample.label >= labels_.size())
      throw InputError("sample \"" + sample.id + "\" has label " + std::to_string(*sample.label) +
                       "; the classes are 0.." + std::to_string(labels_.size() - 1) + " (" + joined(labels_.classes()) +
                       ")");
    labels.push_back(*sample.label);
    ++counts[*sample.label];
  }
  // A class that is absent is allowed: some folds of small data sets are so. One class alone teaches nothing.
  if (std::count(counts.begin(), counts.end(), 0) >= labels_.size() - 1)
    throw InputError("all training samples are of the class \"" + labels_.name(static_cast<int>(labels.front())) +
                     "\"; at least two classes are needed");
  return torch::tensor(labels, torch::kInt64);
}

void NeuralRecognizer::fit(const SampleSet& training, const FitOptions& options, FitObserver& observer) {
  const torch::Tensor labels = checked_labels(training);
  use_device(options.device);
  use_threads(std::max(options.threads, 1));
  const TrainingConfig config = type_.training(config_);

  const std::shared_ptr<Network> network = new_network(config_, labels_.size(), options.seed);
  const std::vector<Tensors> encoded = encode_all(*network, training, std::max(options.threads, 1));

  std::unique_lock<std::mutex> lock(generator_mutex(), std::defer_lock);
  if (!device_.is_cpu()) {
    lock.lock();
    torch::manual_seed(options.seed);
  }
  // Two streams of one seed: dropout must not see the numbers that order the samples.
  network->use_generator(make_generator(options.seed ^ 0x9e3779b97f4a7c15ull));
  network->to(device_);
  train(*network, moved(stacked(encoded), device_), labels.to(device_), config, options.seed, observer);
  network->eval();
  network_ = network;
  ready_ = true;

  std::set<std::string> subjects;
  for (const Sample& sample : training) subjects.insert(sample.subject_key());
  info_.subjects.assign(subjects.begin(), subjects.end());
  info_.provenance = options.provenance;
  info_.licence = options.licence;
}

std::unique_ptr<EncodedSample> NeuralRecognizer::encode(const Sample& sample) const {
  if (!ready_) throw ModelError(type_.method + " has neither been fitted nor loaded");
  use_threads(1);
  const torch::NoGradGuard no_grad;
  auto encoded = std::make_unique<EncodedTensors>();
  encoded->tensors = network_->encode(sample);
  return encoded;
}

std::vector<Prediction> NeuralRecognizer::recognize(const std::vector<std::unique_ptr<EncodedSample>>& samples) const {
  if (!ready_) throw ModelError(type_.method + " has neither been fitted nor loaded");
  if (samples.empty()) return {};
  use_threads(1);
  const torch::NoGradGuard no_grad;
  std::vector<Tensors> tensors;
  for (const auto& sample : samples) tensors.push_back(dynamic_cast<const EncodedTensors&>(*sample).tensors);
  const torch::Tensor logits = network_->forward(moved(stacked(tensors), device_)).to(torch::kCPU).contiguous();
  const torch::Tensor scores = torch::softmax(logits.to(torch::kFloat64), 1).to(torch::kFloat32).contiguous();
  std::vector<Prediction> predictions;
  for (std::int64_t i = 0; i < logits.size(0); ++i) {
    const auto row = [&](const torch::Tensor& of) {
      const float* const first = of.data_ptr<float>() + i * of.size(1);
      return std::vector<float>(first, first + of.size(1));
    };
    Prediction prediction;
    prediction.logits = row(logits);
    prediction.scores = row(scores);
    prediction.label = static_cast<int>(std::max_element(prediction.scores.begin(), prediction.scores.end()) -
                                        prediction.scores.begin());
    predictions.push_back(std::move(prediction));
  }
  return predictions;
}

std::string NeuralRecognizer::input_description() const {
  Json description = {{"kind", network_->input_kind()}};
  const Settings input = config_.child("input");
  for (const auto& [key, value] : input.impl().value.items()) description[key] = value;
  return description.dump();
}

void NeuralRecognizer::save(const std::filesystem::path& file) const {
  if (!ready_) throw ModelError(type_.method + " has neither been fitted nor loaded, so there is nothing to save");
  ModelFile model;
  model.info = info_;
  model.info.method = type_.method;
  model.info.config = config_.to_json();
  model.info.input = input_description();
  model.info.labels = labels_.classes();
  for (const auto& [name, value] : named_values(*network_)) model.tensors.push_back(to_model_tensor(name, value));
  model.write(file);
}

void NeuralRecognizer::load(const ModelFile& model) {
  if (model.info.method != type_.method)
    throw ModelError("model \"" + model.info.name + "\" is of the method " + model.info.method + ", not " +
                     type_.method);
  try {
    const Settings config = type_.resolve(config_of(model.info, network_->input_kind()));
    LabelSet labels(model.info.labels,
                    labels_.classes() == model.info.labels ? labels_.mapping() : std::map<std::string, std::string>{});
    const auto network = new_network(config, labels.size(), 0);
    copy_into(*network, model.tensors, model.info.name);
    network->to(device_);
    config_ = config;
    labels_ = std::move(labels);
    network_ = network;
    info_ = model.info;
    ready_ = true;
  } catch (const ConfigError& error) {
    throw ModelError("model \"" + model.info.name + "\" does not fit this version of merkit: " + error.what(),
                     error.hint());
  }
}

std::string NeuralRecognizer::use_device(const std::string& device) {
  const torch::Device chosen = device_from_string(device);
  network_->to(chosen);
  device_ = chosen;
  return device_.str();
}

std::vector<ModelTensor> NeuralRecognizer::tensor_layout() const {
  std::vector<ModelTensor> layout;
  for (const auto& [name, value] : named_values(*network_)) layout.push_back(layout_of(name, value));
  return layout;
}

}  // namespace merkit::neural
