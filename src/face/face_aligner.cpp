#include "merkit/face/face_aligner.h"

#include "face/crop_source.h"
#include "face/registration.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <optional>
#include <utility>

#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

constexpr int kStablePoints[] = {39, 42, 27, 28, 29, 30};

// Where these points lie in the canonical pose, in widths of the crop from its upper left corner. They are those of the
// mean shape of 33 frontal faces (the landmark model's points on 21 portraits, and exact ones of 12 rendered faces;
// each normalised by the eye corners, and made symmetric), placed with the eye centres 0.46 widths apart and at 0.36 of
// the height. Brows then lie at 0.23, nose wings at 0.61 and the mouth at 0.76 of the height, as near as one similarity
// comes to the face crops of the MEGC 2019 composite set, whose mean strain peaks at 0.25, 0.54 and 0.82.
constexpr double kCanonical[][2] = {{0.3626, 0.4429}, {0.6374, 0.4429}, {0.5, 0.4066},
                                    {0.5, 0.4919},    {0.5, 0.5746},    {0.5, 0.6649}};

constexpr double kMinInliers = 0.3;     ///< share of tracked points that must agree for a registration to count
constexpr double kSecondStepPx = 0.3;   ///< a correction beyond this is repeated from the better position
constexpr int kFullSearchEvery = 10;    ///< frames between thorough searches while no face is found
constexpr std::size_t kRemembered = 8;  ///< poses that a face can come back to

cv::Mat1b grey_of(const cv::Mat& bgr) {
  cv::Mat1b grey;
  cv::cvtColor(bgr, grey, cv::COLOR_BGR2GRAY);
  return grey;
}

cv::Point2d centre_of(const cv::Rect2d& box) { return {box.x + box.width / 2, box.y + box.height / 2}; }

/// A reference pose and its picture.
struct Pose {
  int segment;
  int shrink;
  cv::Matx23d crop_from_source;  ///< of its first frame
  StableRegion reference;
  Landmarks landmarks;  ///< in crop coordinates
  cv::Rect2d box;       ///< the detector's box in crop coordinates
};

}  // namespace

cv::Matx23d canonical_crop_from_source(const Landmarks& landmarks, int width, int /*height*/) {
  std::vector<cv::Point2f> from, to;
  for (std::size_t i = 0; i < std::size(kStablePoints); ++i) {
    from.push_back(landmarks[kStablePoints[i]]);
    to.emplace_back(static_cast<float>(kCanonical[i][0] * width), static_cast<float>(kCanonical[i][1] * width));
  }
  return fit_similarity(from, to, std::vector<double>(from.size(), 1));
}

struct FaceAligner::Impl {
  Impl(std::shared_ptr<const FaceModel> face_model, FaceConfig face_config)
      : model(std::move(face_model)), config(face_config) {}

  std::shared_ptr<const FaceModel> model;
  FaceConfig config;
  cv::Size size{config.width, config.height()};

  std::deque<Pose> poses;        ///< the present one first, then those before it, the latest first
  cv::Matx23d crop_from_source;  ///< of the last frame with a face
  int segments = 0;
  bool lost = true;
  int frames_lost = 0;
  int most_faces = 0;

  /// One face of the frame: the chosen one at first, later the one nearest to where it was last.
  std::optional<DetectedFace> search(const cv::Mat& image) {
    DetectionConfig how = config.detection;
    if (frames_lost % kFullSearchEvery != 0) how.full_scale = how.upsample = false;
    std::vector<DetectedFace> faces = model->detect(image, how);
    const bool too_few = poses.empty() && static_cast<int>(faces.size()) <= config.face;
    if (too_few && !faces.empty() && how.full_scale && how.scale != 1) {
      how.scale = 1;  // the one asked for may be too small for the first search
      faces = model->detect(image, how);
    }
    most_faces = std::max(most_faces, static_cast<int>(faces.size()));
    if (poses.empty()) {
      if (static_cast<int>(faces.size()) <= config.face) return std::nullopt;
      return faces[config.face];
    }
    if (faces.empty()) return std::nullopt;
    const cv::Point2d last = centre_of(source_box());
    return *std::min_element(faces.begin(), faces.end(), [&](const auto& a, const auto& b) {
      return cv::norm(centre_of(a.box) - last) < cv::norm(centre_of(b.box) - last);
    });
  }

  /// Where the detector would put its box in the frame last seen.
  cv::Rect2d source_box() const {
    const cv::Matx23d source_from_crop = inverted(crop_from_source);
    const Pose& present = poses.front();
    const double scale = scale_of(source_from_crop), side = present.box.width * scale;
    const cv::Point2d centre = mapped(source_from_crop, centre_of(present.box));
    return {centre.x - side / 2, centre.y - side / 2, side, side};
  }

