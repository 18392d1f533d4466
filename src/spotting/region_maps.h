#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/core/sample.h"
#include "merkit/motion/optical_flow.h"

#include <array>
#include <memory>
#include <string>

#include <opencv2/core/mat.hpp>

namespace merkit::spotting {

/// Width and height of the maps that small spotting networks read.
constexpr int kMapSide = 42;

struct RegionMapConfig {
  std::string regions = "brows_and_mouth";
  double reference_s = 2;
  FlowConfig flow;

  RegionMapConfig() { flow.method = "dis"; }
};

/// What is wrong with the name of a choice of regions, or null.
const char* regions_problem(const std::string& name);

template <class Visitor>
void fields(Visitor&& visit, RegionMapConfig& c) {
  visit("regions", c.regions, "brows_and_mouth (two strips, one above the other) or face (from brows to chin)",
        regions_problem);
  visit("reference_s", c.reference_s, "seconds after which a new reference frame is taken",
        [](double s) { return s > 0 ? nullptr : "must be positive"; });
  visit("flow", c.flow, "optical flow");
}

/// A part of the maps, rows `top` to `bottom` - 1, that shows one upright rectangle of the crop.
struct MapStrip {
  int top = 0, bottom = kMapSide;
  cv::Rect2f shown;
  /// Pixels of a crop 140 wide from one place of the maps to the next: right and down.
  cv::Point2f spacing{1, 1};
};

/// One or two strips that fill the maps.
struct MapLayout {
  std::array<MapStrip, 2> strips;
  int count = 1;
};

/// How the skin stands against where the run of frames began: in pixels of a crop 140 wide, (u, v), half floats
/// (CV_16FC2), kMapSide x kMapSide. Nothing moves where the eyes are.
struct MapFrame {
  int number = 0;
  double time_s = 0;
  bool valid = false;  ///< there was a face; else the rest is empty
  int segment = 0;
  cv::Mat displacement;
  std::shared_ptr<const MapLayout> layout;
};

/// Measures displacement maps frame by frame: flow from a reference frame, which is replaced by a newer one after a
/// while, less what a robust fit takes for the head's own motion (see DisplacementTracker).
class MapTracker {
 public:
  explicit MapTracker(const RegionMapConfig& config);
  ~MapTracker();
  MapFrame measure(const AlignedFace& face);

 private:
  struct Reference;
  void refer_to(const AlignedFace& face, const cv::Mat& grey, const cv::Mat2f& standing);

  RegionMapConfig config_;
  std::unique_ptr<OpticalFlow> flow_;
  std::unique_ptr<Reference> reference_;
};

/// The same between a sample's onset and apex. Throws what sample_flow() throws.
MapFrame onset_apex_maps(const Sample& sample, const RegionMapConfig& config);

/// Strain of displacement maps (CV_32FC2), from differences within a strip: change of displacement a pixel.
cv::Mat1f map_strain(const cv::Mat2f& displacement, const MapLayout& layout);

}  // namespace merkit::spotting
