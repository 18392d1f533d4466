#pragma once

#include "neural/layers/transformer.h"

#include <torch/torch.h>

namespace merkit::neural {

/// Sizes of a HalfFaceTransformer. `width`, `heads`, `mlp_ratio`, `dropout` and `drop_path` of blocks are as in
/// TransformerOptions; `drop_path` is that of the last block, from 0 in the first.
struct HalfFaceOptions {
  int channels = 3;
  int size = 64;  ///< width and height of the maps; half of it is a multiple of `patch`
  int patch = 8;
  int depth = 3;
  bool sides_differ = true;  ///< whether tokens tell from which half they come
  TransformerOptions block;
};

/// What a HalfFaceTransformer makes of maps. Patches of both halves run from the outer edge of the face inwards, row by
/// row, so that equal indices are mirrored places.
struct HalfFaces {
  torch::Tensor global, left, right;          ///< [N, width], of the class tokens
  torch::Tensor left_patches, right_patches;  ///< [N, patches, width]
};

/// The SCViT of SelfME without its heads: the left half of a face and the right one, mirrored, become patches by the
/// same embedding with the same positions; a vision transformer relates all of them, a class token for each half, and
/// one for the face. Where sides do not differ, a mirrored face gives the same `global`, and `left` and `right`
/// exchanged.
class HalfFaceTransformerImpl final : public torch::nn::Module {
 public:
  explicit HalfFaceTransformerImpl(const HalfFaceOptions& options);

  /// Maps [N, channels, size, size] and what they are in a mirror: the left half is taken of each.
  HalfFaces forward(const torch::Tensor& maps, const torch::Tensor& mirrored);

  /// Attention of the last block from and to the global class token and all patches, those in order of the picture, row
  /// by row: [N, heads, 1 + 2 patches, 1 + 2 patches]. Rows lack what goes to the class tokens of halves.
  torch::Tensor attention_weights(const torch::Tensor& maps, const torch::Tensor& mirrored);

  /// Of one half.
  int patches() const { return rows_ * columns_; }

 private:
  torch::Tensor tokens_of_half(const torch::Tensor& maps, int half);
  /// What the last `left_out` blocks have not yet seen.
  torch::Tensor tokens_before(const torch::Tensor& maps, const torch::Tensor& mirrored, std::size_t left_out);

  int rows_, columns_;  ///< of patches in one half
  torch::nn::Conv2d embedding_{nullptr};
  torch::Tensor position_, global_class_, half_class_, half_;
  Dropout dropout_{nullptr};
  torch::nn::ModuleList blocks_;
  torch::nn::LayerNorm norm_{nullptr};
};
TORCH_MODULE(HalfFaceTransformer);

/// How badly patches of one half find their mirrored place among all of the other half, and the other way round: mean
/// cross-entropies of cosine similarity over temperature. Both are [N, patches, width]; scalar, mean over the batch.
///
///     -1/(2P) sum_i [ log exp(l_i.r_i / t) / sum_j exp(l_i.r_j / t) + log exp(r_i.l_i / t) / sum_j exp(r_i.l_j / t) ]
torch::Tensor symmetric_contrast(const torch::Tensor& left, const torch::Tensor& right, double temperature);

}  // namespace merkit::neural
