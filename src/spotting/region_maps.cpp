#include "spotting/region_maps.h"

#include "merkit/core/error.h"
#include "motion/sample_faces.h"
#include "motion/sample_motion.h"
#include "spotting/face_regions.h"
#include "spotting/head_motion.h"

#include <algorithm>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit::spotting {
namespace {

/// 12 pixels of a face 128 wide, whose eyes are some 55 apart.
constexpr double kMargin = 0.22;

MapStrip strip_of(int top, int bottom, float left, float right, float above, float below, double scale) {
  MapStrip strip;
  strip.top = top;
  strip.bottom = bottom;
  strip.shown = {left, above, std::max(1.f, right - left), std::max(1.f, below - above)};
  strip.spacing = {static_cast<float>(scale) * strip.shown.width / kMapSide,
                   static_cast<float>(scale) * strip.shown.height / static_cast<float>(bottom - top)};
  return strip;
}

MapLayout layout_of(const AlignedFace& face, const std::string& regions, double scale) {
  const Landmarks& p = face.landmarks;
  const cv::Point2f left_eye = (p[36] + p[39]) / 2, right_eye = (p[42] + p[45]) / 2;
  const auto eye_distance = static_cast<float>(cv::norm(left_eye - right_eye));
  const float margin = static_cast<float>(kMargin) * eye_distance;
  const float brows = std::min(p[19].y, p[24].y) - margin;
  MapLayout layout;
  if (regions == "face") {
    layout.strips[0] = strip_of(0, kMapSide, p[17].x - margin, p[26].x + margin, brows, p[8].y, scale);
    return layout;
  }
  layout.count = 2;
  layout.strips[0] =
      strip_of(0, kMapSide / 2, p[17].x - margin, p[26].x + margin, brows, std::max(p[41].y, p[46].y) + margin, scale);
  layout.strips[1] =
      strip_of(kMapSide / 2, kMapSide, p[60].x - margin, p[64].x + margin, p[50].y - margin, p[57].y + margin, scale);
  return layout;
}

/// Where each place of the maps lies in the crop.
cv::Mat2f places_of(const MapLayout& layout) {
  cv::Mat2f places(kMapSide, kMapSide);
  for (int s = 0; s < layout.count; ++s) {
    const MapStrip& strip = layout.strips[s];
    const float down = strip.shown.height / static_cast<float>(strip.bottom - strip.top);
    const float right = strip.shown.width / kMapSide;
    for (int row = strip.top; row < strip.bottom; ++row)
      for (int column = 0; column < kMapSide; ++column)
        places(row, column) = {strip.shown.x + right * (static_cast<float>(column) + 0.5f) - 0.5f,
                               strip.shown.y + down * (static_cast<float>(row - strip.top) + 0.5f) - 0.5f};
  }
  return places;
}

cv::Mat1b eye_mask(const FaceRegions& regions, cv::Size size) {
  cv::Mat1b mask(size, static_cast<uchar>(0));
  for (const Region& eye : regions.eyes)
    for (const auto& run : eye.runs) mask.row(run.row).colRange(run.begin, run.end).setTo(255);
  return mask;
}

void to_grey(const cv::Mat& image, cv::Mat& grey) {
  if (image.channels() == 1)
    image.copyTo(grey);
  else
    cv::cvtColor(image, grey, cv::COLOR_BGR2GRAY);
}

/// How a flow field in a pose becomes maps.
class MapCutter {
 public:
  MapCutter(const AlignedFace& face, const std::string& regions) : regions_(face_regions(face)) {
    layout_ = std::make_shared<MapLayout>(layout_of(face, regions, regions_.scale));
    places_ = places_of(*layout_);
    cv::remap(eye_mask(regions_, face.image.size()), eyes_, places_, cv::noArray(), cv::INTER_NEAREST,
              cv::BORDER_CONSTANT);
    head_motion_ = HeadMotionFit(regions_.rigid);
  }

