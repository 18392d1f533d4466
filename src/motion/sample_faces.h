#pragma once

#include "merkit/core/sample.h"

namespace merkit {

/// Two faces of one sample, in the same pose and of the same size.
struct OnsetAndApex {
  const AlignedFace& onset;
  const AlignedFace& apex;
};

/// The faces at the onset and at the apex (the middle where there is none), for as long as the sample lives. Throws
/// ClipError(unsupported) for a sample without faces, of which a ready motion image is no substitute, and for faces in
/// different poses; ClipError(no_face) naming a frame without face.
OnsetAndApex onset_and_apex_faces(const Sample& sample);

}  // namespace merkit
