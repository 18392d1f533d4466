#pragma once

#include "merkit/core/aligned_face.h"

#include <array>
#include <cstddef>

namespace merkit {

inline constexpr std::size_t kActionUnitRegions = 9;

/// Parts of the face in which action units show: brow and forehead of the left side of the picture, of the right side
/// (units 1, 2, 4), eyes (5, 6, 7), nose and what lies between the brows (9, 4), cheeks with the corners of the mouth
/// (6, 12, 14, 15), lips (10, 23, 24, 25), chin (17). Boxes around landmarks, padded by 15 % to each side, brows also
/// by their width's third upwards; in shares of the picture's width and height, and within it.
std::array<cv::Rect2f, kActionUnitRegions> action_unit_regions(const Landmarks& landmarks, cv::Size picture);

/// What each region is on the other side of the face.
inline constexpr std::array<std::size_t, kActionUnitRegions> kMirroredRegion = {1, 0, 3, 2, 4, 6, 5, 7, 8};

/// "left brow" and so on, left and right as in the picture.
const char* action_unit_region_name(std::size_t region);

}  // namespace merkit
