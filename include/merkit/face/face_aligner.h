#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/core/frame.h"
#include "merkit/face/face_model.h"

#include <memory>
#include <vector>

namespace merkit {

struct FaceConfig {
  int width = 140;  ///< of the crop; the height is 17/14 of it, the aspect of the MEGC2019 crops (140x170)
  int face = 0;     ///< which face, counted from the largest in the first frame that has one
  bool landmarks_every_frame =
      false;                     ///< predict landmarks anew in each frame (for export), not only on reference frames
  double min_similarity = 0.75;  ///< registration below this normalised correlation counts as lost
  DetectionConfig detection;

  int height() const { return (width * 17 + 7) / 14; }
};

template <class Visitor>
void fields(Visitor&& visit, FaceConfig& c) {
  visit("width", c.width, "width of the aligned crop in pixels; the height is 17/14 of it",
        [](int n) { return n >= 32 && n <= 1024 ? nullptr : "must be in 32..1024"; });
  visit("face", c.face, "which face, counted from the largest (0)",
        [](int n) { return n >= 0 ? nullptr : "must be at least 0"; });
  visit("landmarks_every_frame", c.landmarks_every_frame, "predict landmarks anew in each frame");
  visit("min_similarity", c.min_similarity, "registration below this correlation counts as lost",
        [](double s) { return s >= 0 && s <= 1 ? nullptr : "must be in 0..1"; });
  visit("detection", c.detection, "how faces are searched");
}

/// The similarity that brings inner eye corners and nose bridge (points 39, 42 and 27-30) to their canonical places
/// in a crop of `width` x `height`: least squares over the six points (Umeyama 1991, doi:10.1109/34.88573).
cv::Matx23d canonical_crop_from_source(const Landmarks& landmarks, int width, int height);

/// Cuts one person's face out of successive frames, in one reference pose.
///
/// The first frame with a face fixes the pose, from its landmarks. Every later frame is registered to that frame's
/// picture: points on the nose bridge and between the inner eye corners are tracked against the reference itself
/// (so nothing drifts) and a similarity is fitted robustly. Landmark jitter therefore never enters the motion.
///
/// A registration counts when at least 0.3 of the 72 points can be followed there and back (within 0.5 px) and agree
/// with the similarity within 1 px, and when the registered crop's region around the nose correlates with the
/// reference's by at least FaceConfig::min_similarity. Otherwise the track is lost, and the face is searched anew in
/// the same frame:
/// - no face found: no success; the search goes on in every frame, thoroughly (all scales) in every tenth;
/// - registration from the new landmarks succeeds with the present pose, or else with one of the seven poses that were
///   used last before it: the track goes on in the segment of that pose (a head that turned and came back, a hand that
///   has gone, a cut to another place);
/// - otherwise: a new segment, whose pose these landmarks fix (a head that turned, another person).
///
/// Segment numbers are given in order of first use, and may come back.
class FaceAligner {
 public:
  FaceAligner(std::shared_ptr<const FaceModel> model, FaceConfig config);
  ~FaceAligner();

  /// Frames must come in order. `success` is false where there is no face.
  AlignedFace align(const Frame& frame);

  /// The most faces found in a frame that was searched: the first with a face, and those in which the track was lost.
  int most_faces() const;

  /// A later crop of the same clip again, from the transform that align() gave for it.
  static AlignedFace crop(const Frame& frame, const AlignedFace& like, int width, int height);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace merkit
