#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/core/frame.h"
#include "merkit/learning/spotter.h"

#include <string>

namespace merkit {

/// The per-frame curve of a clip: frame,time_s,signal,threshold.
std::string signal_csv(const SpottingSignal& signal);

/// OpenFace's column names: frame,face_id,timestamp,confidence,success,x_0..x_67,y_0..y_67, then pts,source_file.
std::string openface_header();
std::string openface_row(const Frame& frame, const AlignedFace& face, int face_id);

}  // namespace merkit
