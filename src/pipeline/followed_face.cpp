#include "merkit/pipeline/followed_face.h"

#include "merkit/face/face_aligner.h"

#include <algorithm>

namespace merkit {

void FollowedFace::note(const AlignedFace& face) {
  poses.push_back({face.number, face.segment, face.shrink, face.crop_from_source});
  landmarks.emplace(face.segment, face.landmarks);
}

const FollowedFace::Pose* FollowedFace::at(int number) const {
  const auto found = std::lower_bound(poses.begin(), poses.end(), number,
                                      [](const Pose& pose, int wanted) { return pose.number < wanted; });
  return found != poses.end() && found->number == number ? &*found : nullptr;
}

std::vector<int> FollowedFace::numbers(const Interval& interval, FrameNeed need) const {
  if (need == FrameNeed::onset_and_apex) return {interval.onset, interval.apex_or_middle()};
  std::vector<int> result;
  const Pose* const onset = at(interval.onset);
  if (!onset) return result;
  for (const Pose* pose = onset; pose != poses.data() + poses.size() && pose->number <= interval.offset; ++pose)
    if (pose->segment == onset->segment) result.push_back(pose->number);
  return result;
}

std::optional<AlignedFace> FollowedFace::crop_of(const Frame& frame) const {
  const Pose* const pose = at(frame.number);
  if (!pose) return std::nullopt;
  AlignedFace like;
  like.success = true;
  like.segment = pose->segment;
  like.crop_from_source = pose->crop_from_source;
  like.shrink = pose->shrink;
  like.landmarks = landmarks.at(like.segment);
  return FaceAligner::crop(frame, like, crop.width, crop.height);
}

}  // namespace merkit
