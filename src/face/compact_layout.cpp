#include "face/compact_layout.h"

#include <algorithm>
#include <cstring>

#include <xxhash.h>

namespace merkit {
namespace {

constexpr char kMagic[8] = {'m', 'e', 'r', 'k', 'i', 't', 'L', 'M'};
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kAlignment = 64;
constexpr std::size_t kChecked = offsetof(CompactHeader, version);

/// Hands out the parts of the file one after the other.
class Parts {
 public:
  explicit Parts(std::uint64_t path_bytes) { take(sizeof(CompactHeader)), take(path_bytes); }
  std::uint64_t take(std::uint64_t bytes) {
    const std::uint64_t begin = next_;
    next_ += (bytes + kAlignment - 1) / kAlignment * kAlignment;
    return begin;
  }
  std::uint64_t end() const { return next_; }

 private:
  std::uint64_t next_ = 0;
};

CompactHeader header_of(const std::byte* file) {
  CompactHeader header;
  std::memcpy(&header, file, sizeof header);
  return header;
}

template <class T>
const T* part(const std::byte* file, std::uint64_t offset) {
  return reinterpret_cast<const T*>(file + offset);
}

CompactTables laid_out(const CompactShape& shape, std::uint32_t path_bytes, const std::byte* file,
                       std::uint64_t* bytes) {
  Parts parts(path_bytes);
  CompactTables tables;
  tables.shape = shape;
  tables.mean_shape = part<float>(file, parts.take(kShapeValues * sizeof(float)));
  for (std::uint32_t i = 0; i < shape.cascades; ++i) {
    const std::uint64_t pixels = shape.pixels, trees = shape.trees, leaves = shape.leaves;
    CascadeTables cascade;
    cascade.delta = part<float>(file, parts.take(2 * pixels * sizeof(float)));
    cascade.anchor = part<std::uint16_t>(file, parts.take(pixels * sizeof(std::uint16_t)));
    cascade.splits = part<CompactSplit>(file, parts.take(trees * (leaves - 1) * sizeof(CompactSplit)));
    cascade.leaves = part<float>(file, parts.take(trees * leaves * kShapeValues * sizeof(float)));
    tables.cascades.push_back(cascade);
  }
  if (bytes) *bytes = parts.end();
  return tables;
}

/// Bounds that keep all sums of sizes far from overflow.
bool plausible(const CompactShape& s) {
  const bool power_of_two = s.leaves >= 2 && (s.leaves & (s.leaves - 1)) == 0;
  return s.cascades >= 1 && s.cascades <= 1000 && s.trees >= 1 && s.trees <= 65536 && power_of_two &&
         s.leaves <= 65536 && s.pixels >= 1 && s.pixels <= 65536;
}

/// Whether every index stays inside its table, so that no file whatever can make the evaluation read elsewhere.
bool indices_fit(const CompactTables& tables) {
  const CompactShape& shape = tables.shape;
  for (const CascadeTables& cascade : tables.cascades) {
    const std::size_t splits = std::size_t{shape.trees} * (shape.leaves - 1);
    const bool fit = std::all_of(cascade.anchor, cascade.anchor + shape.pixels,
                                 [](std::uint16_t anchor) { return anchor < kShapePoints; }) &&
                     std::all_of(cascade.splits, cascade.splits + splits, [&](const CompactSplit& split) {
                       return split.first < shape.pixels && split.second < shape.pixels;
                     });
    if (!fit) return false;
  }
  return true;
}

}  // namespace

std::vector<std::byte> empty_compact_file(const CompactShape& shape, const SourceStamp& source) {
  CompactHeader header{};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.path_bytes = static_cast<std::uint32_t>(source.path.size());
  header.source_bytes = source.size;
  header.source_modified_ns = source.modified_ns;
  header.shape = shape;
  laid_out(shape, header.path_bytes, nullptr, &header.file_bytes);
  std::vector<std::byte> file(header.file_bytes);
  std::memcpy(file.data(), &header, sizeof header);
  std::memcpy(file.data() + sizeof header, source.path.data(), source.path.size());
  return file;
}

void seal_compact_file(std::vector<std::byte>& file) {
  const std::uint64_t checksum = XXH3_64bits(file.data() + kChecked, file.size() - kChecked);
  std::memcpy(file.data() + offsetof(CompactHeader, checksum), &checksum, sizeof checksum);
}

CompactTables tables_of(const std::byte* file) {
  const CompactHeader header = header_of(file);
  return laid_out(header.shape, header.path_bytes, file, nullptr);
}

std::string flaw_of_compact_file(const std::byte* file, std::size_t bytes, const SourceStamp& source) {
  if (bytes < sizeof(CompactHeader)) return "it is too short";
  const CompactHeader header = header_of(file);
  if (std::memcmp(header.magic, kMagic, sizeof kMagic) != 0) return "it is another kind of file";
  if (header.version != kVersion) return "it is of another version";
  if (header.file_bytes != bytes || header.path_bytes > bytes - sizeof header || !plausible(header.shape))
    return "its size is not the one it states";
  const std::string path(part<char>(file, sizeof header), header.path_bytes);
  if (!(SourceStamp{path, header.source_bytes, header.source_modified_ns} == source)) return "its source has changed";
  std::uint64_t expected = 0;
  const CompactTables tables = laid_out(header.shape, header.path_bytes, file, &expected);
  if (expected != bytes) return "its size does not fit its tables";
  if (XXH3_64bits(file + kChecked, bytes - kChecked) != header.checksum) return "its checksum is wrong";
  if (!indices_fit(tables)) return "an index points outside its table";
  return {};
}

}  // namespace merkit
