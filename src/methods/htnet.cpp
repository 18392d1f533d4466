// Crops around eyes and mouth corners of one motion image, tiled, then a pyramid of transformers over blocks of
// patches. Wang, Zhang, Luo, Sankaranarayana: HTNet for micro-expression recognition, Neurocomputing 602, 2024,
// arXiv:2307.14637.
//
// variant "faithful" is the authors' code, with dim 256 and blocks [2, 2, 10] 139,582,982 parameters for three classes
// (training: adam, 5e-5, batch_size 256, epochs 800, shuffle false). That code has one patch in each block, so each
// attention weight is exactly 1 and attention no more than a linear layer; it takes landmarks (x, y) for (row, column),
// so that the tiled picture has a side of the face in each row, eye left and mouth corner right; and it does not scale
// its input of 0..255. All that is kept. Landmarks are those of the aligned apex face, not a detector's on a picture
// of 28 x 28; where a sample has no faces, they are the constants that the authors' code has for faces not detected.
// variant "fixed" has patches of 2 pixels (of 28), blocks of 7 x 7 of them, two levels, eyes above mouth corners, and
// input of 0..1.
// In both, the position embedding of the last level changes nothing, since only layer norms over channels follow.
// Defaults are small enough to train without a GPU: dim 64 and blocks [1, 1, 2], or [1, 2] if fixed.

#include "merkit/core/error.h"
#include "merkit/learning/method.h"
#include "methods/method_list.h"
#include "neural/inputs/motion_input.h"
#include "neural/layers/transformer.h"
#include "neural/network.h"
#include "neural/recognition/neural_recognizer.h"
#include "neural/training/augmentation.h"

#include <algorithm>
#include <array>

namespace merkit {
namespace {

namespace nn = torch::nn;

struct HtnetConfig {
  std::string variant = "faithful";
  int dim = 64;
  int heads = 3;
  std::vector<int> blocks;
  MotionInputConfig input;
  neural::TrainingConfig training;

  HtnetConfig() {
    training.epochs = 200;
    training.batch_size = 64;
    training.learning_rate = 1e-4;
  }
};

const char* blocks_problem(const std::vector<int>& blocks) {
  if (blocks.size() > 4) return "must have at most four levels";
  const bool good = std::all_of(blocks.begin(), blocks.end(), [](int n) { return n >= 1 && n <= 64; });
  return good ? nullptr : "must hold numbers in 1..64";
}

template <class Visitor>
void fields(Visitor&& visit, HtnetConfig& c) {
  visit("variant", c.variant, "faithful (the authors' code: one patch a block) or fixed (attention among 49 patches)",
        [](const std::string& name) {
          return name == "faithful" || name == "fixed" ? nullptr : "must be faithful or fixed";
        });
  visit("dim", c.dim, "width of the first level, doubled at each next one; published: 256",
        [](int n) { return n >= 8 && n <= 1024 ? nullptr : "must be in 8..1024"; });
  visit("heads", c.heads, "attention heads of the first level, doubled at each next one",
        [](int n) { return n >= 1 && n <= 8 ? nullptr : "must be in 1..8"; });
  visit("blocks", c.blocks,
        "transformer blocks of each level; published: [2, 2, 10]; empty: [1, 1, 2], or [1, 2] if fixed",
        blocks_problem);
  visit("input", c.input, "the motion image");
  visit("training", c.training, "how it is trained");
}

/// Layer norm over the channels of [N, C, H, W].
struct ChannelNorm final : nn::Module {
  nn::LayerNorm norm{nullptr};

  explicit ChannelNorm(int channels) {
    norm = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({channels})));
  }

  torch::Tensor forward(const torch::Tensor& maps) {
    return norm->forward(maps.permute({0, 2, 3, 1})).permute({0, 3, 1, 2});
  }
};

/// Transformer blocks within each of several squares of tokens; all but the last level then halve and widen.
struct Level final : nn::Module {
  int squares;  ///< on a side
  torch::Tensor position;
  nn::ModuleList blocks;
  nn::Conv2d widen{nullptr};
  std::shared_ptr<ChannelNorm> norm;

