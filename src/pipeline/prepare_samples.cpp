#include "merkit/pipeline/prepare_samples.h"

#include "merkit/media/clip_reader.h"
#include "pipeline/frame_samples.h"

#include <opencv2/imgproc.hpp>

namespace merkit {

const std::vector<std::string>& apex_policy_names() {
  static const std::vector<std::string> names{"middle", "spot", "skip"};
  return names;
}

std::string_view to_string(ApexPolicy policy) { return apex_policy_names()[static_cast<std::size_t>(policy)]; }

ApexPolicy apex_policy_from_string(std::string_view name) {
  for (std::size_t i = 0; i < apex_policy_names().size(); ++i)
    if (apex_policy_names()[i] == name) return static_cast<ApexPolicy>(i);
  throw_unknown_name("apex policy", name, apex_policy_names());
}

std::optional<int> label_of(const ManifestClip& clip, const LabelSet& labels) {
  if (clip.emotion.empty()) return std::nullopt;
  return labels.find(clip.emotion);
}

Sample prepare_sample(const ManifestClip& clip, const SampleOptions& options, const SharedFaceModel& faces) {
  if (clip.problem) throw ClipError(*clip.problem);
  Sample sample;
  sample.id = clip.clip_id;
  sample.dataset = clip.dataset;
  sample.subject = clip.subject;
  sample.interval = {clip.onset.value_or(0), clip.apex, clip.offset.value_or(clip.onset.value_or(0))};
  if (!clip.features.empty()) {
    // Files hold R = u, G = v, B = strain, and OpenCV reads BGR; a Sample has u, v, strain.
    cv::Mat uvs;
    cv::cvtColor(read_image(clip.features), uvs, cv::COLOR_BGR2RGB);
    sample.motion_image = uvs;
  } else {
    load_faces(clip, options, faces, sample);
  }
  return sample;
}

}  // namespace merkit
