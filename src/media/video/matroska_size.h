#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace merkit::media {

/// Size in bytes that a Matroska or WebM file has according to its Segment element; nothing for other files and for
/// live recordings, which leave the size open. FFmpeg ends such a file without an error wherever it was cut off.
std::optional<std::uint64_t> matroska_size(const std::filesystem::path& file);

}  // namespace merkit::media
