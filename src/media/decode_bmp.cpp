#include "media/decode_picture.h"

#include <cstdlib>
#include <string>

// Plain BMP only: run-length encoding, which halves drawings and swells photographs, is refused.
namespace merkit::media {
namespace {

struct Bmp {
  std::int64_t width = 0, height = 0;
  bool top_down = false;
  std::uint32_t bits = 0;
  bool five_six_five = false;  ///< how 16 bits are shared out; else five for each channel
  std::size_t pixels_at = 0;
  std::vector<cv::Vec3b> palette;
};

std::uint32_t number(const Bytes& bytes, std::size_t at, std::size_t length) {
  if (at + length > bytes.size()) throw PictureFault("is truncated: the BMP header is not whole");
  std::uint32_t value = 0;
  for (std::size_t i = length; i-- > 0;) value = value << 8 | bytes[at + i];
  return value;
}

/// Whether the channels lie as ours do, by the kind of compression, which is 3 where the header has masks for them.
bool is_known(const Bytes& bytes, std::uint32_t compression, std::uint32_t bits) {
  if (compression == 0) return bits == 1 || bits == 4 || bits == 8 || bits == 16 || bits == 24 || bits == 32;
  if (compression != 3 || (bits != 16 && bits != 32)) return false;
  const auto masks = [&](std::uint32_t red, std::uint32_t green, std::uint32_t blue) {
    return number(bytes, 54, 4) == red && number(bytes, 58, 4) == green && number(bytes, 62, 4) == blue;
  };
  if (bits == 32) return masks(0xFF0000, 0xFF00, 0xFF);
  return masks(0xF800, 0x7E0, 0x1F) || masks(0x7C00, 0x3E0, 0x1F);
}

Bmp read_header(const Bytes& bytes) {
  Bmp bmp;
  const std::uint32_t header = number(bytes, 14, 4);
  const bool is_os2 = header == 12;
  const auto coordinate = [&](std::size_t at) { return std::int64_t{static_cast<std::int32_t>(number(bytes, at, 4))}; };
  bmp.pixels_at = number(bytes, 10, 4);
  bmp.width = is_os2 ? number(bytes, 18, 2) : coordinate(18);
  bmp.height = is_os2 ? number(bytes, 20, 2) : coordinate(22);
  bmp.top_down = bmp.height < 0;
  bmp.height = std::abs(bmp.height);
  bmp.bits = number(bytes, is_os2 ? 24 : 28, 2);
  const std::uint32_t compression = is_os2 ? 0 : number(bytes, 30, 4), in_use = is_os2 ? 0 : number(bytes, 46, 4);
  if ((!is_os2 && header < 40) || bmp.width <= 0 || bmp.height == 0 || in_use > 256)
    throw PictureFault("is damaged: its BMP header makes no sense");
  if (!is_known(bytes, compression, bmp.bits))
    throw PictureFault("is of a variant of BMP that cannot be decoded: " + std::to_string(bmp.bits) +
                       " bits, compression " + std::to_string(compression));
  bmp.five_six_five = compression == 3 && number(bytes, 58, 4) == 0x7E0;
  if (bmp.bits > 8) return bmp;
  bmp.palette.resize(256);  // black beyond its entries: no pixel's index is out of range
  std::size_t at = 14 + std::size_t{header};
  for (std::size_t i = 0; i < (in_use ? in_use : std::size_t{1} << bmp.bits); ++i, at += is_os2 ? 3 : 4)
    for (int channel = 0; channel < 3; ++channel)
      bmp.palette[i][channel] = static_cast<std::uint8_t>(number(bytes, at, 3) >> 8 * channel);
  return bmp;
}

cv::Vec3b pixel(const Bmp& bmp, const std::uint8_t* row, std::uint32_t x) {
  const auto byte = [](std::uint32_t value) { return static_cast<std::uint8_t>(value); };
  if (bmp.bits <= 8) {
    const std::uint32_t bit = x * bmp.bits;
    return bmp.palette[row[bit / 8] >> (8 - bmp.bits - bit % 8) & ((1u << bmp.bits) - 1)];
  }
  const std::uint8_t* const at = row + std::size_t{x} * (bmp.bits / 8);
  if (bmp.bits != 16) return {at[0], at[1], at[2]};
  const std::uint32_t both = at[0] | std::uint32_t{at[1]} << 8;
  if (bmp.five_six_five) return {byte(both << 3), byte(both >> 3 & ~3u), byte(both >> 8 & ~7u)};
  return {byte(both << 3), byte(both >> 2 & ~7u), byte(both >> 7 & ~7u)};
}

}  // namespace

cv::Mat decode_bmp(const Bytes& bytes) {
  const Bmp bmp = read_header(bytes);
  require_sane_size(bmp.width, bmp.height);
  const auto pitch = static_cast<std::size_t>((bmp.width * bmp.bits + 31) / 32 * 4);
  const std::size_t needed = bmp.pixels_at + pitch * static_cast<std::size_t>(bmp.height);
  if (bytes.size() < needed)
    throw PictureFault("is truncated: " + std::to_string(bytes.size()) + " of " + std::to_string(needed) +
                       " bytes are there");
  cv::Mat picture(static_cast<int>(bmp.height), static_cast<int>(bmp.width), CV_8UC3);
  for (int y = 0; y < picture.rows; ++y) {
    const auto line = static_cast<std::size_t>(bmp.top_down ? y : picture.rows - 1 - y);
    const std::uint8_t* const row = bytes.data() + bmp.pixels_at + pitch * line;
    cv::Vec3b* const to = picture.ptr<cv::Vec3b>(y);
    for (int x = 0; x < picture.cols; ++x) to[x] = pixel(bmp, row, static_cast<std::uint32_t>(x));
  }
  return picture;
}

}  // namespace merkit::media
