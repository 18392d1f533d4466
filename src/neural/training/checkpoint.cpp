#include "neural/training/checkpoint.h"

#include <algorithm>
#include <sstream>

namespace merkit::neural {

Checkpoint::Checkpoint(torch::nn::Module& module, Optimizer& optimizer, std::vector<at::Generator> generators)
    : module_(module), optimizer_(optimizer), generators_(std::move(generators)) {}

std::vector<torch::Tensor> Checkpoint::values() const {
  std::vector<torch::Tensor> result = module_.parameters();
  for (const torch::Tensor& buffer : module_.buffers()) result.push_back(buffer);
  for (const torch::Tensor& remembered : optimizer_.memory()) result.push_back(remembered);
  return result;
}

std::string Checkpoint::text() const {
  std::vector<torch::Tensor> tensors = values();
  for (torch::Tensor& tensor : tensors) tensor = tensor.detach();
  for (const at::Generator& generator : generators_) tensors.push_back(generator.get_state());
  const torch::Tensor figures = torch::empty({static_cast<std::int64_t>(epochs_.size()), 2}, torch::kFloat64);
  for (std::size_t i = 0; i < epochs_.size(); ++i) {
    figures[static_cast<std::int64_t>(i)][0] = epochs_[i].loss;
    figures[static_cast<std::int64_t>(i)][1] = epochs_[i].accuracy;
  }
  tensors.push_back(figures);
  std::ostringstream stream;
  torch::save(tensors, stream);
  return stream.str();
}

void Checkpoint::restore(const std::string& text) {
  std::vector<torch::Tensor> kept;
  try {
    std::istringstream stream(text);
    torch::load(kept, stream);
  } catch (const c10::Error&) {
    return;
  }
  const std::vector<torch::Tensor> present = values();
  const auto alike = [](const torch::Tensor& a, const torch::Tensor& b) {
    return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type();
  };
  if (kept.size() != present.size() + generators_.size() + 1 ||
      !std::equal(present.begin(), present.end(), kept.begin(), alike))
    return;
  const torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < present.size(); ++i) torch::Tensor(present[i]).copy_(kept[i]);
  for (std::size_t i = 0; i < generators_.size(); ++i) generators_[i].set_state(kept[present.size() + i]);
  const torch::Tensor figures = kept.back();
  epochs_.clear();
  for (std::int64_t i = 0; i < figures.size(0); ++i)
    epochs_.push_back({figures[i][0].item<double>(), figures[i][1].item<double>()});
}

}  // namespace merkit::neural
