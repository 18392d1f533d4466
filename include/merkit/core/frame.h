#pragma once

#include <string>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// One decoded picture of a clip. `image` is 8-bit BGR and shared: treat the pixels as read-only.
struct Frame {
  int number = 0;           ///< frame number of the source: in the file name, or 0-based decode order for videos
  double time_s = 0;        ///< seconds from the first frame, from container timestamps where there are any
  cv::Mat image;            ///< CV_8UC3, BGR
  std::string source_file;  ///< file the pixels came from
};

}  // namespace merkit
