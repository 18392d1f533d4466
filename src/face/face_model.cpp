#include "merkit/face/face_model.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <mutex>
#include <string>
#include <utility>

#include <dlib/image_processing/frontal_face_detector.h>
#include <dlib/image_processing/shape_predictor.h>
#include <dlib/opencv/cv_image.h>
#include <opencv2/imgproc.hpp>

namespace fs = std::filesystem;

namespace merkit {
namespace {

constexpr const char* kPredictorName = "shape_predictor_68_face_landmarks.dat";
constexpr const char* kHint = "apt-get install libdlib-data, or set MERKIT_LANDMARKS to the file's path";

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

/// Edges, not pixel centres: a dlib rectangle covers its right and bottom pixels.
cv::Rect2d box_of(const dlib::rectangle& r, double scale) {
  return {r.left() / scale, r.top() / scale, r.width() / scale, r.height() / scale};
}

dlib::rectangle rectangle_of(const cv::Rect2d& box) {
  return {std::lround(box.x), std::lround(box.y), std::lround(box.x + box.width) - 1,
          std::lround(box.y + box.height) - 1};
}

dlib::shape_predictor load_predictor(const fs::path& file) {
  if (!fs::is_regular_file(file))
    throw ModelError("cannot load face landmarks: there is no file " + file.string(), kHint);
  dlib::shape_predictor predictor;
  try {
    dlib::deserialize(file.string()) >> predictor;
  } catch (const std::exception& error) {
    throw ModelError("cannot load face landmarks from " + file.string() +
                         ": expected a complete dlib shape predictor (" + error.what() + ")",
                     kHint);
  }
  if (predictor.num_parts() != std::tuple_size_v<Landmarks>)
    throw ModelError("cannot use " + file.string() + ": it predicts " + std::to_string(predictor.num_parts()) +
                         " points, expected 68 (iBUG 300-W)",
                     kHint);
  return predictor;
}

}  // namespace

/// The predictor is read only, but a detector caches its feature pyramid: every search borrows one of its own.
struct FaceModel::Impl {
  explicit Impl(const fs::path& file) : predictor(load_predictor(file)) {}

  dlib::shape_predictor predictor;
  std::mutex mutex;
  std::vector<std::unique_ptr<dlib::frontal_face_detector>> idle;

  std::vector<dlib::rect_detection> search(const cv::Mat1b& grey) {
    std::unique_ptr<dlib::frontal_face_detector> detector;
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        detector = std::move(idle.back());
        idle.pop_back();
      }
    }
    if (!detector) detector = std::make_unique<dlib::frontal_face_detector>(dlib::get_frontal_face_detector());
    std::vector<dlib::rect_detection> found;
    (*detector)(dlib::cv_image<unsigned char>(grey), found);
    const std::lock_guard lock(mutex);
    idle.push_back(std::move(detector));
    return found;
  }

  std::vector<DetectedFace> search_at(const cv::Mat1b& grey, double scale) {
    cv::Mat1b resized = grey;
    if (scale != 1) {
      const cv::Size size(std::max(1, cvRound(grey.cols * scale)), std::max(1, cvRound(grey.rows * scale)));
      cv::resize(grey, resized, size, 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_LINEAR);
    }
    std::vector<DetectedFace> faces;
    for (const auto& found : search(resized)) {
      DetectedFace face;
      face.box = box_of(found.rect, scale);
      face.confidence = found.detection_confidence;
      faces.push_back(face);
    }
    return faces;
  }

  Landmarks predict(const cv::Mat1b& grey, const cv::Rect2d& box) const {
    const auto shape = predictor(dlib::cv_image<unsigned char>(grey), rectangle_of(box));
    Landmarks points;
    for (std::size_t i = 0; i < points.size(); ++i) {
      const dlib::point& p = shape.part(i);
      points[i] = cv::Point2f(static_cast<float>(p.x()), static_cast<float>(p.y()));
    }
    return points;
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
                   kHint);
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