  cv::Mat2f operator()(const MotionField& motion) {
    const HeadMotion head = head_motion_(motion);
    cv::Mat1f u, v;
    cv::remap(motion.u, u, places_, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    cv::remap(motion.v, v, places_, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    cv::Mat2f maps(kMapSide, kMapSide, cv::Vec2f(0, 0));
    const auto scale = static_cast<float>(regions_.scale);
    for (int row = 0; row < kMapSide; ++row)
      for (int column = 0; column < kMapSide; ++column) {
        if (eyes_(row, column)) continue;
        const cv::Point2f place(places_(row, column));
        const cv::Point2f rigid(head.at(place));
        maps(row, column) = {scale * (u(row, column) - rigid.x), scale * (v(row, column) - rigid.y)};
      }
    return maps;
  }

  std::shared_ptr<const MapLayout> layout() const { return layout_; }

 private:
  FaceRegions regions_;
  std::shared_ptr<const MapLayout> layout_;
  cv::Mat2f places_;
  cv::Mat1b eyes_;
  HeadMotionFit head_motion_{{}};
};

MapFrame frame_of(const AlignedFace& face) {
  MapFrame frame;
  frame.number = face.number;
  frame.time_s = face.time_s;
  frame.valid = face.success && !face.image.empty();
  frame.segment = face.segment;
  return frame;
}

}  // namespace

const char* regions_problem(const std::string& name) {
  return name == "brows_and_mouth" || name == "face" ? nullptr : "must be brows_and_mouth or face";
}

/// The frame that displacements are measured from.
struct MapTracker::Reference {
  cv::Mat grey;
  double time_s = 0;
  int segment = 0;
  MapCutter cut;
  cv::Mat2f standing;
};

MapTracker::MapTracker(const RegionMapConfig& config) : config_(config), flow_(make_optical_flow(config.flow)) {}

MapTracker::~MapTracker() = default;

void MapTracker::refer_to(const AlignedFace& face, const cv::Mat& grey, const cv::Mat2f& standing) {
  reference_.reset(new Reference{grey, face.time_s, face.segment, MapCutter(face, config_.regions), standing});
}

MapFrame MapTracker::measure(const AlignedFace& face) {
  MapFrame frame = frame_of(face);
  if (!frame.valid) return frame;
  cv::Mat grey;
  to_grey(face.image, grey);
  cv::Mat2f displacement(kMapSide, kMapSide, cv::Vec2f(0, 0));
  const bool same_pose = reference_ && reference_->segment == face.segment && reference_->grey.size() == grey.size();
  if (same_pose) displacement = reference_->standing + reference_->cut((*flow_)(reference_->grey, grey));
  if (!same_pose || face.time_s - reference_->time_s >= config_.reference_s) refer_to(face, grey, displacement);
  displacement.convertTo(frame.displacement, CV_16F);
  frame.layout = reference_->cut.layout();
  return frame;
}

MapFrame onset_apex_maps(const Sample& sample, const RegionMapConfig& config) {
  const MotionField motion = sample_flow(sample, config.flow);
  const AlignedFace& onset = onset_and_apex_faces(sample).onset;
  MapFrame frame = frame_of(onset);
  MapCutter cut(onset, config.regions);
  cut(motion).convertTo(frame.displacement, CV_16F);
  frame.layout = cut.layout();
  return frame;
}

cv::Mat1f map_strain(const cv::Mat2f& displacement, const MapLayout& layout) {
  cv::Mat1f strain(displacement.size());
  for (int s = 0; s < layout.count; ++s) {
    const MapStrip& strip = layout.strips[s];
    for (int row = strip.top; row < strip.bottom; ++row) {
      const int above = std::max(row - 1, strip.top), below = std::min(row + 1, strip.bottom - 1);
      const float down = strip.spacing.y * static_cast<float>(below - above);
      for (int column = 0; column < kMapSide; ++column) {
        const int left = std::max(column - 1, 0), right = std::min(column + 1, kMapSide - 1);
        const float across = strip.spacing.x * static_cast<float>(right - left);
        const cv::Vec2f by_x = (displacement(row, right) - displacement(row, left)) * (1 / across);
        const cv::Vec2f by_y = (displacement(below, column) - displacement(above, column)) * (1 / down);
        const float shear = by_y[0] + by_x[1];
        strain(row, column) = std::sqrt(by_x[0] * by_x[0] + by_y[1] * by_y[1] + shear * shear / 2);
      }
    }
  }
  return strain;
}

}  // namespace merkit::spotting
