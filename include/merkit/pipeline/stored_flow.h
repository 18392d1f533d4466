#pragma once

#include "merkit/motion/optical_flow.h"
#include "merkit/pipeline/cache.h"

#include <opencv2/core/mat.hpp>

namespace merkit {

/// optical_flow() through the cache; `cache` may be null.
MotionField stored_flow(const cv::Mat& from, const cv::Mat& to, const FlowConfig& config, const Cache* cache);

}  // namespace merkit
