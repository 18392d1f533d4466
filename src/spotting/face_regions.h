#pragma once

#include "merkit/core/aligned_face.h"

#include <array>
#include <vector>

#include <opencv2/core/types.hpp>

namespace merkit::spotting {

/// Brows, glabella, nose wings, cheeks, lips and mouth corners.
constexpr int kFaceRegions = 15;
/// Both eyes, for blinks: lids and gaze.
constexpr int kEyeRegions = 2;

/// Pixels of a crop, row by row.
struct Region {
  struct Run {
    int row, begin, end;  ///< columns begin..end-1
  };
  std::vector<Run> runs;
  int pixels = 0;
  cv::Point2d centre;  ///< of gravity; (0, 0) without pixels
};

/// Where a face is looked at, in pixels of its crop.
struct FaceRegions {
  std::array<Region, kFaceRegions> face;
  std::array<Region, kEyeRegions> eyes;
  std::vector<cv::Point> rigid;  ///< where the face has no patch: what moves there is the head
  double patch_px = 0;           ///< side of a patch
  double scale = 1;              ///< pixels of a crop 140 wide for each pixel of this one
};

FaceRegions face_regions(const AlignedFace& face);

/// The crop divided into `blocks` rows and as many columns: of each block the skin from the jaw to a little above the
/// brows, without the eyes. Blocks that are mostly something else are left out.
std::vector<Region> face_blocks(const AlignedFace& face, int blocks);

}  // namespace merkit::spotting
