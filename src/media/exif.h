#pragma once

#include <cstddef>
#include <cstdint>

#include <opencv2/core/mat.hpp>

namespace merkit::media {

/// The orientation (1 to 8) in EXIF data that begin with their TIFF header; 1, upright, when they do not say.
int exif_orientation(const std::uint8_t* data, std::size_t size);

/// `picture` upright: mirrored and turned as an EXIF orientation says. What is not 2 to 8 changes nothing.
cv::Mat upright(const cv::Mat& picture, int orientation);

}  // namespace merkit::media
