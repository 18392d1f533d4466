#pragma once

#include "merkit/pipeline/prepare_samples.h"

namespace merkit {

/// The faces that options.frames asks for, and the interval in frame numbers of the source.
struct PreparedFaces {
  Interval interval;
  std::vector<AlignedFace> faces;
  bool followed = false;  ///< the frames between onset and apex were needed too, though the apex was known
};

/// Leaves of the faces of an interval, which begin with the onset's, those that `need` asks for; finds the apex where
/// there is none yet. Throws ClipError when there is no face at onset or apex, or the two are not in one pose.
void select_faces(std::vector<AlignedFace>& sequence, Interval& interval, FrameNeed need);

/// Reads and aligns them. Throws as prepare_sample() does.
PreparedFaces prepare_faces(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces);

/// Gives the sample its faces of a clip with frames (see SampleOptions::frames), and the interval in frame numbers of
/// the source: prepared now, or found in the cache where there is one. In a build without video support:
/// ClipError(unsupported).
void load_faces(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces, Sample& sample);

}  // namespace merkit
