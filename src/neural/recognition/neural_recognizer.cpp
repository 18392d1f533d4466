#include "neural/recognition/neural_recognizer.h"

#include "learning/model_parts.h"
#include "learning/training_set.h"
#include "merkit/core/error.h"
#include "motion/key_frames.h"
#include "neural/device.h"
#include "neural/process_settings.h"
#include "neural/recognition/explain.h"
#include "neural/tensors.h"
#include "neural/torch_version.h"
#include "neural/training/ensemble.h"
#include "neural/training/start_weights.h"

#include <algorithm>
#include <mutex>
#include <set>

namespace merkit::neural {
namespace {

/// The samples of everybody else. Throws InputError when nobody is left.
SampleSet without(const SampleSet& samples, const std::vector<std::string>& subjects) {
  SampleSet result;
  for (const Sample& sample : samples)
    if (std::find(subjects.begin(), subjects.end(), sample.subject_key()) == subjects.end()) result.push_back(sample);
  if (result.empty()) throw InputError("nobody is left for the stage of training without labels");
  return result;
}

/// Each sample with its key frames moved in as many ways as are asked for, side by side; again from the first one where
/// there are not as many. The samples themselves where there is none for any, since all clips are short. Throws
/// ConfigError where the clips are long enough, but the samples have their onset and apex alone.
SampleSet with_views(const SampleSet& samples, const AugmentationConfig& config) {
  if (config.key_frames == 0) return samples;
  const auto lacks_frames = [&](const Sample& sample) {
    return sample.faces.size() <= 2 && key_frame_distance(sample, config.key_frames) > 0;
  };
  if (std::all_of(samples.begin(), samples.end(), lacks_frames))
    throw ConfigError("training.augmentation.key_frames: the samples have no other frames to move onset and apex to",
                      "the method is given these two alone; set it to 0");
  const auto wanted = static_cast<std::size_t>(config.key_frame_pairs);
  SampleSet result;
  bool moved = false;
  for (const Sample& sample : samples) {
    const std::vector<Sample> views = with_moved_key_frames(sample, config.key_frames, config.key_frame_pairs);
    for (std::size_t i = 0; i < wanted; ++i) result.push_back(views[i % views.size()]);
    moved = moved || views.size() > 1;
  }
  return moved ? result : samples;
}

struct EncodedTensors final : EncodedSample {
  Tensors tensors;
};

}  // namespace

NeuralRecognizer::NeuralRecognizer(NetworkType type, const Settings& config, LabelSet labels)
    : type_(std::move(type)), identity_{type_.method, "", type_.resolve(config), std::move(labels)} {
  if (identity_.labels.size() < 2) throw ConfigError(type_.method + " needs a label set of at least two classes");
  network_ = new_network(identity_.config, identity_.labels.size(), 0);
  identity_.input_kind = network_->input_kind();
}

std::shared_ptr<Network> NeuralRecognizer::new_network(const Settings& config, int classes, std::uint64_t seed) const {
  const std::lock_guard<std::mutex> lock(generator_mutex());
  torch::manual_seed(seed);
  std::vector<std::shared_ptr<Network>> members;
  for (int i = type_.training(config).members; i > 0; --i) members.push_back(type_.build(config, classes));
  const auto network = members.size() == 1 ? members.front() : std::make_shared<Ensemble>(members);
  network->eval();
  return network;
}

Tensors NeuralRecognizer::frozen_features_in_parts(Network& network, const Tensors& inputs) const {
  constexpr std::int64_t kPart = 64;  // as many samples as may be computed at once without much memory
  const torch::NoGradGuard no_grad;
  std::vector<Tensors> parts;
  for (std::int64_t begin = 0; begin < inputs.at(0).size(0); begin += kPart) {
    Tensors part;
    for (const torch::Tensor& input : inputs)
      part.push_back(input.slice(0, begin, std::min(begin + kPart, input.size(0))).to(device_));
    parts.push_back(network.frozen_features(part));
  }
  Tensors result;
  for (std::size_t i = 0; i < parts.front().size(); ++i) {
    Tensors pieces;
    for (const Tensors& part : parts) pieces.push_back(part.at(i));
    result.push_back(torch::cat(pieces));
  }
  return result;
}

void NeuralRecognizer::fit(const SampleSet& training, const FitOptions& options, FitObserver& observer) {
  const std::vector<int> classes = checked_labels(training, identity_.labels);
  use_device(options.device);
  use_threads(std::max(options.threads, 1));
  keep_freed_memory();
  const TrainingConfig config = type_.training(identity_.config);

  const std::shared_ptr<Network> network = new_network(identity_.config, identity_.labels.size(), options.seed);
  std::unique_lock<std::mutex> lock(generator_mutex(), std::defer_lock);
  if (!device_.is_cpu()) {
    lock.lock();
    torch::manual_seed(options.seed);
  }
  // Two streams of one seed: dropout must not see the numbers that order the samples.
  network->use_generator(make_generator(options.seed ^ 0x9e3779b97f4a7c15ull));
  network->to(device_);
  const auto encoded = [&](const SampleSet& samples, const std::function<Tensors(const Sample&)>& encode) {
    std::vector<Tensors> tensors(samples.size());
    for_each_number(samples.size(), options.threads, [&](std::size_t i) { tensors[i] = encode(samples[i]); });
    return stacked(tensors);
  };
  const Pretraining* const before = network->pretraining();
  if (options.pretrained) {
    if (!before) refuse_pretrained(options, type_.method);
    take_over(*network, *before->part, *options.pretrained, type_.method);
  } else if (before) {
    const SampleSet seen = without(training, options.not_for_pretraining);
    pretrain(*before, moved(encoded(seen, before->encode), device_), {options.seed, options.states.get()}, observer);
  }
  const SampleSet shown = with_views(training, config.augmentation);
  Tensors inputs =
      frozen_features_in_parts(*network, encoded(shown, [&](const Sample& sample) { return network->encode(sample); }));
  const auto views = static_cast<int>(shown.size() / training.size());
  if (views > 1)
    for (torch::Tensor& input : inputs) input = input.unflatten(0, {input.size(0) / views, views});
  NeuralRecognizer so_far(*this);
  so_far.network_ = network;
  so_far.ready_ = true;
  const torch::Tensor labels = torch::tensor(classes, torch::kInt64).to(device_);
  train(*network, {inputs, labels, identity_.labels.size(), views}, config, options.seed, observer,
        [&](int epoch) { observer.on_state(epoch, so_far); });
  network->eval();
  network_ = network;
  ready_ = true;

  info_.subjects = subjects_of(training);
  if (options.pretrained) {
    std::set<std::string> all(info_.subjects.begin(), info_.subjects.end());
    all.insert(options.pretrained->info.subjects.begin(), options.pretrained->info.subjects.end());
    info_.subjects.assign(all.begin(), all.end());
  }
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
  const torch::Tensor logits =
      network_->forward(network_->frozen_features(moved(stacked(tensors), device_))).to(torch::kCPU).contiguous();
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

Explanation NeuralRecognizer::explain(const Sample& sample) const {
  std::vector<std::unique_ptr<EncodedSample>> one;
  one.push_back(encode(sample));
  Prediction prediction = recognize(one).front();
  // A network of its own, since others may be using this one.
  const auto network = new_network(identity_.config, identity_.labels.size(), 0);
  std::vector<ModelTensor> values;
  for (const auto& [name, value] : named_values(*network_)) values.push_back(to_model_tensor(name, value));
  copy_into(*network, values, type_.method);
  network->to(device_);
  const Tensors inputs = moved(stacked({dynamic_cast<const EncodedTensors&>(*one.front()).tensors}), device_);
  const AlignedFace* const face = sample.face_at(sample.interval.onset);
  const cv::Size crop = face ? face->image.size() : sample.motion_image.value().size();
  Explanation explanation = explained(*network, inputs, prediction.label, crop);
  explanation.prediction = std::move(prediction);
  return explanation;
}

void NeuralRecognizer::save(const std::filesystem::path& file) const {
  if (!ready_) throw ModelError(type_.method + " has neither been fitted nor loaded, so there is nothing to save");
  ModelFile model;
  model.info = described_model(info_, identity_);
  for (const auto& [name, value] : named_values(*network_)) model.tensors.push_back(to_model_tensor(name, value));
  model.write(file);
}

void NeuralRecognizer::load(const ModelFile& model) {
  RecognizerIdentity identity = stored_identity(model.info, identity_, type_.resolve);
  const auto network = new_network(identity.config, identity.labels.size(), 0);
  copy_into(*network, without_part(model.tensors, kSpotterPart), model.info.name);
  network->to(device_);
  identity_ = std::move(identity);
  network_ = network;
  info_ = model.info;
  ready_ = true;
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
