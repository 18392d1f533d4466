#include "neural/training/stage.h"

#include "merkit/core/error.h"
#include "merkit/core/stop.h"
#include "neural/tensors.h"
#include "neural/torch_version.h"
#include "neural/training/checkpoint.h"
#include "neural/training/optimizer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace merkit::neural {
namespace {

/// Which samples are shown in an epoch, in which order.
class Order {
 public:
  explicit Order(const Stage& stage)
      : config_(stage.config), count_(stage.inputs.at(0).size(0)), generator_(make_generator(stage.seed)) {
    if (config_.sampling == "balanced" && stage.labels.defined())
      chances_ = stage.class_counts.cpu().reciprocal().index_select(0, stage.labels.cpu());
  }

  torch::Tensor next() const {
    if (chances_.defined()) return torch::multinomial(chances_, count_, /*replacement=*/true, generator_);
    return config_.shuffle ? torch::randperm(count_, generator_, torch::kInt64) : torch::arange(count_, torch::kInt64);
  }

  const at::Generator& generator() const { return generator_; }

 private:
  const TrainingConfig& config_;
  std::int64_t count_;
  at::Generator generator_;
  torch::Tensor chances_;
};

Optimizer optimizer_of(const Stage& stage) {
  std::vector<torch::Tensor> parameters;
  std::vector<double> shares;
  for (const auto& parameter : stage.module->named_parameters()) {
    parameters.push_back(parameter.value());
    shares.push_back(stage.learning_rate_scale ? stage.learning_rate_scale(parameter.key()) : 1);
  }
  return {std::move(parameters),
          {stage.config.optimizer, stage.config.weight_decay, stage.config.momentum},
          std::move(shares)};
}

/// Says when a state is worth keeping: what would be lost has taken longer than this to compute.
class KeepingTime {
 public:
  bool has_come() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < std::chrono::seconds(20)) return false;
    last_ = now;
    return true;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

/// One pass over the samples.
EpochFigures pass(const Stage& stage, const torch::Tensor& shown, Optimizer& optimizer, double learning_rate) {
  const std::int64_t count = shown.size(0);
  double loss_sum = 0;
  std::int64_t right = 0;
  for (std::int64_t begin = 0; begin < count; begin += stage.config.batch_size) {
    const std::int64_t end = std::min<std::int64_t>(begin + stage.config.batch_size, count);
    const torch::Tensor chosen = shown.slice(0, begin, end);
    const torch::Tensor truth = stage.labels.defined() ? stage.labels.index_select(0, chosen) : torch::Tensor();
    optimizer.zero_grad();
    const Loss loss = [&] {
      const Autocast autocast(stage.config.mixed_precision ? shown.device() : torch::kCPU);
      return stage.loss(rows(stage.inputs, chosen), truth);
    }();
    loss.value.backward();
    optimizer.step(learning_rate);
    loss_sum += loss.value.item<double>() * static_cast<double>(end - begin);
    if (truth.defined()) right += loss.logits.argmax(1).eq(truth).sum().item<std::int64_t>();
  }
  const auto all = static_cast<double>(count);
  return {loss_sum / all, static_cast<double>(right) / all};
}

}  // namespace

void run(const Stage& stage) {
  const Order order(stage);
  Optimizer optimizer = optimizer_of(stage);
  std::vector<at::Generator> generators = stage.generators;
  generators.push_back(order.generator());
  Checkpoint state(*stage.module, optimizer, generators);
  if (stage.store)
    if (const auto kept = stage.store->find(stage.key)) state.restore(*kept);
  const int done = static_cast<int>(state.epochs().size());
  stage.module->eval();
  for (int epoch = 1; epoch <= done; ++epoch)
    stage.after_epoch(epoch, state.epochs()[static_cast<std::size_t>(epoch - 1)].loss,
                      state.epochs()[static_cast<std::size_t>(epoch - 1)].accuracy);
  KeepingTime time;
  for (int epoch = done + 1; epoch <= stage.config.epochs; ++epoch) {
    throw_if_stopped();
    stage.module->train();
    if (stage.before_epoch) stage.before_epoch(epoch);
    const EpochFigures figures =
        pass(stage, order.next().to(stage.inputs.front().device()), optimizer,
             stage.config.learning_rate * stage.config.schedule.at(epoch, stage.config.epochs));
    if (!std::isfinite(figures.loss))
      throw ConfigError("training diverged: the loss is not finite after epoch " + std::to_string(epoch),
                        "try a smaller learning_rate");
    state.add(figures);
    stage.module->eval();
    stage.after_epoch(epoch, figures.loss, figures.accuracy);
    if (stage.store && (epoch == stage.config.epochs || time.has_come())) stage.store->put(stage.key, state.text());
  }
}

}  // namespace merkit::neural
