#pragma once

#include "motion/sample_motion.h"
#include "neural/training/training_config.h"

#include <torch/torch.h>

namespace merkit::neural {

/// Motion images [N, channels, H, W] as `input` describes them, changed at random: mirrored (u changes its sign),
/// shifted (what comes in at the border repeats it), as motion of another size (a factor in 1 / (1 + scale) to 1 +
/// scale, uniform in its logarithm; not where maps are min-max scaled), and with noise. Each sample by itself; the same
/// generator state gives the same changes.
torch::Tensor augmented_motion(const torch::Tensor& images, const MotionInputConfig& input,
                               const AugmentationConfig& config, const at::Generator& generator);

}  // namespace merkit::neural
