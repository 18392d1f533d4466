#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace merkit {

/// What a compact landmark model was made from: it is stale when any of these differ.
struct SourceStamp {
  std::string path;  ///< absolute
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  ///< since the epoch
  bool operator==(const SourceStamp& other) const {
    return path == other.path && size == other.size && modified_ns == other.modified_ns;
  }
};

constexpr int kShapePoints = 68, kShapeValues = 2 * kShapePoints;

/// One test of a tree: is pixel `first` brighter than pixel `second` by more than `threshold` grey levels?
struct CompactSplit {
  std::uint16_t first, second;
  std::int16_t threshold;
};
static_assert(sizeof(CompactSplit) == 6);

/// Sizes that all cascades share. dlib's published model has 15 cascades of 500 trees with 16 leaves and 500 pixels.
struct CompactShape {
  std::uint32_t cascades = 0, trees = 0, leaves = 0, pixels = 0;
};

/// One cascade, in memory that somebody else holds.
struct CascadeTables {
  const float* delta = nullptr;           ///< [pixels * 2] offset from the anchor in the mean shape, in box sides
  const std::uint16_t* anchor = nullptr;  ///< [pixels] the landmark that a pixel moves with
  const CompactSplit* splits = nullptr;   ///< [trees][leaves - 1], children of i at 2i + 1 (brighter) and 2i + 2
  const float* leaves = nullptr;          ///< [trees][leaves][136] what is added to the shape, in box sides
};

/// Pointers into the bytes of a compact model.
struct CompactTables {
  CompactShape shape;
  const float* mean_shape = nullptr;  ///< [136] x, y in box sides
  std::vector<CascadeTables> cascades;
};

/// The file: a header (below), the source's path, the mean shape, then the tables of each cascade in the order of
/// CascadeTables, every part at a multiple of 64 bytes. Numbers are as the machine stores them; a file from a machine
/// of the other byte order counts as damaged, and is made anew.
struct CompactHeader {
  char magic[8];
  std::uint64_t checksum;  ///< XXH3 (64 bit) of everything after this member
  std::uint32_t version, path_bytes;
  std::uint64_t file_bytes, source_bytes;
  std::int64_t source_modified_ns;
  CompactShape shape;
};
static_assert(sizeof(CompactHeader) == 64);

/// Bytes of a whole file with room for everything, and its header filled in but for the checksum.
std::vector<std::byte> empty_compact_file(const CompactShape& shape, const SourceStamp& source);

/// Sets the checksum of a file whose tables are filled in.
void seal_compact_file(std::vector<std::byte>& file);

/// Where the tables of a file lie that empty_compact_file() made, or has been checked.
CompactTables tables_of(const std::byte* file);

/// Why these bytes cannot be used as the compact form of `source`; empty when they can.
std::string flaw_of_compact_file(const std::byte* file, std::size_t bytes, const SourceStamp& source);

}  // namespace merkit
