// Two streams of inception blocks, one for each component of the onset-to-apex flow.
// Zhou, Mao, Xue: Dual-Inception network for cross-database micro-expression recognition, FG 2019, pp. 642-646.
//
// The blocks are those of a later re-implementation; the authors' own code was not at hand. The paper takes the middle
// frame for the apex, so that none need be annotated: that is --apex-policy middle, and not the network's business.
// Chosen where sources leave room: dropout of 0.5 before the last layer, and min-max scaled maps divided by 255.

#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "neural/inputs/motion_input.h"
#include "neural/layers/inception.h"
#include "neural/recognition/neural_recognizer.h"

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

struct DualInception final : neural::MotionNetwork {
  using Config = DualInceptionConfig;
  static constexpr const char* kMethod = "dual_inception";
  static constexpr int kHidden = 1024;

  Config config;
  neural::InceptionStreams streams{nullptr};
  nn::Linear hidden{nullptr}, classifier{nullptr};
  neural::Dropout dropout{nullptr};

  DualInception(const Config& given, int classes) : MotionNetwork(given.input), config(given) {
    const auto channels = static_cast<int>(config.input.channels.size());
    streams = register_module("streams", neural::InceptionStreams(channels));
    const int joined = neural::InceptionStreamsImpl::features(channels, config.input.size);  // 6272 for two of 28
    hidden = register_module("hidden", nn::Linear(joined, kHidden));
    dropout = register_module("dropout", neural::Dropout(config.dropout));
    classifier = register_module("classifier", nn::Linear(kHidden, classes));
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    const neural::Tensors maps = streams->forward(unit_images(batch));
    observe_last_maps(maps);
    const torch::Tensor joined = torch::relu(hidden->forward(torch::cat(maps, 1).flatten(1)));  // [N, 1024]
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
