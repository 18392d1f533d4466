#include "media/picture_file.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>

namespace merkit::media {
namespace {

using Bytes = std::vector<std::uint8_t>;

bool starts_with(const Bytes& bytes, const char* signature, std::size_t length) {
  return bytes.size() >= length && std::memcmp(bytes.data(), signature, length) == 0;
}

std::uint32_t big_endian(const std::uint8_t* at, int length) {
  std::uint32_t value = 0;
  for (int i = 0; i < length; ++i) value = value << 8 | at[i];
  return value;
}

std::uint32_t little_endian(const std::uint8_t* at, int length) {
  std::uint32_t value = 0;
  for (int i = length - 1; i >= 0; --i) value = value << 8 | at[i];
  return value;
}

/// ISO 10918-1, annex B. Thumbnails have end markers of their own inside a segment, so segments are walked one by one.
std::string jpeg_fault(const Bytes& bytes) {
  constexpr std::uint8_t kEnd = 0xD9, kScan = 0xDA;
  const auto has_no_length = [](std::uint8_t marker) {
    return marker == 0x00 || marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8);  // stuffing, TEM, RSTn, SOI
  };
  bool has_scan = false;
  std::size_t at = 2;
  while (at + 1 < bytes.size()) {
    // Between segments and in entropy-coded data alike: on to the next FF that is followed by something else.
    const void* found = std::memchr(bytes.data() + at, 0xFF, bytes.size() - 1 - at);
    if (!found) break;
    at = static_cast<std::size_t>(static_cast<const std::uint8_t*>(found) - bytes.data()) + 1;
    const std::uint8_t marker = bytes[at];
    if (marker == 0xFF) continue;  // fill byte: this one may begin the marker
    ++at;
    if (marker == kEnd) return has_scan ? "" : "holds no picture data";
    if (has_no_length(marker)) continue;
    if (at + 2 > bytes.size()) break;
    has_scan = has_scan || marker == kScan;
    const std::uint32_t length = big_endian(&bytes[at], 2);
    if (length < 2) return "is damaged: a segment has an impossible length";
    at += length;
  }
  return "is truncated: the end marker of JPEG is missing";
}

std::uint32_t crc32(const std::uint8_t* data, std::size_t size) {
  static const auto table = [] {
    std::array<std::uint32_t, 256> entries{};
    for (std::uint32_t n = 0; n < 256; ++n) {
      std::uint32_t c = n;
      for (int bit = 0; bit < 8; ++bit) c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
      entries[n] = c;
    }
    return entries;
  }();
  std::uint32_t crc = 0xFFFFFFFFu;
  for (std::size_t i = 0; i < size; ++i) crc = table[(crc ^ data[i]) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

/// ISO 15948: chunks of length, type, data and checksum, up to IEND. Checksums are verified here for critical chunks
/// (capital first letter), because libpng reports a wrong one on stderr.
std::string png_fault(const Bytes& bytes) {
  std::size_t at = 8;
  while (bytes.size() - at >= 12) {
    const std::size_t length = big_endian(&bytes[at], 4);
    if (length > bytes.size() - at - 12) break;
    const std::string type(reinterpret_cast<const char*>(&bytes[at + 4]), 4);
    const bool is_critical = (bytes[at + 4] & 0x20) == 0;
    if (is_critical && crc32(&bytes[at + 4], length + 4) != big_endian(&bytes[at + 8 + length], 4))
      return "is damaged: the checksum of its " + type + " chunk is wrong";
    if (type == "IEND") return "";
    at += length + 12;
  }
  return "is truncated: the IEND chunk of PNG is missing";
}

std::string bmp_fault(const Bytes& bytes) {
  constexpr std::size_t kHeaders = 14 + 40;
  if (bytes.size() < 14 + 12) return "is truncated: the BMP header is not whole";
  if (little_endian(&bytes[14], 4) < 40) return "";  // OS/2 header: left to the decoder
  if (bytes.size() < kHeaders) return "is truncated: the BMP header is not whole";
  const std::uint64_t start = little_endian(&bytes[10], 4);
  const std::int64_t width = static_cast<std::int32_t>(little_endian(&bytes[18], 4));
  const std::int64_t height =
      std::abs(static_cast<std::int64_t>(static_cast<std::int32_t>(little_endian(&bytes[22], 4))));
  const std::int64_t bits = little_endian(&bytes[28], 2);
  const std::uint32_t compression = little_endian(&bytes[30], 4);
  if (width <= 0 || height == 0 || bits > 32) return "is damaged: its BMP header makes no sense";
  const bool is_plain = compression == 0 || compression == 3;
  const std::uint64_t row = static_cast<std::uint64_t>((width * bits + 31) / 32 * 4);
  const std::uint64_t needed = start + (is_plain ? row * static_cast<std::uint64_t>(height) : 1);
  if (bytes.size() >= needed) return "";
  return "is truncated: " + std::to_string(bytes.size()) + " of " + std::to_string(needed) + " bytes are there";
}

}  // namespace

std::string picture_fault(const Bytes& bytes) {
  if (bytes.empty()) return "is empty";
  if (starts_with(bytes, "\xFF\xD8\xFF", 3)) return jpeg_fault(bytes);
  if (starts_with(bytes, "\x89PNG\r\n\x1A\n", 8)) return png_fault(bytes);
  if (starts_with(bytes, "BM", 2)) return bmp_fault(bytes);
  return "is no JPEG, PNG or BMP picture";
}

}  // namespace merkit::media
