#pragma once

#include "merkit/core/aligned_face.h"

#include <filesystem>
#include <memory>
#include <vector>

namespace merkit {

/// One face found in a picture, in pixels of that picture.
struct DetectedFace {
  cv::Rect2d box;
  double confidence = 0;  ///< HOG detector score; above 0, typically up to 3
  Landmarks landmarks{};
};

struct DetectionConfig {
  double scale = 0.5;      ///< pictures are searched at this scale first, in (0, 1]
  bool full_scale = true;  ///< search at full scale when nothing was found
  bool upsample = true;    ///< and at double scale when still nothing was found (faces below 80 px)
};

template <class Visitor>
void fields(Visitor&& visit, DetectionConfig& c) {
  visit("scale", c.scale, "scale of the first search, in (0, 1]",
        [](double s) { return s > 0 && s <= 1 ? nullptr : "must be in (0, 1]"; });
  visit("full_scale", c.full_scale, "search at full scale when nothing is found");
  visit("upsample", c.upsample, "search at double scale when still nothing is found (faces below 80 px)");
}

/// dlib's HOG frontal face detector and its 68-point shape predictor.
///
/// At first use both are put into forms that load within milliseconds, in $XDG_CACHE_HOME/merkit, else ~/.cache/merkit
/// (66 MB); where that cannot be written, loading takes about a second each time. Landmarks are those of dlib before it
/// rounds them to whole pixels. Share one object: all members may be called from many threads.
class FaceModel {
 public:
  /// Throws ModelError when the file is missing or is no shape predictor with 68 points.
  explicit FaceModel(const std::filesystem::path& predictor_file);
  ~FaceModel();

  /// The predictor where it usually lies: $MERKIT_LANDMARKS, Debian's libdlib-data, /usr/local/share/dlib,
  /// $XDG_DATA_HOME/merkit/models, ... Throws ModelError listing every place searched and the package to install.
  static std::filesystem::path find_predictor();

  /// Every face, largest box first.
  std::vector<DetectedFace> detect(const cv::Mat& bgr, const DetectionConfig& config = {}) const;

  /// Landmarks in a known box.
  Landmarks landmarks(const cv::Mat& bgr, const cv::Rect2d& box) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace merkit
