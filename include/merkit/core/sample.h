#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/core/interval.h"
#include "merkit/core/motion_store.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// Which faces a method that reads frames wants to find in a sample.
enum class FrameNeed {
  onset_and_apex,   ///< these two
  onset_to_offset,  ///< all from onset to offset that have a face in the onset's pose; at onset and apex there is one
};

/// One expression to be named: what a recognizer is given for training and for use.
///
/// It comes with faces (at least onset and apex), or with a ready motion image, or with both. A recognizer that needs
/// only onset-to-apex motion takes either; one that needs faces says so with a ClipError(unsupported).
struct Sample {
  std::string id;
  std::string dataset = "user";
  std::string subject;
  Interval interval;
  std::vector<AlignedFace> faces;       ///< in frame order
  std::optional<cv::Mat> motion_image;  ///< CV_8UC3, channel order u, v, strain, each min-max scaled to 0..255
  std::optional<int> label;             ///< class index, if known
  /// Where a recognizer that computes motion from `faces` may find it done; null: nowhere.
  std::shared_ptr<const MotionStore> motion_store = nullptr;

  /// The person across data sets: "dataset/subject". Composite sets cannot merge two people of equal number.
  std::string subject_key() const { return dataset + "/" + subject; }

  /// The face of a frame, or null.
  const AlignedFace* face_at(int number) const;
};

using SampleSet = std::vector<Sample>;

}  // namespace merkit
