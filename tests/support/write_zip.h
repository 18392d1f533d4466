#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace merkit::testing {

/// Appends `value` in `bytes` bytes, least significant first.
inline void put(std::string& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to += i < 8 ? static_cast<char>(value >> (8 * i) & 0xFF) : '\0';
}

/// The CRC-32 of zip and PNG.
inline std::uint32_t crc32_of(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const unsigned char byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1u ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

using ZipParts = std::vector<std::pair<std::string, std::string>>;  ///< name and contents

/// A zip archive of these files, uncompressed.
inline std::string stored_zip(const ZipParts& parts) {
  std::string archive, directory;
  for (const auto& [name, contents] : parts) {
    std::string about;  // what the local header and the central directory have in common
    put(about, 20, 2);  // version needed
    put(about, 0, 8);   // flags, method "stored", time, date
    put(about, crc32_of(contents), 4);
    put(about, contents.size(), 4);
    put(about, contents.size(), 4);
    put(about, name.size(), 2);
    put(about, 0, 2);  // extra field
    directory += std::string("PK\x01\x02", 4);
    put(directory, 20, 2);
    directory += about;
    put(directory, 0, 10);  // comment, disk, attributes
    put(directory, archive.size(), 4);
    directory += name;
    archive += std::string("PK\x03\x04", 4) + about + name + contents;
  }
  std::string end("PK\x05\x06", 4);
  put(end, 0, 4);
  put(end, parts.size(), 2);
  put(end, parts.size(), 2);
  put(end, directory.size(), 4);
  put(end, archive.size(), 4);
  put(end, 0, 2);
  return archive + directory + end;
}

}  // namespace merkit::testing
