// Motion from the difference of two faces, attention handed on from block to block, and a transformer that says where.
// Li, Sui, Zhu, Zhao: MMNet: Muscle motion-guided network for micro-expression recognition, IJCAI 2022,
// arXiv:2201.05297.
//
// The published network is input.size 224, width 128 (training: adamw, learning_rate 8e-4, weight_decay 0.7, batch_size
// 24, epochs 99, schedule exponential, factor 0.987, until 50). The defaults are half of both, with a decay of 0.1,
// because the linear layer at the end, which needs it, is an eighth. Departures from the authors' code: as many
// classes as there are (it has five outputs for three); no jitter of the frames shown and no rotation, and shifts
// repeat the border; faces are the aligned crops. Its unused layers are left out.

#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "motion/sample_faces.h"
#include "neural/layers/transformer.h"
#include "neural/network.h"
#include "neural/recognition/neural_recognizer.h"
#include "neural/training/augmentation.h"

#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

namespace nn = torch::nn;

struct FaceInputConfig {
  int size = 112;
};

template <class Visitor>
void fields(Visitor&& visit, FaceInputConfig& c) {
  visit("size", c.size, "width and height of the faces in pixels; published: 224",
        [](int n) { return n >= 16 && n <= 512 ? nullptr : "must be in 16..512"; });
}

struct MmnetConfig {
  int width = 64;
  int position_blocks = 3;
  double drop_path = 0.3;
  FaceInputConfig input;
  neural::TrainingConfig training;

  MmnetConfig() {
    training.optimizer = "adamw";
    training.epochs = 40;
    training.batch_size = 24;
    training.learning_rate = 8e-4;
    training.weight_decay = 0.1;
    training.schedule.kind = "exponential";
    training.schedule.factor = 0.987;
    training.schedule.until = 50;
    training.augmentation.mirror = 0.5;
    training.augmentation.shift_px = 2;
  }
};

template <class Visitor>
void fields(Visitor&& visit, MmnetConfig& c) {
  visit("width", c.width, "channels of the first attention block, from which all others follow; published: 128",
        [](int n) { return n >= 4 && n <= 512 ? nullptr : "must be in 4..512"; });
  visit("position_blocks", c.position_blocks, "transformer blocks of the position branch",
        [](int n) { return n >= 1 && n <= 24 ? nullptr : "must be in 1..24"; });
  visit("drop_path", c.drop_path, "chance that training leaves out a branch of the last transformer block",
        [](double p) { return p >= 0 && p < 1 ? nullptr : "must be in [0, 1)"; });
  visit("input", c.input, "the faces at onset and apex");
  visit("training", c.training, "how it is trained");
}

/// Convolution without bias, batch normalisation; `size` 1 or 3. Weights are drawn as for ResNet.
nn::Sequential normed_conv(int from, int to, int size, int stride) {
  nn::Conv2d conv(nn::Conv2dOptions(from, to, size).stride(stride).padding(size / 2).bias(false));
  nn::init::kaiming_normal_(conv->weight, 0, torch::kFanOut, torch::kReLU);
  return nn::Sequential(conv, nn::BatchNorm2d(to));
}

/// What a block gives to the next one.
struct Attended {
  torch::Tensor maps;       ///< [N, channels, H, W]
  torch::Tensor attention;  ///< [N, 1, H, W], in (0, 1)
};

/// A residual block whose attention to places builds upon that of the block before (continuous attention).
struct AttentionBlock final : nn::Module {
  nn::Sequential first{nullptr}, second{nullptr}, shortcut{nullptr}, attention{nullptr};

  AttentionBlock(int from, int to, int stride) {
    first = register_module("first", normed_conv(from, to, 3, stride));
    second = register_module("second", normed_conv(to, to, 1, 1));
    if (stride != 1 || from != to) shortcut = register_module("shortcut", normed_conv(from, to, 1, stride));
    attention = register_module("attention", normed_conv(2, 1, 1, 1));
  }

  Attended forward(const Attended& given) {
    const torch::Tensor passed = shortcut ? shortcut->forward(given.maps) : given.maps;
    const torch::Tensor maps = torch::relu(second->forward(torch::relu(first->forward(given.maps))) + passed);
    torch::Tensor places = torch::sigmoid(
        attention->forward(torch::cat({maps.mean(1, /*keepdim=*/true), maps.amax(1, /*keepdim=*/true)}, 1)));
    if (given.attention.defined()) places = places * torch::max_pool2d(given.attention, 3, /*stride=*/2, /*padding=*/1);
    return {maps * places, places};
  }
};

/// What is where in a face: its pixels at a low resolution, related to each other.
struct PositionBranch final : nn::Module {
  int grid, width;
  nn::Linear embedding{nullptr};
  torch::Tensor position;
  nn::ModuleList blocks;
  nn::LayerNorm norm{nullptr};

