#pragma once

#include <memory>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// One face as the detector sees it: a square of whole pixels of the picture searched.
struct FoundBox {
  cv::Rect box;
  double confidence = 0;
};

/// dlib's HOG detector of frontal faces, at least 80 pixels wide (Dalal and Triggs, CVPR 2005, in five poses).
///
/// dlib carries it as compressed text, which takes some 0.3 s to unpack; here it is unpacked once and kept in the cache
/// ($XDG_CACHE_HOME/merkit), from where it loads in a few milliseconds. Safe to call from many threads: a detector
/// holds a feature pyramid, so every search borrows one of its own.
class FrontalDetector {
 public:
  FrontalDetector();
  ~FrontalDetector();

  std::vector<FoundBox> search(const cv::Mat1b& grey) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace merkit
