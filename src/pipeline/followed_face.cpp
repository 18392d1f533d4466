#include "pipeline/followed_face.h"

namespace merkit {

void FollowedFace::note(const AlignedFace& face) {
  poses[face.number] = {face.crop_from_source, face.segment, face.shrink};
  landmarks.emplace(face.segment, face.landmarks);
}

std::vector<int> FollowedFace::numbers(const Interval& interval, FrameNeed need) const {
  if (need == FrameNeed::onset_and_apex) return {interval.onset, interval.apex_or_middle()};
  std::vector<int> result;
  const auto onset = poses.find(interval.onset);
  for (auto pose = onset; pose != poses.end() && pose->first <= interval.offset; ++pose)
    if (pose->second.segment == onset->second.segment) result.push_back(pose->first);
  return result;
}

std::optional<AlignedFace> FollowedFace::crop(const Frame& frame, const FaceConfig& config) const {
  const auto pose = poses.find(frame.number);
  if (pose == poses.end()) return std::nullopt;
  AlignedFace like;
  like.success = true;
  like.segment = pose->second.segment;
  like.crop_from_source = pose->second.crop_from_source;
  like.shrink = pose->second.shrink;
  like.landmarks = landmarks.at(like.segment);
  return FaceAligner::crop(frame, like, config.width, config.height());
}

CropReader::CropReader(const FollowedFace& followed, const std::filesystem::path& clip, const ClipOptions& options,
                       const FaceConfig& config)
    : followed_(followed), config_(config), reader_(open_clip(clip, options)) {}

std::vector<AlignedFace> CropReader::of(const Interval& interval, FrameNeed need) {
  std::vector<AlignedFace> faces;
  for (const int number : followed_.numbers(interval, need))
    if (auto crop = at(number)) faces.push_back(std::move(*crop));
  return faces;
}

std::optional<AlignedFace> CropReader::at(int number) {
  while (const auto next = reader_->next_number()) {
    if (*next > number) break;
    if (*next == number) return followed_.crop(*reader_->next(), config_);
    reader_->skip();
  }
  return std::nullopt;
}

}  // namespace merkit
