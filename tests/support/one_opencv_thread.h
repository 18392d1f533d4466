#pragma once

#include <opencv2/core/utility.hpp>

namespace merkit::testing {

/// As the program does before anything else: OpenCV's own threads are not used.
inline const bool one_opencv_thread = [] {
  cv::setNumThreads(1);
  return true;
}();

}  // namespace merkit::testing
