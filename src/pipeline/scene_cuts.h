#pragma once

#include <deque>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// Tells where a recording was cut: another scene, or a jump within the same one, which a face may well survive. Looks
/// at the whole picture, small and with brightness and contrast evened out, so that flashes and dimmed light are no
/// cuts.
class SceneCuts {
 public:
  /// Whether `picture` (CV_8UC3) begins a new shot. Pictures come in order, all of one size; the first begins none.
  bool is_cut(const cv::Mat& picture, double time_s);

 private:
  struct Change {
    double time_s, size;
  };
  cv::Mat1f last_;
  std::deque<Change> recent_;  ///< of the last half second
};

}  // namespace merkit
