#pragma once

#include "merkit/core/aligned_face.h"
#include "merkit/core/weighted_region.h"
#include "merkit/learning/explanation.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace merkit {

/// Size of a motion in pixels of the crop, within the hull of the face's landmarks and outside of it.
struct MotionSize {
  double face_mean_px = 0, face_p95_px = 0, elsewhere_mean_px = 0, elsewhere_p95_px = 0;
};

/// Mean and 95th percentile of the motion's size, within the hull of the onset's landmarks and elsewhere.
MotionSize size_of(const MotionField& motion, const AlignedFace& onset);

/// What `merkit explain` has to show of one clip.
struct ExplainedClip {
  const AlignedFace& onset;
  const AlignedFace& apex;
  MotionField tvl1;  ///< between these two, pixels of the crop
  Explanation explanation;
  std::string heading;  ///< of the overview, ASCII
};

/// The pictures that were made of an explanation, and what they show in figures.
struct ExplanationPictures {
  struct Map {
    std::string name, file;
    double face_mean = 0, elsewhere_mean = 0;  ///< of its values, within the hull of the face and outside of it
  };
  std::optional<MotionSize> learned, tvl1;
  std::vector<Map> maps;
  std::vector<WeightedRegion> regions;
  std::vector<std::string> files;  ///< names below the directory, in the order of their making
};

/// Writes into `directory`, as far as there is something to show: onset.png, apex.png, motion_learned.png,
/// motion_tvl1.png (both by one scale), occlusion.png, regions.png, gradcam.png and what else the explanation has maps
/// of, and overview.png with all of them and captions.
ExplanationPictures write_pictures(const ExplainedClip& clip, const std::filesystem::path& directory);

}  // namespace merkit
