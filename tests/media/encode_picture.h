#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <opencv2/core/mat.hpp>

namespace merkit::testing {

/// How a JPEG is written. The channels of the pixels are what libjpeg takes them for, not BGR: what matters is that all
/// decoders agree.
struct JpegRecipe {
  std::string name;
  int quality = 90;
  std::array<int, 2> luma_sampling = {1, 1};  ///< of the first channel: {2, 2} is 4:2:0
  bool progressive = false, arithmetic = false, optimized = false, tables = true;
  int restart_interval = 0;  ///< in blocks; 0: none
  bool as_rgb = false;       ///< three channels stored as they are, not as YCbCr
  bool as_ycck = false;      ///< four channels stored as YCCK, not as CMYK
};

/// A JPEG of 1, 3 or 4 channels of 8 bits.
std::string encode_jpeg(const cv::Mat& pixels, const JpegRecipe& recipe);

struct PngRecipe {
  int kind = 2;  ///< the colour type of PNG: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and alpha
  int bits = 8;  ///< 1, 2, 4, 8 or 16 a channel
  bool interlaced = false, transparent_colour = false, gamma = false;
  int orientation = 0;  ///< in an eXIf chunk, if not 0
};

/// A PNG of random bytes.
std::string encode_png(int width, int height, const PngRecipe& recipe);

/// EXIF data from their TIFF header on that say nothing but an orientation.
std::string exif_of(int orientation, bool little_endian);

/// An APP1 segment of JPEG.
std::string app1_segment(const std::string& contents);

/// A BMP file with `bits` a pixel and pixels from `data`, rows padded; `masks` make it one with bit fields.
std::string encode_bmp(int width, int height, int bits, const std::vector<std::uint8_t>& data,
                       const std::vector<std::uint32_t>& masks = {}, bool os2 = false);

}  // namespace merkit::testing
