#include "pipeline/frame_samples.h"

#include "merkit/core/stop.h"
#include "merkit/media/clip_reader.h"
#include "merkit/motion/optical_flow.h"
#include "pipeline/cached_faces.h"
#include "pipeline/clip_interval.h"

#include <algorithm>
#include <functional>
#include <mutex>

#include <opencv2/core.hpp>

namespace merkit {

struct SharedFaceModel::Impl {
  std::filesystem::path predictor;
  std::once_flag once;
  std::shared_ptr<const FaceModel> model;
};

SharedFaceModel::SharedFaceModel(std::filesystem::path predictor) : impl_(std::make_unique<Impl>()) {
  impl_->predictor = std::move(predictor);
}
SharedFaceModel::~SharedFaceModel() = default;

std::filesystem::path SharedFaceModel::file() const {
  return impl_->predictor.empty() ? FaceModel::find_predictor() : impl_->predictor;
}

std::shared_ptr<const FaceModel> SharedFaceModel::get() const {
  std::call_once(impl_->once, [&] { impl_->model = std::make_shared<const FaceModel>(file()); });
  return impl_->model;
}

namespace {

/// All frame numbers of a clip, without decoding more than needed.
std::vector<int> frame_numbers(const std::filesystem::path& clip, const ClipOptions& options) {
  const auto reader = open_clip(clip, options);
  std::vector<int> numbers;
  while (const auto number = reader->next_number()) {
    if (!reader->skip()) break;
    numbers.push_back(*number);
  }
  return numbers;
}

/// Aligned faces of `frames`, in order; each must have a face in the pose of the first.
std::vector<AlignedFace> aligned(const std::vector<Frame>& frames, const SampleOptions& options,
                                 const SharedFaceModel& faces) {
  FaceAligner aligner(faces.get(), options.face);
  std::vector<AlignedFace> result;
  for (const auto& frame : frames) result.push_back(aligner.align(frame));
  return result;
}

/// The frame of the interval whose face has moved most since the onset.
int spotted_apex(const std::vector<AlignedFace>& sequence) {
  FlowConfig config;
  config.method = "dis";
  const auto flow = make_optical_flow(config);
  int apex = sequence.front().number;
  double most = -1;
  for (const auto& face : sequence) {
    throw_if_stopped();
    if (!face.success || face.segment != sequence.front().segment) continue;
    const MotionField motion = (*flow)(sequence.front().image, face.image);
    cv::Mat magnitude;
    cv::magnitude(motion.u, motion.v, magnitude);
    const double mean = cv::mean(magnitude)[0];
    if (mean > most) {
      most = mean;
      apex = face.number;
    }
  }
  return apex;
}

/// Aligned faces of all frames `first`..`last`, followed from one to the next; only one frame is held at a time.
std::vector<AlignedFace> aligned_between(const ManifestClip& clip, int first, int last, const SampleOptions& options,
                                         const SharedFaceModel& faces) {
  FaceAligner aligner(faces.get(), options.face);
  const auto reader = open_clip(clip.frames, {clip.fps, clip.pattern});
  std::vector<AlignedFace> result;
  for (auto number = reader->next_number(); number && *number <= last; number = reader->next_number())
    if (*number < first)
      reader->skip();
    else
      result.push_back(aligner.align(*reader->next()));
  return result;
}

void require_face(const AlignedFace* face, const char* name) {
  if (!face || !face->success)
    throw ClipError(Status::no_face,
                    std::string("no face found at the ") + name + ", frame " +
                        (face ? std::to_string(face->number) : std::string("?")),
                    "faces should be frontal, lit and at least 40 pixels wide");
}

/// Onset and apex must be in one pose, or nothing can be said of the motion between them.
void require_one_pose(const AlignedFace& onset, const AlignedFace& apex) {
  if (apex.segment != onset.segment)
    throw ClipError(Status::unsupported, "the head moves too far between onset and apex to be held in one pose",
                    "choose a shorter interval");
}

/// All faces of the interval that are in the pose of its first one. Finds the apex where there is none yet.
std::vector<AlignedFace> faces_of_interval(const ManifestClip& clip, Interval& interval, const SampleOptions& options,
                                           const SharedFaceModel& faces) {
  auto sequence = aligned_between(clip, interval.onset, interval.offset, options, faces);
  select_faces(sequence, interval, FrameNeed::onset_to_offset);
  return sequence;
}

}  // namespace

void select_faces(std::vector<AlignedFace>& sequence, Interval& interval, FrameNeed need) {
  const auto at = [&](int number) -> const AlignedFace* {
    const auto found =
        std::find_if(sequence.begin(), sequence.end(), [&](const AlignedFace& face) { return face.number == number; });
    return found == sequence.end() ? nullptr : &*found;
  };
  require_face(at(interval.onset), "onset");
  if (!interval.apex) interval.apex = spotted_apex(sequence);
  const AlignedFace* const apex = at(*interval.apex);
  require_face(apex, "apex");
  require_one_pose(sequence.front(), *apex);
  const int segment = sequence.front().segment;
  const auto is_wanted = [&](const AlignedFace& face) {
    if (need == FrameNeed::onset_and_apex) return face.number == interval.onset || face.number == *interval.apex;
    return face.success && face.segment == segment;
  };
  sequence.erase(std::remove_if(sequence.begin(), sequence.end(), std::not_fn(is_wanted)), sequence.end());
}

PreparedFaces prepare_faces(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces) {
  PreparedFaces prepared;
  const ClipOptions clip_options{clip.fps, clip.pattern};
  const std::vector<int> numbers = frame_numbers(clip.frames, clip_options);
  if (numbers.size() < 2)
    throw ClipError(Status::too_short, "the clip has " + std::to_string(numbers.size()) +
                                           " frame; motion needs an onset and an apex frame");
  prepared.interval = resolved_interval(clip, numbers, options.apex);
  Interval& interval = prepared.interval;
  if (interval.onset == interval.offset)
    throw ClipError(Status::too_short, "onset and offset are both frame " + std::to_string(interval.onset));

  if (options.frames == FrameNeed::onset_to_offset) {
    prepared.faces = faces_of_interval(clip, interval, options, faces);
    return prepared;
  }
  if (!interval.apex) {
    const auto sequence = aligned_between(clip, interval.onset, interval.offset, options, faces);
    require_face(&sequence.front(), "onset");
    interval.apex = spotted_apex(sequence);
    prepared.faces = {sequence.front()};
    for (const auto& face : sequence)
      if (face.number == *interval.apex && face.number != interval.onset) prepared.faces.push_back(face);
    return prepared;
  }
  prepared.faces = aligned(read_frames(clip.frames, {interval.onset, *interval.apex}, clip_options), options, faces);
  require_face(&prepared.faces.front(), "onset");
  if (prepared.faces.back().segment != prepared.faces.front().segment) {
    // The head moved too far to be registered in one step; follow it frame by frame.
    const auto sequence = aligned_between(clip, interval.onset, *interval.apex, options, faces);
    prepared.faces = {sequence.front(), sequence.back()};
    prepared.followed = true;
  }
  require_face(&prepared.faces.back(), "apex");
  require_one_pose(prepared.faces.front(), prepared.faces.back());
  return prepared;
}

void load_faces(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces, Sample& sample) {
  PreparedFaces prepared = options.cache ? cached_faces(clip, options, faces) : prepare_faces(clip, options, faces);
  sample.interval = prepared.interval;
  sample.faces = std::move(prepared.faces);
  sample.motion_store = options.cache;
}

}  // namespace merkit
