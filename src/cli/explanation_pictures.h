#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/methods/explanation.h"
#include "merkit/report/records.h"

#include <filesystem>
#include <string>

namespace merkit::cli {

/// What `merkit explain` has to show of one clip.
struct ExplainedClip {
  const AlignedFace& onset;
  const AlignedFace& apex;
  MotionField tvl1;  ///< between these two, pixels of the crop
  Explanation explanation;
  std::string heading;  ///< of the overview, ASCII
};

/// Mean and 95th percentile of the motion's size, within the hull of the onset's landmarks and elsewhere.
MotionSize size_of(const MotionField& motion, const AlignedFace& onset);

/// Writes into `directory`, as far as there is something to show: onset.png, apex.png, motion_learned.png,
/// motion_tvl1.png (both by one scale), occlusion.png, regions.png, gradcam.png and what else the explanation has maps
/// of, and overview.png with all of them and captions. Notes files, maps, regions and motion in `record`.
void write_pictures(const ExplainedClip& clip, const std::filesystem::path& directory, ExplanationRecord& record);

}  // namespace merkit::cli
