// Three shallow convolutions of different width look at one onset-to-apex motion image (strain, v, u).
// Liong, Gan, See, Khor, Huang: Shallow Triple Stream Three-dimensional CNN (STSTNet) for Micro-expression Recognition,
// FG 2019, doi:10.1109/FG.2019.8756567.
//
// Follows the authors' PyTorch code, not the paper's table where they differ: convolutions are padded by 2 (28 -> 30),
// and the order is convolution, ReLU, batch normalisation, pooling, dropout; 1683 parameters (the paper says 1670).
// Departures: samples are shuffled each epoch (training.shuffle; the authors' loader keeps the order of the folders),
// and input.size may differ from 28. Weights of one framework load into the other.

#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "neural/inputs/motion_input.h"
#include "neural/layers/stem.h"
#include "neural/recognition/neural_recognizer.h"

namespace merkit {
namespace {

namespace nn = torch::nn;

struct StstnetConfig {
  double dropout = 0.5;
  MotionInputConfig input;
  neural::TrainingConfig training;

  StstnetConfig() {
    training.epochs = 800;
    training.batch_size = 256;
    training.learning_rate = 5e-5;
  }
};

template <class Visitor>
void fields(Visitor&& visit, StstnetConfig& c) {
  visit("dropout", c.dropout, "share of each stream's values dropped in training",
        [](double p) { return p >= 0 && p < 1 ? nullptr : "must be in [0, 1)"; });
  visit("input", c.input, "the motion image");
  visit("training", c.training, "how it is trained");
}

struct Stream final : nn::Module {
  nn::Conv2d conv{nullptr};
  nn::BatchNorm2d norm{nullptr};

  Stream(int channels, int filters) {
    conv = register_module("conv", nn::Conv2d(nn::Conv2dOptions(channels, filters, 3).padding(2)));
    norm = register_module("norm", nn::BatchNorm2d(filters));
  }
};

struct Ststnet final : neural::MotionNetwork {
  using Config = StstnetConfig;
  static constexpr const char* kMethod = "ststnet";
  static constexpr int kFilters[] = {3, 5, 8};

  Config config;
  nn::ModuleList streams;
  neural::Dropout dropout{nullptr};
  nn::Linear classifier{nullptr};

  Ststnet(const Config& given, int classes) : MotionNetwork(given.input), config(given) {
    int filters_in_all = 0;
    for (const int filters : kFilters) {
      streams->push_back(std::make_shared<Stream>(static_cast<int>(config.input.channels.size()), filters));
      filters_in_all += filters;
    }
    const int pooled = (config.input.size + 1) / 3 + 1;  // 10 for 28
    const int side = pooled / 2;                         // 5
    register_module("streams", streams);
    dropout = register_module("dropout", neural::Dropout(config.dropout));
    classifier = register_module("classifier", nn::Linear(filters_in_all * side * side, classes));
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    std::vector<neural::StemBranch> branches;
    for (const auto& stream : *streams) branches.push_back({stream->as<Stream>()->conv, stream->as<Stream>()->norm});
    // Maps of 30x30, maxima of 10x10, means of 5x5: [N, 400]
    constexpr neural::StemOptions kStem{2, 3, 1, 2};
    if (!is_observed()) return classifier->forward(neural::apply_stem(batch.front(), branches, dropout, kStem));
    return classifier->forward(neural::apply_plain_stem(
        batch.front(), branches, dropout, kStem, [this](std::size_t stream, const torch::Tensor& maps) {
          observe(neural::kLastMaps + (" of " + std::to_string(kFilters[stream])) + " filters", maps);
        }));
  }
};

}  // namespace

namespace catalog {

Method ststnet() {
  return neural::method<Ststnet>("shallow triple-stream CNN on onset-to-apex motion and strain",
                                 "Liong, Gan, See, Khor, Huang, FG 2019, doi:10.1109/FG.2019.8756567");
}

}  // namespace catalog
}  // namespace merkit
