#include "pipeline/cache_entry.h"

#include <array>
#include <fstream>
#include <sstream>

namespace merkit {
namespace {

constexpr std::array<char, 8> kMagic{'m', 'e', 'r', 'k', 'i', 't', '$', '\n'};
constexpr std::uint32_t kFormat = 1;

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t format = kFormat, kind = 0;
  std::uint64_t key_high = 0, key_low = 0, size = 0;
};
static_assert(sizeof(Header) == 40, "entries must not hold padding");

}  // namespace

std::string sealed_entry(const ContentHash& key, CacheKind kind, std::string_view content) {
  Header header;
  header.kind = static_cast<std::uint32_t>(kind);
  header.key_high = key.high;
  header.key_low = key.low;
  header.size = content.size();
  ByteWriter writer;
  writer.put(header);
  writer.put_bytes(content.data(), content.size());
  std::string entry = writer.take();
  const ContentHash seal = hash_of(entry);
  writer.put(seal.high);
  writer.put(seal.low);
  return entry + writer.take();
}

std::optional<std::string_view> opened_entry(const ContentHash& key, CacheKind kind, std::string_view file) {
  constexpr std::size_t kSeal = 2 * sizeof(std::uint64_t);
  if (file.size() < sizeof(Header) + kSeal) return std::nullopt;
  const std::string_view sealed = file.substr(0, file.size() - kSeal);
  ByteReader seal(file.substr(sealed.size()));
  const ContentHash expected{seal.get<std::uint64_t>(), seal.get<std::uint64_t>()};
  const auto header = ByteReader(sealed).get<Header>();
  if (header.magic != kMagic || header.format != kFormat || header.kind != static_cast<std::uint32_t>(kind) ||
      header.key_high != key.high || header.key_low != key.low || header.size != sealed.size() - sizeof(Header) ||
      hash_of(sealed) != expected)
    return std::nullopt;
  return sealed.substr(sizeof(Header));
}

std::optional<std::string> file_if_readable(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  std::ostringstream text;
  text << stream.rdbuf();
  if (stream.bad()) return std::nullopt;
  return text.str();
}

std::string cache_tag() {
  return "Signature: 8a477f597d28d172789f06886806bc55\n"
         "# This directory holds a cache of merkit. `merkit cache DIR --clear` empties it.\n";
}

std::filesystem::path entry_path(const std::filesystem::path& directory, const ContentHash& key, CacheKind kind) {
  const std::string name = key.hex();
  return directory / name.substr(0, 2) / (name + "." + std::string(to_string(kind)));
}

}  // namespace merkit