  PositionBranch(int grid_side, int token_width, const MmnetConfig& config) : grid(grid_side), width(token_width) {
    embedding = register_module("embedding", nn::Linear(3, width));
    position = register_parameter("position", torch::randn({grid * grid, width}) * 0.02);
    neural::TransformerOptions options;
    options.width = width;
    options.mlp_ratio = 2;
    for (int i = 0; i < config.position_blocks; ++i) {
      options.drop_path = config.position_blocks > 1 ? config.drop_path * i / (config.position_blocks - 1) : 0;
      blocks->push_back(neural::TransformerBlock(options));
    }
    register_module("blocks", blocks);
    norm = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({width}).eps(options.norm_epsilon)));
    for (const auto& module : modules(/*include_self=*/false))
      if (auto* linear = module->as<nn::Linear>()) {
        nn::init::normal_(linear->weight, 0, 0.02);
        if (linear->bias.defined()) nn::init::zeros_(linear->bias);
      }
  }

  torch::Tensor forward(const torch::Tensor& face) {
    namespace functional = nn::functional;
    const torch::Tensor pixels = functional::interpolate(face, functional::InterpolateFuncOptions()
                                                                   .size(std::vector<std::int64_t>{grid, grid})
                                                                   .mode(torch::kBilinear)
                                                                   .align_corners(false));
    torch::Tensor tokens = embedding->forward(pixels.flatten(2).transpose(1, 2)) + position;
    for (const auto& block : *blocks) tokens = block->as<neural::TransformerBlock>()->forward(tokens);
    return norm->forward(tokens).transpose(1, 2).reshape({face.size(0), width, grid, grid});
  }
};

/// RGB, scaled as networks for ImageNet expect it: [3, size, size].
torch::Tensor face_tensor(const cv::Mat& image, int size) {
  cv::Mat resized, rgb;
  cv::resize(image, resized, {size, size}, 0, 0, image.cols > size ? cv::INTER_AREA : cv::INTER_LINEAR);
  cv::cvtColor(resized, rgb, cv::COLOR_BGR2RGB);
  rgb.convertTo(rgb, CV_32FC3, 1.0 / 255);
  const torch::Tensor mean = torch::tensor({0.485F, 0.456F, 0.406F}),
                      deviation = torch::tensor({0.229F, 0.224F, 0.225F});
  return ((torch::from_blob(rgb.data, {size, size, 3}) - mean) / deviation).permute({2, 0, 1}).contiguous();
}

/// Side of the maps after five convolutions, four of which halve it, rounding up.
int grid_of(int size) {
  for (int i = 0; i < 4; ++i) size = (size + 1) / 2;
  return size;
}

struct Mmnet final : neural::Network {
  using Config = MmnetConfig;
  static constexpr const char* kMethod = "mmnet";

  Config config;
  nn::Sequential difference{nullptr}, first{nullptr};
  nn::ModuleList blocks;
  std::shared_ptr<PositionBranch> position;
  nn::Linear classifier{nullptr};

  Mmnet(const Config& given, int classes) : config(given) {
    const int width = config.width, wide = width * 45 / 32;  // 180 for 128
    difference = register_module("difference", normed_conv(3, wide, 3, 2));
    first = register_module("first", normed_conv(wide, width, 3, 1));
    blocks->push_back(std::make_shared<AttentionBlock>(width, width, 1));
    blocks->push_back(std::make_shared<AttentionBlock>(width, width, 2));
    blocks->push_back(std::make_shared<AttentionBlock>(width, 2 * width, 2));
    blocks->push_back(std::make_shared<AttentionBlock>(2 * width, 4 * width, 2));
    register_module("blocks", blocks);
    const int grid = grid_of(config.input.size);
    position = register_module("position", std::make_shared<PositionBranch>(grid, 4 * width, config));
    classifier = register_module("classifier", nn::Linear(4 * width * grid * grid, classes));
  }

  std::string input_kind() const override { return "onset_apex_faces"; }

  neural::Tensors encode(const Sample& sample) const override {
    const auto& [onset, apex] = onset_and_apex_faces(sample);
    return {face_tensor(onset.image, config.input.size), face_tensor(apex.image, config.input.size)};
  }

  /// The same changes for both faces of a sample.
  neural::Tensors augmented(const neural::Tensors& batch, const neural::AugmentationConfig& changes,
                            const at::Generator& generator) const override {
    MotionInputConfig signed_values;  // of which none is a displacement to the right, so that mirroring negates nothing
    signed_values.channels.clear();
    signed_values.scaling = "fixed";
    const torch::Tensor both = neural::augmented_motion(torch::cat(batch, 1), signed_values, changes, generator);
    return {both.narrow(1, 0, 3), both.narrow(1, 3, 3)};
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    Attended state;
    state.maps = torch::relu(difference->forward(batch[1] - batch[0]));  // [N, 90, 56, 56]
    state.maps = torch::relu(first->forward(state.maps));                // [N, 64, 56, 56]
    for (const auto& block : *blocks) state = block->as<AttentionBlock>()->forward(state);
    observe(neural::kLastMaps, state.maps);
    return classifier->forward((state.maps + position->forward(batch[0])).flatten(1));  // of [N, 256, 7, 7]
  }
};

}  // namespace

namespace catalog {

Method mmnet() {
  return neural::method<Mmnet>("attention to where faces at onset and apex differ, with a transformer for positions",
                               "Li, Sui, Zhu, Zhao, IJCAI 2022, arXiv:2201.05297");
}

}  // namespace catalog
}  // namespace merkit
