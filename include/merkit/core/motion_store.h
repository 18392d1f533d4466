#pragma once

#include <functional>
#include <string>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// Keeps dense motion between two pictures, so that it is computed once and not in every run. Safe to use from many
/// threads.
class MotionStore {
 public:
  /// Displacement to the right and downwards in pixels, both CV_32FC1 of the pictures' size.
  struct Maps {
    cv::Mat u, v;
  };

  virtual ~MotionStore() = default;

  /// What `compute` gives for the pixels of `from` and `to`, or gave for equal ones under equal `settings` before: the
  /// same values to the bit. `settings` must name everything else that the motion depends on. What `compute` throws
  /// passes through; a store that cannot keep something is no error.
  virtual Maps motion(const cv::Mat& from, const cv::Mat& to, const std::string& settings,
                      const std::function<Maps()>& compute) const = 0;
};

}  // namespace merkit
