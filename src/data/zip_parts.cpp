#include "data/zip_parts.h"

#include "merkit/core/error.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include <orcus/zip_archive.hpp>
#include <orcus/zip_archive_stream.hpp>
#include <zlib.h>

namespace merkit {
namespace {

constexpr std::uint64_t kMostUnpacked = std::uint64_t{256} << 20;
constexpr std::size_t kEndSize = 22, kEntrySize = 46, kLongestComment = 65535;

struct Entry {
  std::uint32_t crc = 0, size = 0;
};

/// The archive's directory. liborcus reads it again by itself, but allocates what it says.
class DirectoryReader {
 public:
  DirectoryReader(const std::string& bytes, const std::string& origin) : bytes_(bytes), origin_(origin) {}

  std::map<std::string, Entry> read() const {
    const std::size_t end = find_end();
    const std::size_t count = number(end + 10, 2), size = number(end + 12, 4);
    std::size_t at = number(end + 16, 4);
    if (at > end || size > end - at) fail("its directory lies outside the file");
    std::map<std::string, Entry> entries;
    std::uint64_t unpacked = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (at + kEntrySize > end || bytes_.compare(at, 4, "PK\x01\x02") != 0) fail("its directory ends early");
      const std::size_t name_size = number(at + 28, 2), packed = number(at + 20, 4);
      if (at + kEntrySize + name_size > end) fail("its directory ends early");
      const std::string name = bytes_.substr(at + kEntrySize, name_size);
      if (number(at + 8, 2) & 1) throw InputError(origin_ + ": protected by a password", "save it without one");
      Entry entry;
      entry.crc = static_cast<std::uint32_t>(number(at + 16, 4));
      entry.size = static_cast<std::uint32_t>(number(at + 24, 4));
      unpacked += entry.size;
      if (packed > bytes_.size()) fail("\"" + name + "\" is longer than the file");
      if (unpacked > kMostUnpacked) fail("it unpacks to more than 256 MiB");
      if (!entries.emplace(name, entry).second) fail("\"" + name + "\" is there twice");
      at += kEntrySize + name_size + number(at + 30, 2) + number(at + 32, 2);
    }
    return entries;
  }

 private:
  /// Where the end record begins; it is last but for a comment.
  std::size_t find_end() const {
    const std::size_t earliest = bytes_.size() - std::min(bytes_.size(), kEndSize + kLongestComment);
    const std::size_t at = bytes_.rfind("PK\x05\x06");
    if (at == std::string::npos || at < earliest || at + kEndSize > bytes_.size()) fail("it ends early");
    return at;
  }

  std::uint64_t number(std::size_t at, int bytes) const {
    std::uint64_t value = 0;
    for (int i = bytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes_.at(at + i));
    return value;
  }

  [[noreturn]] void fail(const std::string& why) const {
    throw InputError(origin_ + ": a damaged .xlsx file: " + why, "copy it again, or save it again as .xlsx");
  }

  const std::string& bytes_;
  const std::string& origin_;
};

}  // namespace

struct ZipParts::State {
  State(const std::string& bytes, std::string from)
      : origin(std::move(from)),
        entries(DirectoryReader(bytes, origin).read()),
        stream(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()),
        archive(&stream) {}

  std::string origin;
  std::map<std::string, Entry> entries;
  orcus::zip_archive_stream_blob stream;
  orcus::zip_archive archive;
};

ZipParts::ZipParts(const std::string& bytes, std::string origin)
    : state_(std::make_unique<State>(bytes, std::move(origin))) {
  try {
    state_->archive.load();
  } catch (const std::exception& error) {
    throw InputError(state_->origin + ": a damaged .xlsx file: " + error.what());
  }
}

ZipParts::~ZipParts() = default;

bool ZipParts::has(const std::string& name) const { return state_->entries.count(name) > 0; }

std::string ZipParts::read(const std::string& name) const {
  const auto entry = state_->entries.find(name);
  const std::string part = state_->origin + ": part \"" + name + "\" of the .xlsx file ";
  if (entry == state_->entries.end()) throw InputError(part + "is missing");
  std::vector<unsigned char> bytes;
  bool there = false;
  try {
    there = state_->archive.read_file_entry(name, bytes);
  } catch (const std::exception&) {  // answered below, whatever it was
  }
  if (bytes.size() > entry->second.size) bytes.resize(entry->second.size);  // liborcus appends a NUL
  const bool whole = there && bytes.size() == entry->second.size &&
                     ::crc32(0, bytes.data(), static_cast<uInt>(bytes.size())) == entry->second.crc;
  if (!whole) throw InputError(part + "is damaged", "copy the file again, or save it again as .xlsx");
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace merkit
