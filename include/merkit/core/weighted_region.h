#pragma once

#include <opencv2/core/types.hpp>

namespace merkit {

/// How much a part of the crop counts.
struct WeightedRegion {
  cv::Rect2f box;     ///< in shares of the crop's width and height
  double weight = 0;  ///< 0..1; those of all regions need not sum to 1
};

}  // namespace merkit
