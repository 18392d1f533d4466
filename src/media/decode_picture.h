#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit::media {

using Bytes = std::vector<std::uint8_t>;

/// What is wrong with the bytes of a picture, to follow "it": "is truncated: the end marker of JPEG is missing".
class PictureFault : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Each takes a whole file of its kind and gives 8-bit BGR (PNG: 16-bit where the file is), or throws PictureFault
// rather than give part of a picture. Bytes after its end are no fault; many cameras write some. Memory is asked for
// only when the file is large enough to hold the pixels that its header promises.

/// Baseline, progressive or arithmetic JPEG: grey, YCbCr, RGB, CMYK or YCCK, 8 bits; turned as EXIF says.
cv::Mat decode_jpeg(const Bytes& bytes);

/// Any PNG; alpha is dropped, gamma and colour profiles are not applied; turned as its eXIf chunk says.
cv::Mat decode_png(const Bytes& bytes);

/// BMP with 1, 4, 8, 16, 24 or 32 bits, not run-length encoded.
cv::Mat decode_bmp(const Bytes& bytes);

/// More pixels than any camera of today has are refused, however well compressed: 2^20 a side, 2^30 in all.
void require_sane_size(std::int64_t width, std::int64_t height);

}  // namespace merkit::media
