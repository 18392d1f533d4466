#pragma once

#include "merkit/learning/explanation.h"
#include "neural/network.h"

#include <string>
#include <utility>
#include <vector>

#include <torch/torch.h>

namespace merkit::neural {

/// Values by the names that they were observed under, in that order.
using ObservedValues = std::vector<std::pair<std::string, torch::Tensor>>;

/// Grad-CAM of `score` (scalar) over maps [1, C, h, w] that it was computed from: each channel weighs as much as the
/// mean gradient of the score at its places, and of the weighted sum what is positive counts. Scaled to 0..1; all 0
/// where nothing speaks for the score. Maps that no gradient reaches are left out.
///
/// Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra: Grad-CAM, ICCV 2017, doi:10.1109/ICCV.2017.74. For several
/// streams their sum comes first, which is Grad-CAM of all channels together, then each alone, all of these by the same
/// scale; `maps` holds their names behind kLastMaps.
std::vector<NamedMap> grad_cam(const ObservedValues& maps, const torch::Tensor& score);

/// What a network in evaluation mode computes on the way to its score of `label`, for one sample: all of Explanation
/// but the prediction. Networks let be observed, of N samples:
///
///     kLastMaps...        [N, C, h, w]                  the last maps with a place on the face
///     "motion"            [N, 2, h, w]                  learned, from onset to apex, in pixels of these maps
///     "occlusion"         [N, 1, h, w]                  0 where the onset has nothing to show for the apex, to 1
///     "region attention"  [N, regions]                  with
///     "region boxes"      [N, regions, 4]               x0, y0, x1, y1 in shares of the crop
///     "patch attention"   [N, heads, tokens, tokens]    a square of patches, row by row, after a class token or none
///
/// `inputs` is what encode() gives, batched, on the network's device; `crop` is the size of the
/// faces. Sets the network's probe and removes it.
Explanation explained(Network& network, const Tensors& inputs, int label, cv::Size crop);

}  // namespace merkit::neural
