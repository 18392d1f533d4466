#include "motion/sample_faces.h"

#include "merkit/core/error.h"

#include <string>

namespace merkit {
namespace {

const AlignedFace& face_or_throw(const Sample& sample, int number, const char* role) {
  const AlignedFace* face = sample.face_at(number);
  if (!face || !face->success || face->image.empty())
    throw ClipError(Status::no_face,
                    "sample \"" + sample.id + "\" has no face in its " + role + " frame " + std::to_string(number));
  return *face;
}

}  // namespace

OnsetAndApex onset_and_apex_faces(const Sample& sample) {
  if (sample.faces.empty())
    throw ClipError(
        Status::unsupported,
        "sample \"" + sample.id + "\": " +
            (sample.motion_image ? "it is a ready motion image, and the method looks at faces" : "it has no frames"),
        "give frames instead");
  const AlignedFace& onset = face_or_throw(sample, sample.interval.onset, "onset");
  const AlignedFace& apex = face_or_throw(sample, sample.interval.apex_or_middle(), "apex");
  if (onset.segment != apex.segment || onset.image.size() != apex.image.size())
    throw ClipError(Status::unsupported,
                    "sample \"" + sample.id + "\": the face was lost between onset " + std::to_string(onset.number) +
                        " and apex " + std::to_string(apex.number) + ", so their motion cannot be measured",
                    "");
  return {onset, apex};
}

}  // namespace merkit
