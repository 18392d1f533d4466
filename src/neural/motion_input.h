#pragma once

#include "motion/sample_motion.h"

#include <torch/torch.h>

namespace merkit::neural {

/// sample_motion() as a tensor of its own: [channels, size, size], float. Throws what that throws.
torch::Tensor onset_apex_motion(const Sample& sample, const MotionInputConfig& config);

}  // namespace merkit::neural
