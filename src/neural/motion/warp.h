#pragma once

#include <torch/torch.h>

namespace merkit::neural {

/// Displacements are [N, 2, H, W] in pixels: channel 0 to the right (u), channel 1 downwards (v). Pixel (x, y) has its
/// centre at exactly (x, y), so that the corners of a picture are the centres of its corner pixels (what LibTorch calls
/// align_corners = true).

/// Coordinates of each pixel: [1, 2, height, width], x then y.
torch::Tensor pixel_grid(std::int64_t height, std::int64_t width, const torch::TensorOptions& options);

/// Backward warp: result(z) = maps(z + displacement(z)), bilinear; beyond the border its nearest value. Differentiable
/// in both. `maps` is [N, C, H, W].
torch::Tensor warped(const torch::Tensor& maps, const torch::Tensor& displacement);

/// Maps at another size, by the same convention (the corners stay where they are).
torch::Tensor resized(const torch::Tensor& maps, std::int64_t height, std::int64_t width);

/// A displacement at another size, in pixels of that size.
torch::Tensor resized_displacement(const torch::Tensor& displacement, std::int64_t height, std::int64_t width);

/// Seen in a mirror: left and right exchanged, u negated.
torch::Tensor mirrored_displacement(const torch::Tensor& displacement);

/// Smooth displacements for training: values at the nodes of a grid of `cells` x `cells`, uniform in -amplitude_px to
/// amplitude_px, each sample with a share of the amplitude of its own, interpolated in between. With `fine_cells` those
/// of a second grid are added in some places, as the skin around eyes and mouth moves in small parts. [count, 2,
/// height, width].
torch::Tensor random_displacement(std::int64_t count, std::int64_t height, std::int64_t width, double amplitude_px,
                                  int cells, const at::Generator& generator, int fine_cells = 0);

}  // namespace merkit::neural
