// One recurrent convolution on a small motion image, and attention made of the classifier's own weights.
// Xia, Peng, Khor, Feng, Zhao: Revealing the Invisible with Model and Data Shrinking for Composite-database
// Micro-expression Recognition, IEEE TIP 29, 2020, arXiv:2006.09674.
//
// Follows the authors' code: layers, sizes and initial weights, 15,331 parameters for 32 maps, pooling to 5 and three
// classes. Departures: the published command (training.optimizer sgd, learning_rate 5e-4, batch_size 64, epochs 20,
// schedule step, every 10, factor 0.5) stops where the loss has hardly begun to fall, so the defaults are a rate of
// 0.01 that stays and 100 epochs; the code takes images of any size, and 60 is chosen here (ready motion images must
// have the size, so for those of 28 set input.size; the maps are then 12 x 12 where they are 28 x 28 for 60); a class
// activation map without contrast gives 0 instead of dividing by 0.

#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "neural/inputs/motion_input.h"
#include "neural/recognition/neural_recognizer.h"

namespace merkit {
namespace {

namespace nn = torch::nn;

struct RcnAConfig {
  int maps = 32;
  int pool = 5;
  double dropout = 0.5;
  MotionInputConfig input;
  neural::TrainingConfig training;

  RcnAConfig() {
    input.size = 60;
    input.channels = {"u", "v", "strain"};
    training.optimizer = "sgd";
    training.epochs = 100;
    training.batch_size = 64;
    training.learning_rate = 0.01;
  }
};

template <class Visitor>
void fields(Visitor&& visit, RcnAConfig& c) {
  visit("maps", c.maps, "feature maps of each convolution; the authors' code offers 64 too",
        [](int n) { return n >= 1 && n <= 1024 ? nullptr : "must be in 1..1024"; });
  visit("pool", c.pool, "side of the averaged maps that are classified; the authors' code offers 7 too",
        [](int n) { return n >= 1 && n <= 64 ? nullptr : "must be in 1..64"; });
  visit("dropout", c.dropout, "share of values dropped in training, after each pooling",
        [](double p) { return p >= 0 && p < 1 ? nullptr : "must be in [0, 1)"; });
  visit("input", c.input, "the motion image");
  visit("training", c.training, "how it is trained");
}

/// Convolution, batch normalisation, ReLU.
struct NormedConv final : nn::Module {
  nn::Conv2d conv{nullptr};
  nn::BatchNorm2d norm{nullptr};

  NormedConv(int from, int to, int size, int padding) {
    conv = register_module("conv", nn::Conv2d(nn::Conv2dOptions(from, to, size).padding(padding)));
    norm = register_module("norm", nn::BatchNorm2d(to));
    nn::init::kaiming_normal_(conv->weight, 0, torch::kFanOut, torch::kReLU);
  }

  torch::Tensor forward(const torch::Tensor& maps) { return torch::relu(norm->forward(conv->forward(maps))); }
};

/// Where the maps speak for the classes, without parameters of its own: for each class the mean over channels of maps
/// times classifier weights, stretched to 0..1, averaged over classes. `maps` is [N, F, P, P], `weight` [classes, F P
/// P].
torch::Tensor class_attention(const torch::Tensor& maps, const torch::Tensor& weight) {
  const std::int64_t classes = weight.size(0);
  const torch::Tensor shaped = weight.view({1, classes, maps.size(1), maps.size(2), maps.size(3)});
  const torch::Tensor activation = (shaped * maps.unsqueeze(1)).mean(2);  // [N, classes, P, P]
  const torch::Tensor raised = activation - activation.amin({2, 3}, /*keepdim=*/true);
  const torch::Tensor greatest = raised.amax({2, 3}, /*keepdim=*/true);
  return (raised / greatest.clamp_min(1e-12)).mean(1, /*keepdim=*/true);  // [N, 1, P, P]
}

struct RcnA final : neural::MotionNetwork {
  using Config = RcnAConfig;
  static constexpr const char* kMethod = "rcn_a";

  Config config;
  std::shared_ptr<NormedConv> first, forwards, recurrent;
  neural::Dropout first_dropout{nullptr}, second_dropout{nullptr};
  nn::Linear classifier{nullptr};

  RcnA(const Config& given, int classes) : MotionNetwork(given.input), config(given) {
    const auto channels = static_cast<int>(config.input.channels.size());
    first = register_module("first", std::make_shared<NormedConv>(channels, config.maps, 5, 0));
    first_dropout = register_module("first_dropout", neural::Dropout(config.dropout));
    forwards = register_module("forwards", std::make_shared<NormedConv>(config.maps, config.maps, 1, 0));
    recurrent = register_module("recurrent", std::make_shared<NormedConv>(config.maps, config.maps, 3, 1));
    second_dropout = register_module("second_dropout", neural::Dropout(config.dropout));
    classifier = register_module("classifier", nn::Linear(config.maps * config.pool * config.pool, classes));
    nn::init::normal_(classifier->weight, 0, 0.01);
    nn::init::zeros_(classifier->bias);
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    const torch::Tensor image = unit_images(batch);
    const torch::Tensor maps = first_dropout->forward(torch::max_pool2d(first->forward(image), 2));  // [N, 32, 28, 28]
    const std::int64_t pool = config.pool;
    const torch::Tensor attention = class_attention(torch::adaptive_avg_pool2d(maps, {pool, pool}), classifier->weight);
    torch::Tensor state = forwards->forward(maps);
    for (int step = 0; step < 2; ++step) state = recurrent->forward(maps + state);
    observe(neural::kLastMaps, state);
    state = second_dropout->forward(torch::max_pool2d(state, 2));  // [N, 32, 14, 14]
    return classifier->forward((torch::adaptive_avg_pool2d(state, {pool, pool}) * attention).flatten(1));
  }
};

}  // namespace

namespace catalog {

Method rcn_a() {
  return neural::method<RcnA>("recurrent convolution on a small motion image, with attention that needs no weights",
                              "Xia, Peng, Khor, Feng, Zhao, IEEE TIP 29, 2020, arXiv:2006.09674");
}

}  // namespace catalog
}  // namespace merkit
