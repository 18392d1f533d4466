#pragma once

#include "merkit/core/sample.h"
#include "merkit/motion/optical_flow.h"

#include <torch/torch.h>

namespace merkit::neural {

/// Optical flow from onset to apex in the form of learned motion: [2, size, size], in pixels of faces of that size.
/// Throws what sample_flow() throws.
torch::Tensor flow_maps(const Sample& sample, const FlowConfig& flow, int size);

/// Motion [N, 2, H, W] without its mean, which tells of the head, and relative to its size in each sample: divided by
/// its root mean square, to which a twentieth of a pixel is added in squares, so that rest stays rest.
torch::Tensor relative_motion(const torch::Tensor& motion);

/// Parts of maps [N, C, H, W], each `size` x `size`, bilinear: [N, parts, C, size, size] for boxes [N, parts, 4] (x0,
/// y0, x1, y1 in shares of width and height). Beyond the border its nearest value. Differentiable in the maps.
torch::Tensor cut_out(const torch::Tensor& maps, const torch::Tensor& boxes, std::int64_t size);

/// Pairs of faces [N, 2, 3, H, W], or motion [N, 2, H, W], seen in a mirror.
torch::Tensor mirrored_faces_or_motion(const torch::Tensor& given);

}  // namespace merkit::neural
