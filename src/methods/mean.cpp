// One shared trunk, a head that scores how likely a frame belongs to an expression, and a head that names expressions.
// Liong, See, Chan: Spot-then-recognize: a micro-expression analysis network for seamless evaluation of long videos
// (MEAN), Signal Processing: Image Communication 110, 2023, doi:10.1016/j.image.2022.116875.
//
// Learns from long videos as a spotter: trunk and spotting head first, then, where expressions are labelled, the
// recognition head on the trunk as it is (inductive transfer). One model file of that spots and recognizes. Fitted as a
// recognizer, on intervals without their videos, trunk and recognition head learn together, and the file only
// recognizes. The trunk that both share is that for micro-expressions; macro-expressions have a network of their own.
//
// Departures: displacement is measured from a rolling reference, less a robust fit of head motion (the paper: less the
// mean flow at the nose), and what is shown of a frame is by default how far it departs from those a lag before and
// after it, which is large at the apex and nothing for a step or a slow turn (the paper: flow from one frame to another
// a lag later). Examples are the middles of expressions, eight of each; the threshold is on the score itself, of which
// what is usual in the second before and after is taken off, as speech scores often and an expression once. An interval
// is as long as its score stays up (the paper: the expected duration, which meets what is less than half or more than
// twice as long at an IoU below 0.5). The threshold and the expected duration are learned on training clips alone.
// presets/mean.json has the paper's choices; flow between two frames is there the difference of their displacements.

#include "merkit/core/error.h"
#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "neural/recognition/neural_recognizer.h"
#include "neural/spotting/neural_spotter.h"

namespace merkit {
namespace {

namespace nn = torch::nn;

constexpr const char* kMethod = "mean";
constexpr int kTrunkFilters[] = {3, 3, 8};
constexpr int kHeadFilters = 8;
constexpr int kPooled = kHeadFilters * 7 * 7;

struct MeanConfig {
  double dropout = 0.3, head_dropout = 0.2;
  double trunk_penalty = 1e-3, head_penalty = 0.1;
  neural::RegionMotionConfig input;
  neural::SpottingConfig spotting;
  neural::TrainingConfig spotting_training, training;

  MeanConfig() {
    spotting_training.epochs = 10;
    spotting_training.learning_rate = 5e-4;
    training.epochs = 100;
    training.learning_rate = 5e-4;
  }
};

template <class Visitor>
void fields(Visitor&& visit, MeanConfig& c) {
  const auto share = [](double p) { return p >= 0 && p < 1 ? nullptr : "must be in [0, 1)"; };
  const auto not_negative = [](double x) { return x >= 0 ? nullptr : "must not be negative"; };
  visit("dropout", c.dropout, "share of the trunk's values dropped in training", share);
  visit("head_dropout", c.head_dropout, "share of a head's values dropped in training", share);
  visit("trunk_penalty", c.trunk_penalty, "L2 penalty on the trunk's convolutions while spotting is learned",
        not_negative);
  visit("head_penalty", c.head_penalty, "L2 penalty on the spotting head's convolution", not_negative);
  visit("input", c.input, "motion around a frame");
  visit("spotting", c.spotting, "what is learned from which frames");
  visit("spotting_training", c.spotting_training, "how trunk and spotting head are trained");
  visit("training", c.training, "how the recognition head is trained");
}

struct TrunkImpl final : nn::Module {
  nn::ModuleList convolutions, norms;
  neural::Dropout dropout{nullptr};

  explicit TrunkImpl(double dropped) {
    for (const int filters : kTrunkFilters) {
      convolutions->push_back(nn::Conv2d(nn::Conv2dOptions(1, filters, 5).padding(2)));
      norms->push_back(nn::BatchNorm2d(filters));
    }
    register_module("convolutions", convolutions);
    register_module("norms", norms);
    dropout = register_module("dropout", neural::Dropout(dropped));
  }

  /// [N, 3, 42, 42] -> [N, 14, 14, 14]
  torch::Tensor forward(const torch::Tensor& maps) {
    neural::Tensors features;
    for (std::size_t i = 0; i < convolutions->size(); ++i) {
      const torch::Tensor map = maps.narrow(1, static_cast<std::int64_t>(i), 1);
      const torch::Tensor seen = torch::relu(convolutions[i]->as<nn::Conv2d>()->forward(map));
      features.push_back(torch::max_pool2d(norms[i]->as<nn::BatchNorm2d>()->forward(seen), 3, 3));
    }
    return dropout->forward(torch::cat(features, 1));
  }

  /// Sum of the convolutions' squared weights.
  torch::Tensor squares() const {
    neural::Tensors sums;
    for (const auto& convolution : *convolutions) sums.push_back(convolution->as<nn::Conv2d>()->weight.square().sum());
    return torch::stack(sums).sum();
  }
};
TORCH_MODULE(Trunk);

struct HeadImpl final : nn::Module {
  nn::Conv2d convolution{nullptr};
  neural::Dropout dropout{nullptr};
  nn::Linear output{nullptr};