  Level(int squares_on_a_side, int tokens, int depth, int heads, int width, bool last) : squares(squares_on_a_side) {
    position = register_parameter("position", torch::randn({tokens, 1}));
    neural::TransformerOptions options;
    options.width = width;
    options.heads = heads;
    options.qkv_bias = false;
    options.norm_epsilon = 1e-5;
    for (int i = 0; i < depth; ++i) blocks->push_back(neural::TransformerBlock(options));
    register_module("blocks", blocks);
    if (last) return;
    widen = register_module("widen", nn::Conv2d(nn::Conv2dOptions(width, 2 * width, 3).padding(1)));
    norm = register_module("norm", std::make_shared<ChannelNorm>(2 * width));
  }

  torch::Tensor forward(const torch::Tensor& maps) {
    const std::int64_t count = maps.size(0), width = maps.size(1), grid = maps.size(2), side = grid / squares;
    torch::Tensor tokens = maps.view({count, width, squares, side, squares, side})
                               .permute({0, 2, 4, 3, 5, 1})
                               .reshape({count * squares * squares, side * side, width}) +
                           position;
    for (const auto& block : *blocks) tokens = block->as<neural::TransformerBlock>()->forward(tokens);
    const torch::Tensor result = tokens.view({count, squares, squares, side, side, width})
                                     .permute({0, 5, 1, 3, 2, 4})
                                     .reshape({count, width, grid, grid});
    return widen ? torch::max_pool2d(norm->forward(widen->forward(result)), 3, /*stride=*/2, /*padding=*/1) : result;
  }
};

/// Left eye, right eye, left and right mouth corner, as seen in the picture; in shares of its width and height.
using Places = std::array<cv::Point2f, 4>;

/// What the authors' code takes where its detector finds no face, in pixels of 28.
constexpr float kUndetected[4][2] = {
    {9.528073F, 11.062551F}, {21.396168F, 10.919773F}, {10.255435F, 22.121233F}, {20.583706F, 22.25584F}};

Places places_of(const Sample& sample) {
  const AlignedFace* face = sample.face_at(sample.interval.apex_or_middle());
  Places places;
  if (!face || !face->success || face->image.empty()) {
    for (std::size_t i = 0; i < 4; ++i) places[i] = cv::Point2f(kUndetected[i][0], kUndetected[i][1]) / 28;
    return places;
  }
  const auto centre = [&](std::size_t first) {
    cv::Point2f sum;
    for (std::size_t i = first; i < first + 6; ++i) sum += face->landmarks[i];
    return sum / 6;
  };
  places = {centre(36), centre(42), face->landmarks[48], face->landmarks[54]};
  for (cv::Point2f& place : places)
    place = {place.x / static_cast<float>(face->image.cols), place.y / static_cast<float>(face->image.rows)};
  return places;
}

struct Htnet final : neural::Network {
  using Config = HtnetConfig;
  static constexpr const char* kMethod = "htnet";

  Config config;
  bool faithful;
  int patch;
  nn::Conv2d embedding{nullptr};
  nn::ModuleList levels;
  nn::LayerNorm norm{nullptr};
  nn::Linear classifier{nullptr};

  Htnet(const Config& given, int classes) : config(given), faithful(given.variant == "faithful") {
    if (config.blocks.empty()) config.blocks = faithful ? std::vector<int>{1, 1, 2} : std::vector<int>{1, 2};
    const int size = config.input.size, count = static_cast<int>(config.blocks.size()), squares = 1 << (count - 1);
    // Faithful: as many patches as there are squares at the first level, so one in each.
    patch = faithful ? size / squares : size / 14;
    const int grid = faithful ? squares : 14;
    if (size % 4 != 0 || patch < 1 || patch * grid != size || grid % squares != 0)
      throw ConfigError("htnet: input.size " + std::to_string(size) + " cannot be divided for the variant \"" +
                            config.variant + "\" with " + std::to_string(count) + " levels",
                        "use 28, with three levels of blocks if faithful, or with one or two if fixed");
    if (config.heads > config.dim)
      throw ConfigError("htnet: dim " + std::to_string(config.dim) + " is too small for " +
                        std::to_string(config.heads) + " heads");
    const auto channels = static_cast<int>(config.input.channels.size());
    embedding = register_module("embedding", nn::Conv2d(nn::Conv2dOptions(channels, config.dim, patch).stride(patch)));
    const int tokens = (grid / squares) * (grid / squares);
    for (int i = 0; i < count; ++i)
      levels->push_back(std::make_shared<Level>(squares >> i, tokens, config.blocks[static_cast<std::size_t>(i)],
                                                config.heads << i, config.dim << i, i == count - 1));
    register_module("levels", levels);
    const int width = config.dim << (count - 1);
    norm = register_module("norm", nn::LayerNorm(nn::LayerNormOptions({width})));
    classifier = register_module("classifier", nn::Linear(width, classes));
  }

