#include "media/exif.h"

#include <opencv2/core.hpp>

namespace merkit::media {

int exif_orientation(const std::uint8_t* data, std::size_t size) {
  if (size < 8 || data[0] != data[1] || (data[0] != 'I' && data[0] != 'M')) return 1;
  const bool little = data[0] == 'I';
  const auto number = [&](std::size_t at, int length) {
    std::uint32_t value = 0;
    for (int i = 0; i < length; ++i)
      value = value << 8 | data[at + static_cast<std::size_t>(little ? length - 1 - i : i)];
    return value;
  };
  constexpr std::size_t kEntry = 12;
  constexpr std::uint32_t kOrientation = 0x0112;
  const std::size_t directory = number(4, 4);
  if (number(2, 2) != 42 || directory > size - 2) return 1;
  const std::size_t count = number(directory, 2);
  std::size_t at = directory + 2;
  for (std::size_t i = 0; i < count && at + kEntry <= size; ++i, at += kEntry)
    if (number(at, 2) == kOrientation) return static_cast<int>(number(at + 8, 2));
  return 1;
}

cv::Mat upright(const cv::Mat& picture, int orientation) {
  if (orientation < 2 || orientation > 8) return picture;
  cv::Mat turned = picture;
  if (orientation >= 5) cv::transpose(picture, turned);
  constexpr int kNone = 2, kTopBottom = 0, kLeftRight = 1, kBoth = -1;  // as cv::flip() numbers them
  constexpr int kFlips[] = {kLeftRight, kBoth, kTopBottom, kNone, kLeftRight, kBoth, kTopBottom};
  if (const int flip = kFlips[orientation - 2]; flip != kNone) cv::flip(turned, turned, flip);
  return turned;
}

}  // namespace merkit::media
