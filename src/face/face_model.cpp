#include "merkit/face/face_model.h"

#include "face/compact_predictor.h"
#include "face/frontal_detector.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

#include <opencv2/imgproc.hpp>

namespace fs = std::filesystem;

namespace merkit {
namespace {

constexpr const char* kPredictorName = "shape_predictor_68_face_landmarks.dat";

/// The largest picture, in pixels, that is still searched at double scale: beyond, the search takes seconds, and faces
/// below 80 px in so large a picture are too small for micro-expressions anyway.
constexpr double kLargestUpsampled = 1280.0 * 960.0;

cv::Mat1b grey_of(const cv::Mat& picture) {
  if (picture.empty()) throw Error("cannot search an empty picture for faces");
  if (picture.type() == CV_8UC1) return picture;
  if (picture.type() != CV_8UC3) throw Error("cannot search a picture that is neither 8-bit BGR nor 8-bit grey");
  cv::Mat1b grey;
  cv::cvtColor(picture, grey, cv::COLOR_BGR2GRAY);
  return grey;
}

cv::Rect whole_pixels(const cv::Rect2d& box) {
  const auto whole = [](double v) { return static_cast<int>(std::lround(v)); };
  const cv::Point corner(whole(box.x), whole(box.y));
  return {corner, cv::Point(whole(box.x + box.width), whole(box.y + box.height))};
}

}  // namespace

struct FaceModel::Impl {
  explicit Impl(const fs::path& file) : predictor(CompactPredictor::open(file)) {}

  CompactPredictor predictor;
  FrontalDetector detector;

  std::vector<DetectedFace> search_at(const cv::Mat1b& grey, double scale) const {
    cv::Mat1b resized = grey;
    if (scale != 1) {
      const cv::Size size(std::max(1, cvRound(grey.cols * scale)), std::max(1, cvRound(grey.rows * scale)));
      cv::resize(grey, resized, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
    }
    std::vector<DetectedFace> faces;
    for (const FoundBox& found : detector.search(resized)) {
      DetectedFace face;
      face.box = {found.box.x / scale, found.box.y / scale, found.box.width / scale, found.box.height / scale};
      face.confidence = found.confidence;
      faces.push_back(face);
    }
    return faces;
  }

  Landmarks predict(const cv::Mat1b& grey, const cv::Rect2d& box) const {
    return predictor.predict(grey, whole_pixels(box));
  }
};

FaceModel::FaceModel(const fs::path& predictor_file) : impl_(std::make_unique<Impl>(predictor_file)) {}
FaceModel::~FaceModel() = default;

fs::path FaceModel::find_predictor() {
  std::vector<fs::path> places;
  if (const char* given = std::getenv("MERKIT_LANDMARKS"); given && *given)
    places.push_back(fs::is_directory(given) ? fs::path(given) / kPredictorName : fs::path(given));
  for (const char* directory : {"/usr/share/dlib", "/usr/local/share/dlib", "/usr/share/libdlib-data", "/opt/dlib"})
    places.push_back(fs::path(directory) / kPredictorName);
  if (const fs::path data = xdg_directory("XDG_DATA_HOME", ".local/share"); !data.empty())
    places.push_back(data / "merkit/models" / kPredictorName);
  for (const auto& root : resource_roots()) places.push_back(root / "models" / kPredictorName);

  std::string searched;
  for (const auto& place : places) {
    if (fs::is_regular_file(place)) return place;
    searched += "\n  " + place.string();
  }
  throw ModelError("cannot find the face landmark model " + std::string(kPredictorName) + "; searched:" + searched,
                   kLandmarkHint);
}

std::vector<DetectedFace> FaceModel::detect(const cv::Mat& bgr, const DetectionConfig& config) const {
  const cv::Mat1b grey = grey_of(bgr);
  auto faces = impl_->search_at(grey, config.scale);
  if (faces.empty() && config.full_scale && config.scale != 1) faces = impl_->search_at(grey, 1);
  if (faces.empty() && config.upsample && static_cast<double>(grey.total()) <= kLargestUpsampled)
    faces = impl_->search_at(grey, 2);
  std::stable_sort(faces.begin(), faces.end(),
                   [](const DetectedFace& a, const DetectedFace& b) { return a.box.area() > b.box.area(); });
  for (auto& face : faces) face.landmarks = impl_->predict(grey, face.box);
  return faces;
}

Landmarks FaceModel::landmarks(const cv::Mat& bgr, const cv::Rect2d& box) const {
  return impl_->predict(grey_of(bgr), box);
}

}  // namespace merkit
