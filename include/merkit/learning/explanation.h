#pragma once

#include "merkit/core/prediction.h"
#include "merkit/core/weighted_region.h"
#include "merkit/motion/optical_flow.h"

#include <optional>
#include <string>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// A picture of what a recognizer made of a face: values of any range that lie over the whole crop, whatever their
/// number of rows and columns.
struct NamedMap {
  std::string name;  ///< "Grad-CAM", "occlusion", ...
  cv::Mat1f values;
};

/// Why a recognizer says what it says of one sample, as far as its method can tell; what it cannot is absent.
struct Explanation {
  Prediction prediction;              ///< that of Recognizer::recognize()
  std::optional<MotionField> motion;  ///< from onset to apex as the method itself finds it, of the crop's size and in
                                      ///< its pixels
  /// "Grad-CAM": what speaks for the predicted class in the last convolutional maps, 0..1 (Selvaraju et al., ICCV 2017,
  /// doi:10.1109/ICCV.2017.74); where a network has several streams, "Grad-CAM NAME" of each by itself too, on one
  /// scale. "occlusion": 0 where the onset has nothing to show for the apex, to 1. "patch attention": how much the
  /// patches of a transformer are looked at, on average.
  std::vector<NamedMap> maps;
  std::vector<WeightedRegion> regions;
};

}  // namespace merkit
