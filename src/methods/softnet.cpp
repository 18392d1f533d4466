// A shallow network gives each frame a score for belonging to an expression, from the motion around it; peaks of the
// smoothed scores are expressions. Micro- and macro-expressions have a network each.
// Liong, See, Wong: Shallow optical flow three-stream CNN for macro- and micro-expression spotting from long videos
// (SOFTNet), ICIP 2021, arXiv:2106.06489.
//
// Departures: displacement is measured from a rolling reference, less a robust fit of head motion (the paper: less the
// mean flow at the nose), and what is shown of a frame is by default how far it departs from those a lag before and
// after it, which is large at the apex and nothing for a step or a slow turn (the paper: flow from one frame to another
// a lag later). Examples are the middles of expressions, eight of each; the threshold is on the score itself, of which
// what is usual in the second before and after is taken off, as speech scores often and an expression once. An interval
// is as long as its score stays up (the paper: the expected duration, which meets what is less than half or more than
// twice as long at an IoU below 0.5). The threshold and the expected duration are learned on training clips alone.
// presets/softnet.json has the paper's choices; flow between two frames is there the difference of their displacements.

#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "neural/spotting/neural_spotter.h"

namespace merkit {
namespace {

namespace nn = torch::nn;

constexpr const char* kMethod = "softnet";

struct SoftnetConfig {
  neural::RegionMotionConfig input;
  neural::SpottingConfig spotting;
  neural::TrainingConfig training;

  SoftnetConfig() {
    training.epochs = 8;
    training.batch_size = 24;
    training.learning_rate = 5e-4;
  }
};

template <class Visitor>
void fields(Visitor&& visit, SoftnetConfig& c) {
  visit("input", c.input, "motion around a frame");
  visit("spotting", c.spotting, "what is learned from which frames");
  visit("training", c.training, "how the networks are trained");
}

struct Softnet final : neural::SpottingNetwork {
  nn::ModuleList streams;
  nn::Linear hidden{nullptr}, score{nullptr};

  explicit Softnet(const SoftnetConfig& config) : SpottingNetwork(config.input) {
    for (const int filters : {3, 5, 8}) streams->push_back(nn::Conv2d(nn::Conv2dOptions(1, filters, 5).padding(2)));
    register_module("streams", streams);
    hidden = register_module("hidden", nn::Linear(16 * 7 * 7, 400));
    score = register_module("score", nn::Linear(400, 1));
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    const torch::Tensor maps = unit_images(batch);
    neural::Tensors features;
    for (std::size_t i = 0; i < streams->size(); ++i) {
      const torch::Tensor map = maps.narrow(1, static_cast<std::int64_t>(i), 1);
      features.push_back(torch::max_pool2d(torch::relu(streams[i]->as<nn::Conv2d>()->forward(map)), 3, 3));
    }
    const torch::Tensor joined = torch::max_pool2d(torch::cat(features, 1), 2);  // [N, 16, 7, 7]
    return score->forward(torch::relu(hidden->forward(joined.flatten(1))));
  }
};

std::unique_ptr<Spotter> make(const Settings& given, const LabelSet& labels) {
  neural::SpotterType type;
  type.method = kMethod;
  type.resolve = resolved_settings<SoftnetConfig>;
  type.input = [](const Settings& config) { return read_settings<SoftnetConfig>(config).input; };
  type.spotting = [](const Settings& config) { return read_settings<SoftnetConfig>(config).spotting; };
  type.training = [](const Settings& config) { return read_settings<SoftnetConfig>(config).training; };
  type.build = [](const Settings& config) -> std::shared_ptr<neural::SpottingNetwork> {
    return std::make_shared<Softnet>(read_settings<SoftnetConfig>(config));
  };
  return std::make_unique<neural::NeuralSpotter>(type, given, labels);
}

}  // namespace

Method catalog::softnet() {
  Method method;
  method.name = kMethod;
  method.summary = "three shallow streams score each frame by the motion around it";
  method.citation = "Liong, See, Wong, ICIP 2021, arXiv:2106.06489";
  method.make_spotter = make;
  method.resolve_config = resolved_settings<SoftnetConfig>;
  method.describe_config = describe_settings<SoftnetConfig>;
  return method;
}

}  // namespace merkit