  /// Rotation and scale from `transform` to those in which the pose was first seen.
  static SimilarityPrior first_seen(const Pose& pose, const cv::Matx23d& transform) {
    const cv::Matx23d map = composed(pose.crop_from_source, inverted(transform));
    return {1, map(0, 0), map(1, 0)};
  }

  /// Registers the frame to a pose, beginning at `guess`. Returns the crop, or nothing when it does not fit.
  std::optional<AlignedFace> registered(const cv::Mat& image, const Pose& pose, const cv::Matx23d& guess) const {
    CropSource source(image, pose.shrink, size);
    cv::Matx23d transform = guess;
    for (int step = 0; step < 2; ++step) {
      const Registration found = pose.reference.register_window(source.grey_crop(transform, pose.reference.window()),
                                                                first_seen(pose, transform));
      if (found.inliers < kMinInliers) return std::nullopt;
      transform = composed(found.reference_from_crop, transform);
      const cv::Point2d nose(0.5 * size.width, 0.5 * size.width);
      if (cv::norm(mapped(found.reference_from_crop, nose) - nose) < kSecondStepPx) break;
    }
    AlignedFace face;
    face.image = source.colour_crop(transform);
    face.confidence = std::max(0.0, pose.reference.similarity(face.image));
    if (face.confidence < config.min_similarity) return std::nullopt;
    face.crop_from_source = transform;
    return face;
  }

  AlignedFace new_segment(const cv::Mat& image, const DetectedFace& detected) {
    AlignedFace face;
    face.crop_from_source = canonical_crop_from_source(detected.landmarks, size.width, size.height);
    const int shrink = shrink_for(face.crop_from_source);
    face.image = CropSource(image, shrink, size).colour_crop(face.crop_from_source);
    face.confidence = 1;
    const cv::Point2d centre = mapped(face.crop_from_source, centre_of(detected.box));
    const double side = detected.box.width * scale_of(face.crop_from_source);
    poses.push_front({segments++, shrink, face.crop_from_source, StableRegion(grey_of(face.image)),
                      transformed(detected.landmarks, face.crop_from_source),
                      cv::Rect2d(centre.x - side / 2, centre.y - side / 2, side, side)});
    if (poses.size() > kRemembered) poses.pop_back();
    return face;
  }

  std::optional<AlignedFace> follow(const cv::Mat& image) {
    if (!poses.empty() && !lost)
      if (auto face = registered(image, poses.front(), crop_from_source)) return face;
    const auto detected = search(image);
    if (!detected) return std::nullopt;
    const cv::Matx23d guess = canonical_crop_from_source(detected->landmarks, size.width, size.height);
    for (std::size_t i = 0; i < poses.size(); ++i)
      if (auto face = registered(image, poses[i], guess)) {
        std::rotate(poses.begin(), poses.begin() + static_cast<std::ptrdiff_t>(i),
                    poses.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        return face;
      }
    return new_segment(image, *detected);
  }
};

FaceAligner::FaceAligner(std::shared_ptr<const FaceModel> model, FaceConfig config)
    : impl_(std::make_unique<Impl>(std::move(model), config)) {}
FaceAligner::~FaceAligner() = default;

AlignedFace FaceAligner::align(const Frame& frame) {
  auto found = impl_->follow(frame.image);
  impl_->lost = !found;
  impl_->frames_lost = found ? 0 : impl_->frames_lost + 1;
  AlignedFace face = found.value_or(AlignedFace{});
  face.number = frame.number;
  face.time_s = frame.time_s;
  face.segment = impl_->poses.empty() ? 0 : impl_->poses.front().segment;
  if (!found) return face;
  face.success = true;
  face.shrink = impl_->poses.front().shrink;
  impl_->crop_from_source = face.crop_from_source;
  face.landmarks = impl_->config.landmarks_every_frame
                       ? transformed(impl_->model->landmarks(frame.image, impl_->source_box()), face.crop_from_source)
                       : impl_->poses.front().landmarks;
  return face;
}

int FaceAligner::most_faces() const { return impl_->most_faces; }

AlignedFace FaceAligner::crop(const Frame& frame, const AlignedFace& like, int width, int height) {
  AlignedFace face = like;
  face.number = frame.number;
  face.time_s = frame.time_s;
  face.image = CropSource(frame.image, like.shrink, {width, height}).colour_crop(like.crop_from_source);
  return face;
}

}  // namespace merkit
