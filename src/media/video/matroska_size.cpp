#include "media/video/matroska_size.h"

#include <fstream>

namespace merkit::media {
namespace {

/// A variable-length integer of EBML (RFC 8794, section 4): as many bytes as the first has leading zero bits, plus one.
/// IDs keep the marker bit, sizes do not; a size of ones alone is an unknown one.
std::optional<std::uint64_t> variable_integer(std::istream& stream, bool keep_marker) {
  const int first = stream.get();
  if (!stream || first == 0) return std::nullopt;
  int length = 1;
  while (!(first & (0x100 >> length))) ++length;
  std::uint64_t value = keep_marker ? first : first & (0xFF >> length);
  for (int i = 1; i < length; ++i) value = value << 8 | static_cast<std::uint8_t>(stream.get());
  const bool is_unknown = !keep_marker && value == (std::uint64_t{1} << (7 * length)) - 1;
  if (!stream || is_unknown) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> matroska_size(const std::filesystem::path& file) {
  constexpr std::uint64_t kEbml = 0x1A45DFA3, kSegment = 0x18538067, kLargestHeader = 4096;
  std::ifstream stream(file, std::ios::binary);
  if (variable_integer(stream, true) != kEbml) return std::nullopt;
  const auto header = variable_integer(stream, false);
  if (!header || *header > kLargestHeader) return std::nullopt;
  stream.seekg(static_cast<std::streamoff>(*header), std::ios::cur);
  if (variable_integer(stream, true) != kSegment) return std::nullopt;
  const auto segment = variable_integer(stream, false);
  if (!segment) return std::nullopt;
  return static_cast<std::uint64_t>(stream.tellg()) + *segment;
}

}  // namespace merkit::media
