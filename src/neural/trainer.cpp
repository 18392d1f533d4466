#include "neural/trainer.h"

#include "merkit/core/error.h"
#include "merkit/core/stop.h"
#include "neural/tensors.h"
#include "neural/torch_version.h"

#include <algorithm>
#include <cmath>

namespace merkit::neural {

void train(Network& network, const Tensors& inputs, const torch::Tensor& labels, const TrainingConfig& config,
           std::uint64_t seed, FitObserver& observer) {
  const std::int64_t count = labels.size(0);
  const at::Generator order_generator = make_generator(seed);
  torch::optim::Adam optimizer(network.parameters(),
                               torch::optim::AdamOptions(config.learning_rate).weight_decay(config.weight_decay));
  network.train();
  for (int epoch = 1; epoch <= config.epochs; ++epoch) {
    throw_if_stopped();
    const torch::Tensor order =
        config.shuffle ? torch::randperm(count, order_generator, torch::kInt64) : torch::arange(count, torch::kInt64);
    double loss_sum = 0;
    std::int64_t right = 0;
    for (std::int64_t begin = 0; begin < count; begin += config.batch_size) {
      const std::int64_t end = std::min<std::int64_t>(begin + config.batch_size, count);
      const torch::Tensor chosen = order.slice(0, begin, end).to(labels.device());
      const torch::Tensor truth = labels.index_select(0, chosen);
      optimizer.zero_grad();
      const Loss loss = network.loss(rows(inputs, chosen), truth);
      loss.value.backward();
      optimizer.step();
      loss_sum += loss.value.item<double>() * static_cast<double>(end - begin);
      right += loss.logits.argmax(1).eq(truth).sum().item<std::int64_t>();
    }
    if (!std::isfinite(loss_sum))
      throw ConfigError("training diverged: the loss is not finite after epoch " + std::to_string(epoch),
                        "try a smaller training.learning_rate");
    observer.on_epoch(epoch, config.epochs, loss_sum / static_cast<double>(count),
                      static_cast<double>(right) / static_cast<double>(count));
  }
}

}  // namespace merkit::neural