  HeadImpl(double dropped, int outputs) {
    convolution = register_module("convolution", nn::Conv2d(nn::Conv2dOptions(14, kHeadFilters, 5).padding(2)));
    dropout = register_module("dropout", neural::Dropout(dropped));
    output = register_module("output", nn::Linear(kPooled, outputs));
  }

  /// The last maps with a place on the face: [N, 8, 14, 14].
  torch::Tensor maps(const torch::Tensor& features) { return torch::relu(convolution->forward(features)); }
  torch::Tensor answer(const torch::Tensor& maps) {
    return output->forward(dropout->forward(torch::max_pool2d(maps, 2).flatten(1)));
  }
};
TORCH_MODULE(Head);

struct MeanSpotting final : neural::SpottingNetwork {
  MeanConfig config;
  Trunk trunk{nullptr};
  Head head{nullptr};

  explicit MeanSpotting(const MeanConfig& given) : SpottingNetwork(given.input), config(given) {
    trunk = register_module("trunk", Trunk(config.dropout));
    head = register_module("head", Head(config.head_dropout, 1));
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    return head->answer(head->maps(trunk->forward(unit_images(batch))));
  }

 private:
  torch::Tensor penalty() const override {
    return config.trunk_penalty * trunk->squares() + config.head_penalty * head->convolution->weight.square().sum();
  }
};

struct MeanRecognition final : neural::RegionNetwork {
  bool trunk_stays;  ///< it was learned before, with spotting
  Trunk trunk{nullptr};
  Head head{nullptr};

  MeanRecognition(const MeanConfig& config, int classes, bool stays) : RegionNetwork(config.input), trunk_stays(stays) {
    trunk = register_module("trunk", Trunk(config.dropout));
    head = register_module("head", Head(config.head_dropout, classes));
  }

  neural::Tensors frozen_features(const neural::Tensors& batch) override {
    return trunk_stays ? neural::Tensors{trunk->forward(unit_images(batch))} : batch;
  }

  double learning_rate_scale(const std::string& parameter) const override {
    return trunk_stays && parameter.rfind("trunk.", 0) == 0 ? 0 : 1;
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    const torch::Tensor features = trunk_stays ? batch.front() : trunk->forward(unit_images(batch));
    return head->answer(observe(neural::kLastMaps, head->maps(features)));
  }
};

std::shared_ptr<neural::Network> recognition_after(const Settings& given, int classes,
                                                   const neural::SpottingNetwork* micro) {
  const auto network = std::make_shared<MeanRecognition>(read_settings<MeanConfig>(given), classes, true);
  if (!micro) return network;
  const torch::NoGradGuard no_grad;
  const auto learned = dynamic_cast<const MeanSpotting&>(micro->first()).trunk;
  auto values = network->trunk->named_parameters();
  for (const auto& parameter : learned->named_parameters()) values[parameter.key()].copy_(parameter.value());
  auto buffers = network->trunk->named_buffers();
  for (const auto& buffer : learned->named_buffers()) buffers[buffer.key()].copy_(buffer.value());
  return network;
}

std::unique_ptr<Spotter> make_mean_spotter(const Settings& given, const LabelSet& labels) {
  neural::SpotterType type;
  type.method = kMethod;
  type.resolve = resolved_settings<MeanConfig>;
  type.input = [](const Settings& config) { return read_settings<MeanConfig>(config).input; };
  type.spotting = [](const Settings& config) { return read_settings<MeanConfig>(config).spotting; };
  type.training = [](const Settings& config) { return read_settings<MeanConfig>(config).spotting_training; };
  type.build = [](const Settings& config) -> std::shared_ptr<neural::SpottingNetwork> {
    return std::make_shared<MeanSpotting>(read_settings<MeanConfig>(config));
  };
  type.build_recognition = recognition_after;
  type.recognition_training = [](const Settings& config) { return read_settings<MeanConfig>(config).training; };
  return std::make_unique<neural::NeuralSpotter>(type, given, labels);
}

std::unique_ptr<Recognizer> make_mean_recognizer(const Settings& given, const LabelSet& labels) {
  neural::NetworkType type;
  type.method = kMethod;
  type.resolve = resolved_settings<MeanConfig>;
  type.training = [](const Settings& config) { return read_settings<MeanConfig>(config).training; };
  type.build = [](const Settings& config, int classes) -> std::shared_ptr<neural::Network> {
    return std::make_shared<MeanRecognition>(read_settings<MeanConfig>(config), classes, false);
  };
  return std::make_unique<neural::NeuralRecognizer>(type, given, labels);
}

}  // namespace

Method catalog::mean() {
  Method method;
  method.name = kMethod;
  method.summary = "spots and recognizes on one shared trunk: three shallow streams on motion around a frame";
  method.citation = "Liong, See, Chan, SPIC 110, 2023, doi:10.1016/j.image.2022.116875";
  method.make_recognizer = make_mean_recognizer;
  method.make_spotter = make_mean_spotter;
  method.resolve_config = resolved_settings<MeanConfig>;
  method.describe_config = describe_settings<MeanConfig>;
  return method;
}

}  // namespace merkit