  neural::Tensors encode(const Sample& sample) const override {
    const auto size = static_cast<float>(config.input.size);
    const torch::Tensor centres = torch::empty({4, 2});  // x, y
    const Places places = places_of(sample);
    for (std::int64_t i = 0; i < 4; ++i) {
      centres[i][0] = places[static_cast<std::size_t>(i)].x * size;
      centres[i][1] = places[static_cast<std::size_t>(i)].y * size;
    }
    return {neural::onset_apex_motion(sample, config.input), centres.clamp(size / 4, size - size / 4).floor()};
  }

  /// Crops follow the face when it is seen in a mirror; shifts move it under them.
  neural::Tensors augmented(const neural::Tensors& batch, const neural::AugmentationConfig& changes,
                            const at::Generator& generator) const override {
    neural::AugmentationConfig always, others = changes;
    always.mirror = 1;
    others.mirror = 0;
    const torch::Tensor other_side = batch[1].index_select(1, torch::tensor({1, 0, 3, 2}, batch[1].device()));
    const torch::Tensor centres =
        torch::stack({config.input.size - other_side.select(2, 0), other_side.select(2, 1)}, 2);
    const torch::Tensor chosen = torch::empty({batch[0].size(0), 1, 1, 1})
                                     .bernoulli_(changes.mirror, generator)
                                     .to(torch::kBool)
                                     .to(batch[0].device());
    const torch::Tensor images =
        torch::where(chosen, neural::augmented_motion(batch[0], config.input, always, generator), batch[0]);
    return {neural::augmented_motion(images, config.input, others, generator),
            torch::where(chosen.view({-1, 1, 1}), centres, batch[1])};
  }

  /// The quarter-sized squares around the four places of each image, as one image of the old size.
  torch::Tensor tiled(const torch::Tensor& images, const torch::Tensor& centres) const {
    const std::int64_t count = images.size(0), half = config.input.size / 2;
    const auto options = torch::TensorOptions(torch::kInt64).device(images.device());
    const torch::Tensor from_centre = torch::arange(half, options) - half / 2;
    // (x, y) for (row, column) is what the authors' code does.
    const torch::Tensor row = centres.select(2, faithful ? 0 : 1).to(torch::kInt64);
    const torch::Tensor column = centres.select(2, faithful ? 1 : 0).to(torch::kInt64);
    const torch::Tensor sample = torch::arange(count, options).view({count, 1, 1, 1});
    const torch::Tensor crops = images.permute({0, 2, 3, 1})
                                    .index({sample, (row.unsqueeze(2) + from_centre).unsqueeze(3),
                                            (column.unsqueeze(2) + from_centre).unsqueeze(2)});
    return crops.view({count, 2, 2, half, half, images.size(1)}).permute({0, 5, 1, 3, 2, 4}).reshape(images.sizes());
  }

  torch::Tensor forward(const neural::Tensors& batch) override {
    const bool scaled = !faithful && config.input.scaling == "minmax";
    torch::Tensor maps = tiled(scaled ? batch[0] / 255 : batch[0], batch[1]);
    maps = embedding->forward(maps);  // [N, 64, 4, 4], or [N, 64, 14, 14]
    for (const auto& level : *levels) maps = level->as<Level>()->forward(maps);
    return classifier->forward(norm->forward(maps.permute({0, 2, 3, 1})).mean({1, 2}));
  }
};

}  // namespace

namespace catalog {

Method htnet() {
  return neural::method<Htnet>("hierarchical transformer on crops of the motion image around eyes and mouth",
                               "Wang, Zhang, Luo, Sankaranarayana, Neurocomputing 602, 2024, arXiv:2307.14637");
}

}  // namespace catalog
}  // namespace merkit
