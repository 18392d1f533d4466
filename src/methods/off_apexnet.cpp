// Two small convolutional streams, one for each component of the onset-to-apex flow, joined by large linear layers.
// Gan, Liong, Yau, Huang, Tan: OFF-ApexNet on micro-expression recognition system, Signal Processing: Image
// Communication 74, 2019, doi:10.1016/j.image.2019.02.005.
//
// There is no public code of the authors; layers and sizes are those of a later re-implementation, whose number of
// parameters agrees with what the STSTNet paper says of it. Chosen where that leaves room: ReLU after each convolution
// (the paper's text, absent in the re-implementation), min-max scaled maps divided by 255, and 300 epochs at 5e-4 by
// default; 3000 at 1e-4, as published, are settings.

#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "neural/inputs/motion_input.h"
#include "neural/recognition/neural_recognizer.h"

namespace merkit {
namespace {

namespace nn = torch::nn;

struct OffApexnetConfig {
  double dropout = 0.5;
  MotionInputConfig input;
  neural::TrainingConfig training;

  OffApexnetConfig() {
    input.channels = {"u", "v"};
    training.epochs = 300;
    training.batch_size = 256;
    training.learning_rate = 5e-4;
  }
};

template <class Visitor>
void fields(Visitor&& visit, OffApexnetConfig& c) {
  visit("dropout", c.dropout, "share of each hidden layer's values dropped in training",
        [](double p) { return p >= 0 && p < 1 ? nullptr : "must be in [0, 1)"; });
  visit("input", c.input, "the motion maps; each is a stream of its own");
  visit("training", c.training, "how it is trained");
}

struct OffApexnet final : neural::MotionNetwork {
  using Config = OffApexnetConfig;
  static constexpr const char* kMethod = "off_apexnet";
  static constexpr int kHidden = 1024;

  Config config;
  nn::ModuleList streams;
  nn::Linear first{nullptr}, second{nullptr}, classifier{nullptr};
  neural::Dropout first_dropout{nullptr}, second_dropout{nullptr};

  OffApexnet(const Config& given, int classes) : MotionNetwork(given.input), config(given) {
    for (std::size_t i = 0; i < config.input.channels.size(); ++i)
      streams->push_back(nn::Sequential(
          nn::Conv2d(nn::Conv2dOptions(1, 6, 5).padding(2)), nn::ReLU(), nn::MaxPool2d(nn::MaxPool2dOptions(2)),
          nn::Conv2d(nn::Conv2dOptions(6, 16, 5).padding(2)), nn::ReLU(), nn::MaxPool2d(nn::MaxPool2dOptions(2))));
    register_module("streams", streams);
    const int side = config.input.size / 2 / 2;  // 7 for 28
    const auto joined = static_cast<int>(config.input.channels.size()) * 16 * side * side;
    first = register_module("first", nn::Linear(joined, kHidden));
    first_dropout = register_module("first_dropout", neural::Dropout(config.dropout));
    second = register_module("second", nn::Linear(kHidden, kHidden));
    second_dropout = register_module("second_dropout", neural::Dropout(config.dropout));
    classifier = register_module("classifier", nn::Linear(kHidden, classes));
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    const torch::Tensor maps = unit_images(batch);
    neural::Tensors features;  // each [N, 16, 7, 7]
    for (std::size_t i = 0; i < streams->size(); ++i)
      features.push_back(streams[i]->as<nn::Sequential>()->forward(maps.narrow(1, static_cast<std::int64_t>(i), 1)));
    observe_last_maps(features);
    torch::Tensor hidden = torch::cat(features, 1).flatten(1);  // [N, 1568]
    hidden = first_dropout->forward(torch::relu(first->forward(hidden)));
    hidden = second_dropout->forward(torch::relu(second->forward(hidden)));
    return classifier->forward(hidden);
  }
};

}  // namespace

namespace catalog {

Method off_apexnet() {
  return neural::method<OffApexnet>("two-stream CNN on onset-to-apex flow, with large linear layers",
                                    "Gan, Liong, Yau, Huang, Tan, SPIC 74, 2019, doi:10.1016/j.image.2019.02.005");
}

}  // namespace catalog
}  // namespace merkit
