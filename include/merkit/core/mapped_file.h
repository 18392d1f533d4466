#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace merkit {

/// A file's contents mapped into memory: the pages are shared with every process that maps the same file, and the
/// system may drop and read them again as it needs. Files that merkit maps are replaced by renaming, never in place, so
/// a mapping stays whole.
struct MappedFile {
  /// Null when the file is missing, empty or cannot be read. A write, through whatever takes the constness off, is seen
  /// by this process alone and never reaches the file.
  std::shared_ptr<const std::byte> bytes;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  ///< since the epoch
  int error = 0;                 ///< errno, where the file could not be read

  /// Empty where there is nothing; lives as long as `bytes`.
  std::string_view view() const { return {reinterpret_cast<const char*>(bytes.get()), bytes ? size : 0}; }
};

MappedFile map_file(const std::filesystem::path& file);

}  // namespace merkit
