#include "pipeline/frame_samples.h"

#include "merkit/core/stop.h"
#include "merkit/media/clip_reader.h"
#include "merkit/motion/optical_flow.h"

#include <algorithm>
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

std::shared_ptr<const FaceModel> SharedFaceModel::get() const {
  std::call_once(impl_->once, [&] {
    const auto file = impl_->predictor.empty() ? FaceModel::find_predictor() : impl_->predictor;
    impl_->model = std::make_shared<const FaceModel>(file);
  });
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

std::string range_of(const std::vector<int>& numbers) {
  return std::to_string(numbers.front()) + ".." + std::to_string(numbers.back());
}

/// The row's onset, apex and offset as frame numbers of the source.
Interval resolved_interval(const ManifestClip& clip, const std::vector<int>& numbers, ApexPolicy policy) {
  const auto number_of = [&](const char* name, std::optional<int> value, int otherwise) {
    if (!value) return otherwise;
    int number = *value;
    if (clip.frame_base != FrameBase::filename) {
      const int position = number - (clip.frame_base == FrameBase::index1 ? 1 : 0);
      if (position < 0 || position >= static_cast<int>(numbers.size()))
        throw ClipError(Status::annotation_mismatch,
                        std::string(name) + " " + std::to_string(number) + " lies outside the clip, which has " +
                            std::to_string(numbers.size()) + " frames",
                        "check the annotation, and frame_base of the manifest");
      number = numbers[position];
    } else if (!std::binary_search(numbers.begin(), numbers.end(), number)) {
      throw ClipError(
          Status::annotation_mismatch,
          std::string(name) + " " + std::to_string(number) + " is not among the clip's frames " + range_of(numbers),
          "check the annotation, and frame_base of the manifest");
    }
    return number;
  };
  Interval interval;
  interval.onset = number_of("onset", clip.onset, numbers.front());
  interval.offset = number_of("offset", clip.offset, numbers.back());
  if (clip.apex) interval.apex = number_of("apex", clip.apex, 0);
  if (!interval.is_valid())
    throw ClipError(Status::annotation_mismatch, "onset, apex and offset are not in order", "check the annotation");
  if (!interval.apex && policy == ApexPolicy::skip)
    throw ClipError(Status::annotation_mismatch, "the clip has no annotated apex", "use --apex-policy middle or spot");
  if (!interval.apex && policy == ApexPolicy::middle) {
    const auto first = std::lower_bound(numbers.begin(), numbers.end(), interval.onset);
    const auto last = std::lower_bound(numbers.begin(), numbers.end(), interval.offset);
    interval.apex = *(first + (last - first) / 2);
  }
  return interval;
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

std::vector<int> span_of(const std::vector<int>& numbers, int first, int last) {
  return {std::lower_bound(numbers.begin(), numbers.end(), first),
          std::upper_bound(numbers.begin(), numbers.end(), last)};
}

void require_face(const AlignedFace* face, const char* name) {
  if (!face || !face->success)
    throw ClipError(Status::no_face,
                    std::string("no face found at the ") + name + ", frame " +
                        (face ? std::to_string(face->number) : std::string("?")),
                    "faces should be frontal, lit and at least 40 pixels wide");
}

}  // namespace

void load_faces(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces, Sample& sample) {
  const ClipOptions clip_options{clip.fps, clip.pattern};
  const std::vector<int> numbers = frame_numbers(clip.frames, clip_options);
  if (numbers.size() < 2)
    throw ClipError(Status::too_short, "the clip has " + std::to_string(numbers.size()) +
                                           " frame; motion needs an onset and an apex frame");
  sample.interval = resolved_interval(clip, numbers, options.apex);
  Interval& interval = sample.interval;
  if (interval.onset == interval.offset)
    throw ClipError(Status::too_short, "onset and offset are both frame " + std::to_string(interval.onset));

  if (!interval.apex) {
    const auto sequence = aligned(
        read_frames(clip.frames, span_of(numbers, interval.onset, interval.offset), clip_options), options, faces);
    require_face(&sequence.front(), "onset");
    interval.apex = spotted_apex(sequence);
    sample.faces = {sequence.front()};
    for (const auto& face : sequence)
      if (face.number == *interval.apex && face.number != interval.onset) sample.faces.push_back(face);
    return;
  }
  sample.faces = aligned(read_frames(clip.frames, {interval.onset, *interval.apex}, clip_options), options, faces);
  require_face(&sample.faces.front(), "onset");
  if (sample.faces.back().segment != sample.faces.front().segment) {
    // The head moved too far to be registered in one step; follow it frame by frame.
    const auto sequence = aligned(
        read_frames(clip.frames, span_of(numbers, interval.onset, *interval.apex), clip_options), options, faces);
    sample.faces = {sequence.front(), sequence.back()};
  }
  require_face(&sample.faces.back(), "apex");
  if (sample.faces.back().segment != sample.faces.front().segment)
    throw ClipError(Status::unsupported, "the head moves too far between onset and apex to be held in one pose",
                    "choose a shorter interval");
}

}  // namespace merkit
