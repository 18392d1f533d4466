// Features shared by all expressions, refined into features of each single one by attention that a proposal loss
// guides. Zhou, Mao, Huang, Zhang, Zhang: Feature refinement: An expression-specific feature learning and fusion method
// for micro-expression recognition, Pattern Recognition 122, 2022, arXiv:2101.04838.
//
// The authors published no code; this is a reconstruction from the paper's outline. Taken from it: the Dual-Inception
// trunk, one attention branch for each class, a proposal loss, classification of the joined specific features. Chosen
// here: the sizes of layers (1024 shared, 256 specific), sigmoid attention from one linear layer, binary cross-entropy
// whose positive samples count (N - N_k) / N_k for class k of N_k among N training samples, its share of 0.85 in the
// loss, dropout of 0.5 before the classifier, and min-max scaled maps divided by 255.

#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "neural/inputs/motion_input.h"
#include "neural/layers/inception.h"
#include "neural/recognition/neural_recognizer.h"

namespace merkit {
namespace {

namespace nn = torch::nn;

struct FeatrefConfig {
  double proposal_share = 0.85;
  double dropout = 0.5;
  MotionInputConfig input;
  neural::TrainingConfig training;

  FeatrefConfig() {
    input.channels = {"u", "v"};
    training.epochs = 100;
    training.batch_size = 64;
    training.learning_rate = 1e-3;
  }
};

template <class Visitor>
void fields(Visitor&& visit, FeatrefConfig& c) {
  visit("proposal_share", c.proposal_share, "weight of the proposal loss beside cross-entropy",
        [](double share) { return share >= 0 ? nullptr : "must not be negative"; });
  visit("dropout", c.dropout, "share of the specific features dropped in training",
        [](double p) { return p >= 0 && p < 1 ? nullptr : "must be in [0, 1)"; });
  visit("input", c.input, "the motion maps; each is a stream of its own");
  visit("training", c.training, "how it is trained");
}

constexpr int kShared = 1024, kSpecific = 256;

/// What is peculiar to one expression among the shared features.
struct Proposal final : nn::Module {
  nn::Linear attention{nullptr}, specific{nullptr}, score{nullptr};

  Proposal() {
    attention = register_module("attention", nn::Linear(kShared, kShared));
    specific = register_module("specific", nn::Linear(kShared, kSpecific));
    score = register_module("score", nn::Linear(kSpecific, 1));
  }

  torch::Tensor features(const torch::Tensor& shared) {
    const torch::Tensor attended = torch::sigmoid(attention->forward(shared)) * shared;
    return torch::relu(specific->forward(attended));  // [N, 256]
  }
};

struct Featref final : neural::MotionNetwork {
  using Config = FeatrefConfig;
  static constexpr const char* kMethod = "featref";

  Config config;
  neural::InceptionStreams streams{nullptr};
  nn::Linear shared{nullptr}, classifier{nullptr};
  std::vector<std::shared_ptr<Proposal>> proposals;
  neural::Dropout dropout{nullptr};
  torch::Tensor positive_weights;  ///< [classes]; undefined: all 1

  Featref(const Config& given, int classes) : MotionNetwork(given.input), config(given) {
    const auto channels = static_cast<int>(config.input.channels.size());
    streams = register_module("streams", neural::InceptionStreams(channels));
    const int joined = neural::InceptionStreamsImpl::features(channels, config.input.size);  // 6272 for two of 28
    shared = register_module("shared", nn::Linear(joined, kShared));
    for (int k = 0; k < classes; ++k)
      proposals.push_back(register_module("proposal_" + std::to_string(k), std::make_shared<Proposal>()));
    dropout = register_module("dropout", neural::Dropout(config.dropout));
    classifier = register_module("classifier", nn::Linear(classes * kSpecific, classes));
  }

  void see_class_counts(const torch::Tensor& counts) override {
    positive_weights = (counts.sum() - counts) / counts.clamp_min(1);
  }

  /// The specific features of each class, [N, 256] each.
  neural::Tensors specific_features(const neural::Tensors& batch) {
    const neural::Tensors maps = streams->forward(unit_images(batch));
    observe_last_maps(maps);
    const torch::Tensor common = torch::relu(shared->forward(torch::cat(maps, 1).flatten(1)));  // [N, 1024]
    neural::Tensors features;
    for (const auto& proposal : proposals) features.push_back(proposal->features(common));
    return features;
  }

  torch::Tensor fused(const neural::Tensors& features) {
    return classifier->forward(dropout->forward(torch::cat(features, 1)));
  }

  torch::Tensor forward(const neural::Tensors& batch) override { return fused(specific_features(batch)); }

  neural::Loss loss(const neural::Tensors& batch, const torch::Tensor& labels,
                    const torch::Tensor& class_weights) override {
    namespace functional = nn::functional;
    const neural::Tensors features = specific_features(batch);
    neural::Tensors scores;
    for (std::size_t k = 0; k < features.size(); ++k) scores.push_back(proposals[k]->score->forward(features[k]));
    const auto classes = static_cast<std::int64_t>(features.size());
    const torch::Tensor proposed = functional::binary_cross_entropy_with_logits(
        torch::cat(scores, 1), torch::one_hot(labels, classes).to(torch::kFloat32),
        functional::BinaryCrossEntropyWithLogitsFuncOptions().pos_weight(positive_weights));  // mean over classes too
    const torch::Tensor logits = fused(features);
    const torch::Tensor named =
        functional::cross_entropy(logits, labels, functional::CrossEntropyFuncOptions().weight(class_weights));
    return {named + config.proposal_share * static_cast<double>(classes) * proposed, logits};
  }
};

}  // namespace

namespace catalog {

Method featref() {
  return neural::method<Featref>("features of each expression refined from shared ones of Dual-Inception",
                                 "Zhou, Mao, Huang, Zhang, Zhang, Pattern Recognition 122, 2022, arXiv:2101.04838");
}

}  // namespace catalog
}  // namespace merkit
