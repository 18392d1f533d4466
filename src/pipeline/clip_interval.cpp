#include "pipeline/clip_interval.h"

#include "merkit/core/error.h"

#include <algorithm>
#include <string>

namespace merkit {
namespace {

std::string range_of(const std::vector<int>& numbers) {
  return std::to_string(numbers.front()) + ".." + std::to_string(numbers.back());
}

}  // namespace

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

}  // namespace merkit
