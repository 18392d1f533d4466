// Two streams of inception blocks, one for each component of the onset-to-apex flow.
// Zhou, Mao, Xue: Dual-Inception network for cross-database micro-expression recognition, FG 2019, pp. 642-646.
//
// The blocks are those of a later re-implementation; the authors' own code was not at hand. The paper takes the middle
// frame for the apex, so that none need be annotated: that is --apex-policy middle, and not the network's business.
// Chosen where sources leave room: dropout of 0.5 before the last layer, and min-max scaled maps divided by 255.

#include "merkit/methods/method.h"
#include "methods/catalog.h"
#include "neural/motion_input.h"
#include "neural/network.h"
#include "neural/neural_recognizer.h"

namespace merkit {
namespace {

namespace nn = torch::nn;

struct DualInceptionConfig {
  double dropout = 0.5;
  MotionInputConfig input;
  neural::TrainingConfig training;

  DualInceptionConfig() {
    input.channels = {"u", "v"};
    training.epochs = 500;
    training.batch_size = 64;
    training.learning_rate = 1e-3;
  }
};

template <class Visitor>
void fields(Visitor&& visit, DualInceptionConfig& c) {
  visit("dropout", c.dropout, "share of the hidden layer's values dropped in training",
        [](double p) { return p >= 0 && p < 1 ? nullptr : "must be in [0, 1)"; });
  visit("input", c.input, "the motion maps; each is a stream of its own");
  visit("training", c.training, "how it is trained");
}

/// [N, channels, H, W] -> [N, 4 filters, H/2, W/2]
struct InceptionBlock final : nn::Module {
  nn::ModuleList branches;

  InceptionBlock(int channels, int filters) {
    const auto conv = [](int from, int to, int size) {
      return nn::Conv2d(nn::Conv2dOptions(from, to, size).padding(size / 2));
    };
    branches->push_back(nn::Sequential(conv(channels, filters, 1), nn::ReLU(), conv(filters, filters, 5), nn::ReLU()));
    branches->push_back(nn::Sequential(conv(channels, filters, 1), nn::ReLU(), conv(filters, filters, 3), nn::ReLU()));
    branches->push_back(nn::Sequential(nn::MaxPool2d(nn::MaxPool2dOptions(3).stride(1).padding(1)),
                                       conv(channels, filters, 1), nn::ReLU()));
    branches->push_back(nn::Sequential(conv(channels, filters, 1)));
    register_module("branches", branches);
  }

  torch::Tensor forward(const torch::Tensor& maps) {
    neural::Tensors parts;
    for (const auto& branch : *branches) parts.push_back(branch->as<nn::Sequential>()->forward(maps));
    return torch::max_pool2d(torch::cat(parts, 1), 2);
  }
};

struct DualInception final : neural::Network {
  using Config = DualInceptionConfig;
  static constexpr const char* kMethod = "dual_inception";
  static constexpr int kHidden = 1024;

  Config config;
  nn::ModuleList streams;
  nn::Linear hidden{nullptr}, classifier{nullptr};
  neural::Dropout dropout{nullptr};

  DualInception(const Config& given, int classes) : config(given) {
    for (std::size_t i = 0; i < config.input.channels.size(); ++i) {
      nn::ModuleList blocks;
      blocks->push_back(std::make_shared<InceptionBlock>(1, 6));
      blocks->push_back(std::make_shared<InceptionBlock>(24, 16));
      streams->push_back(blocks);
    }
    register_module("streams", streams);
    const int side = config.input.size / 2 / 2;  // 7 for 28
    const auto joined = static_cast<int>(config.input.channels.size()) * 64 * side * side;
    hidden = register_module("hidden", nn::Linear(joined, kHidden));
    dropout = register_module("dropout", neural::Dropout(config.dropout));
    classifier = register_module("classifier", nn::Linear(kHidden, classes));
  }

  neural::Tensors encode(const Sample& sample) const override {
    return {neural::onset_apex_motion(sample, config.input)};
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    const torch::Tensor maps = config.input.scaling == "minmax" ? batch.front() / 255 : batch.front();
    neural::Tensors features;  // each [N, 64, 7, 7]
    for (std::size_t i = 0; i < streams->size(); ++i) {
      torch::Tensor stream = maps.narrow(1, static_cast<std::int64_t>(i), 1);
      for (const auto& block : *streams[i]->as<nn::ModuleList>()) stream = block->as<InceptionBlock>()->forward(stream);
      features.push_back(stream);
    }
    const torch::Tensor joined = torch::relu(hidden->forward(torch::cat(features, 1).flatten(1)));  // [N, 1024]
    return classifier->forward(dropout->forward(joined));
  }
};

}  // namespace

namespace catalog {

Method dual_inception() {
  return neural::method<DualInception>("two streams of inception blocks on onset-to-apex flow",
                                       "Zhou, Mao, Xue, FG 2019, pp. 642-646");
}

}  // namespace catalog
}  // namespace merkit
