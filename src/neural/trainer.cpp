#include "neural/trainer.h"

#include "merkit/core/error.h"
#include "merkit/core/stop.h"
#include "neural/optimizer.h"
#include "neural/tensors.h"
#include "neural/torch_version.h"

#include <algorithm>
#include <cmath>

namespace merkit::neural {
namespace {

/// Which samples are shown in an epoch, in which order.
class Order {
 public:
  Order(const TrainingConfig& config, const torch::Tensor& labels, const torch::Tensor& class_counts,
        std::uint64_t seed)
      : config_(config), count_(labels.size(0)), generator_(make_generator(seed)) {
    if (config.sampling == "balanced") chances_ = class_counts.reciprocal().index_select(0, labels.cpu());
  }

  torch::Tensor next() const {
    if (chances_.defined()) return torch::multinomial(chances_, count_, /*replacement=*/true, generator_);
    return config_.shuffle ? torch::randperm(count_, generator_, torch::kInt64) : torch::arange(count_, torch::kInt64);
  }

 private:
  const TrainingConfig& config_;
  std::int64_t count_;
  at::Generator generator_;
  torch::Tensor chances_;
};

/// Number of samples over number of classes present and of samples of the class, 0 for a class that is absent.
torch::Tensor balanced_weights(const torch::Tensor& counts) {
  const torch::Tensor present = counts.gt(0);
  return (counts.sum() / (present.sum() * counts.clamp_min(1))) * present;
}

}  // namespace

double ScheduleConfig::at(int epoch) const {
  const int changes = (until > 0 ? std::min(epoch, until + 1) : epoch) - 1;
  if (kind == "step") return std::pow(factor, changes / every);
  return kind == "exponential" ? std::pow(factor, changes) : 1;
}

void train(Network& network, const TrainingData& data, const TrainingConfig& config, std::uint64_t seed,
           FitObserver& observer, const std::function<void(int)>& after_epoch) {
  const std::int64_t count = data.labels.size(0);
  const torch::Tensor class_counts = torch::bincount(data.labels.cpu(), {}, data.classes).to(torch::kFloat32);
  network.see_class_counts(class_counts.to(data.labels.device()));
  torch::Tensor class_weights;
  if (config.class_weights == "balanced") class_weights = balanced_weights(class_counts).to(data.labels.device());
  const Order order(config, data.labels, class_counts, seed);
  const at::Generator augmentation_generator = make_generator(seed ^ 0xc2b2ae3d27d4eb4full);
  Optimizer optimizer(network.parameters(), {config.optimizer, config.weight_decay, config.momentum});
  for (int epoch = 1; epoch <= config.epochs; ++epoch) {
    throw_if_stopped();
    network.train();
    const torch::Tensor shown = order.next().to(data.labels.device());
    double loss_sum = 0;
    std::int64_t right = 0;
    for (std::int64_t begin = 0; begin < count; begin += config.batch_size) {
      const std::int64_t end = std::min<std::int64_t>(begin + config.batch_size, count);
      const torch::Tensor chosen = shown.slice(0, begin, end);
      const torch::Tensor truth = data.labels.index_select(0, chosen);
      Tensors batch = rows(data.inputs, chosen);
      if (config.augmentation.any()) batch = network.augmented(batch, config.augmentation, augmentation_generator);
      optimizer.zero_grad();
      const Loss loss = network.loss(batch, truth, class_weights);
      loss.value.backward();
      optimizer.step(config.learning_rate * config.schedule.at(epoch));
      loss_sum += loss.value.item<double>() * static_cast<double>(end - begin);
      right += loss.logits.argmax(1).eq(truth).sum().item<std::int64_t>();
    }
    if (!std::isfinite(loss_sum))
      throw ConfigError("training diverged: the loss is not finite after epoch " + std::to_string(epoch),
                        "try a smaller training.learning_rate");
    observer.on_epoch(epoch, config.epochs, loss_sum / static_cast<double>(count),
                      static_cast<double>(right) / static_cast<double>(count));
    network.eval();
    if (after_epoch) after_epoch(epoch);
  }
}

}  // namespace merkit::neural
