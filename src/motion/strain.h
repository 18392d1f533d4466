#pragma once

#include "merkit/motion/optical_flow.h"

namespace merkit {

/// optical_strain of columns begin..end-1 of one row, into `strain` (end - begin values): for those who need it in a
/// few places only. `motion.u` and `motion.v` must be of one size that holds these pixels.
void optical_strain_in_row(const MotionField& motion, int row, int begin, int end, float* strain);

}  // namespace merkit
