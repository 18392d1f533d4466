#include "merkit/pipeline/measure_video.h"

#include "pipeline/clip_interval.h"
#include "pipeline/crop_reader.h"
#include "pipeline/frame_samples.h"
#include "pipeline/shot_aligner.h"
#include "pipeline/timed_clip.h"

#include <algorithm>

namespace merkit {
namespace {

/// Keeps the faces of one annotated expression as they come by.
class ExpressionFaces {
 public:
  ExpressionFaces(const ManifestClip& row, const MeasureOptions& options)
      : row_(row), need_(*options.expressions), apex_(options.apex) {}

  /// `position` counts frames from 0.
  void see(int position, const AlignedFace& face) {
    const int number = row_.frame_base == FrameBase::filename ? face.number
                       : row_.frame_base == FrameBase::index1 ? position + 1
                                                              : position;
    const bool all = need_ == FrameNeed::onset_to_offset || !row_.apex;
    if (all ? number >= *row_.onset && number <= *row_.offset : number == *row_.onset || number == *row_.apex)
      faces_.push_back(face);
  }

  /// The sample of it. `numbers` are those of all frames of the video. Throws ClipError when it cannot be learned from.
  Sample sample(const std::vector<int>& numbers) && {
    Sample result;
    result.dataset = row_.dataset;
    result.subject = row_.subject;
    result.interval = resolved_interval(row_, numbers, apex_);
    select_faces(faces_, result.interval, need_);
    result.id = row_.clip_id + "_" + std::to_string(result.interval.onset);
    result.faces = std::move(faces_);
    return result;
  }

 private:
  const ManifestClip& row_;
  FrameNeed need_;
  ApexPolicy apex_;
  std::vector<AlignedFace> faces_;
};

VideoEvent event_of(const ManifestClip& row, const std::vector<int>& numbers, const MeasureOptions& options) {
  VideoEvent event;
  event.interval = resolved_interval(row, numbers, ApexPolicy::spot);
  event.kind = event_kind(row);
  event.type = expression_type(event.kind);
  if (event.type && options.label) event.label = options.label(row);
  return event;
}

}  // namespace

MeasuredVideo measure_video(const AnnotatedVideo& video, const Spotter& spotter, const MeasureOptions& options,
                            const SharedFaceModel& faces, std::atomic<std::int64_t>* frames_done) {
  const ManifestClip& clip = video.clip;
  if (clip.problem) throw ClipError(*clip.problem);
  const auto reader = open_timed_clip(clip.frames, {clip.fps, clip.pattern}, clip.source);
  MeasuredVideo measured;
  SpottingSample& sample = measured.sample;
  sample.id = clip.clip_id;
  sample.dataset = clip.dataset;
  sample.subject = clip.subject;
  sample.fps = reader->info().fps;

  std::vector<std::pair<int, ExpressionFaces>> kept;  // class and faces
  if (options.expressions)
    for (const auto& row : video.events)
      if (const auto label = options.label(row); label && expression_type(event_kind(row)) == ExpressionType::micro)
        kept.emplace_back(*label, ExpressionFaces(row, options));

  ShotAligner aligner(faces.get(), options.face);
  const auto session = spotter.measure(sample.fps);
  auto followed = std::make_shared<FollowedFace>();
  followed->crop = {options.face.width, options.face.height()};
  std::vector<int> numbers;
  while (const auto frame = reader->next()) {
    const AlignedFace face = aligner.align(*frame);
    for (auto& [label, expression] : kept) expression.see(static_cast<int>(numbers.size()), face);
    numbers.push_back(face.number);
    measured.duration_s = face.time_s + 1 / sample.fps;
    if (face.success) followed->note(face);
    session->push(face);
    if (frames_done) ++*frames_done;
  }
  if (followed->poses.empty()) throw no_face_in(static_cast<int>(numbers.size()));
  measured.followed = std::move(followed);
  sample.measured = session->finish();
  for (const auto& row : video.events) {
    measured.events.push_back(event_of(row, numbers, options));
    const VideoEvent& event = measured.events.back();
    if (event.type) sample.expressions.push_back({event.interval, *event.type, event.label});
  }
  for (auto& [label, expression] : kept) {
    Sample learned;
    const ClipProblem problem =
        problem_of([&, &faces_kept = expression] { learned = std::move(faces_kept).sample(numbers); });
    if (problem.status != Status::ok) {
      measured.unusable.push_back(problem);
      continue;
    }
    learned.label = label;
    measured.expressions.push_back(std::move(learned));
  }
  return measured;
}

SampleSet crops_of(const MeasuredVideo& measured, const ManifestClip& clip, const std::vector<Detection>& found,
                   FrameNeed need) {
  CropReader crops(*measured.followed, clip.frames, {clip.fps, clip.pattern});
  SampleSet samples;
  for (const Detection& detection : found) {
    Sample sample;
    sample.id = clip.clip_id + "_" + std::to_string(detection.interval.onset);
    sample.dataset = clip.dataset;
    sample.subject = clip.subject;
    sample.interval = detection.interval;
    sample.faces = crops.of(detection.interval, need);
    samples.push_back(std::move(sample));
  }
  return samples;
}

}  // namespace merkit
