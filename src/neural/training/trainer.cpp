#include "neural/training/trainer.h"

#include "neural/torch_version.h"
#include "neural/training/stage.h"

#include <algorithm>
#include <cmath>

namespace merkit::neural {
namespace {

/// Number of samples over number of classes present and of samples of the class, 0 for a class that is absent.
torch::Tensor balanced_weights(const torch::Tensor& counts) {
  const torch::Tensor present = counts.gt(0);
  return (counts.sum() / (present.sum() * counts.clamp_min(1))) * present;
}

void add_bytes(ContentHasher& hasher, const torch::Tensor& tensor) {
  const torch::Tensor plain = tensor.detach().to(torch::kCPU).contiguous();
  hasher.add_bytes(plain.data_ptr(), plain.nbytes());
}

/// Of all that decides the outcome of a stage.
ContentHash key_of(const Stage& stage, const std::string& settings) {
  ContentHasher hasher;
  hasher.add(settings);
  hasher.add(torch_version());
  hasher.add(stage.seed);
  for (const torch::Tensor& input : stage.inputs) add_bytes(hasher, input);
  for (const torch::Tensor& value : stage.module->parameters()) add_bytes(hasher, value);
  return hasher.digest();
}

/// One view of each sample, chosen at random.
Tensors drawn_views(const Tensors& batch, int views, const at::Generator& generator) {
  const std::int64_t count = batch.front().size(0);
  const auto options = torch::TensorOptions(torch::kInt64).device(batch.front().device());
  const torch::Tensor sample = torch::arange(count, options);
  const torch::Tensor view = torch::randint(0, views, {count}, generator, torch::kInt64).to(options.device());
  Tensors result;
  for (const torch::Tensor& input : batch) result.push_back(input.index({sample, view}));
  return result;
}

}  // namespace

void train(Network& network, const TrainingData& data, const TrainingConfig& config, std::uint64_t seed,
           FitObserver& observer, const std::function<void(int)>& after_epoch) {
  Stage stage;
  stage.config = config;
  stage.seed = seed;
  stage.module = &network;
  stage.inputs = data.inputs;
  stage.labels = data.labels;
  stage.class_counts = torch::bincount(data.labels.cpu(), {}, data.classes).to(torch::kFloat32);
  network.see_class_counts(stage.class_counts.to(data.labels.device()));
  torch::Tensor class_weights;
  if (config.class_weights == "balanced") class_weights = balanced_weights(stage.class_counts).to(data.labels.device());
  const at::Generator changes = make_generator(seed ^ 0xc2b2ae3d27d4eb4full);
  stage.learning_rate_scale = [&](const std::string& name) { return network.learning_rate_scale(name); };
  stage.loss = [&](const Tensors& given, const torch::Tensor& labels) {
    const Tensors batch = data.views > 1 ? drawn_views(given, data.views, changes) : given;
    if (!config.augmentation.any()) return network.loss(batch, labels, class_weights);
    return network.loss(network.augmented(batch, config.augmentation, changes), labels, class_weights);
  };
  stage.after_epoch = [&](int epoch, double loss, double accuracy) {
    observer.on_epoch(epoch, config.epochs, loss, accuracy);
    if (after_epoch) after_epoch(epoch);
  };
  run(stage);
}

void pretrain(const Pretraining& pretraining, const Tensors& inputs, const PretrainingRun& given,
              FitObserver& observer) {
  Stage stage;
  stage.config = pretraining.training;
  stage.seed = given.seed;
  stage.module = pretraining.part;
  stage.inputs = inputs;
  const at::Generator chance = make_generator(given.seed ^ 0x165667b19e3779f9ull);
  stage.generators = {chance};
  stage.loss = [&](const Tensors& batch, const torch::Tensor&) { return Loss{pretraining.loss(batch, chance), {}}; };
  stage.after_epoch = [&](int epoch, double loss, double) {
    observer.on_pretraining_epoch(epoch, pretraining.training.epochs, loss);
  };
  stage.before_epoch = pretraining.before_epoch;
  if (!given.store) return run(stage);
  stage.store = given.store;
  stage.key = key_of(stage, pretraining.settings);
  const auto claim = given.store->claim(stage.key);
  run(stage);
}

}  // namespace merkit::neural
