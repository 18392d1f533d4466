#include "face/compact_predictor.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace merkit {

const char* const kLandmarkHint = "apt-get install libdlib-data, or set MERKIT_LANDMARKS to the file's path";

namespace {

/// Why a file is no predictor; becomes a ModelError that names the file.
struct Flaw {
  std::string why;
};

/// Reads what dlib's serialize() writes.
class DlibReader {
 public:
  DlibReader(const std::byte* data, std::uint64_t bytes) : next_(data), end_(data + bytes) {}

  std::int64_t integer() {
    if (next_ == end_) throw Flaw{"it ends early"};
    const auto control = static_cast<unsigned>(*next_++), bytes = control & 0x0F;
    if (bytes > 8 || (control & 0x70) != 0) throw Flaw{"an integer is malformed"};
    if (static_cast<std::size_t>(end_ - next_) < bytes) throw Flaw{"it ends early"};
    std::uint64_t value = 0;
    for (unsigned i = 0; i < bytes; ++i) value |= static_cast<std::uint64_t>(next_[i]) << (8 * i);
    next_ += bytes;
    if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      throw Flaw{"an integer is out of range"};
    const auto magnitude = static_cast<std::int64_t>(value);
    return (control & 0x80) != 0 ? -magnitude : magnitude;
  }

  float real() {
    const std::int64_t mantissa = integer(), exponent = integer();
    const double value = std::abs(exponent) < 2000
                             ? std::ldexp(static_cast<double>(mantissa), static_cast<int>(exponent))
                             : std::numeric_limits<double>::quiet_NaN();
    if (!(std::abs(value) < 1e9)) throw Flaw{"a number is out of range"};
    return static_cast<float>(value);
  }

  /// A number of items, each of which takes at least `least` bytes: damage cannot ask for more memory than the file's.
  std::size_t count(std::size_t least = 1) {
    const std::int64_t n = integer();
    if (n < 0 || static_cast<std::uint64_t>(n) > static_cast<std::uint64_t>(end_ - next_) / least)
      throw Flaw{"a count does not fit the file"};
    return static_cast<std::size_t>(n);
  }

  /// Column vector.
  void vector(std::vector<float>& values) {
    const std::int64_t rows = std::abs(integer()), columns = std::abs(integer());
    if (columns != 1 || rows > end_ - next_) throw Flaw{"a matrix has the wrong size"};
    values.resize(static_cast<std::size_t>(rows));
    for (float& value : values) value = real();
  }

 private:
  const std::byte* next_;
  const std::byte* end_;
};

struct Cascade {
  std::vector<float> delta, leaves;
  std::vector<std::uint16_t> anchor;
  std::vector<CompactSplit> splits;
};

std::uint16_t index(std::int64_t value) {
  if (value < 0 || value > 65535) throw Flaw{"an index is out of range"};
  return static_cast<std::uint16_t>(value);
}

/// Differences of grey levels are whole and within 255, so "more than t" is "more than floor(t)".
std::int16_t whole_threshold(float threshold) {
  return static_cast<std::int16_t>(std::floor(std::clamp(threshold, -300.F, 300.F)));
}

Cascade read_forest(DlibReader& in, CompactShape& shape) {
  Cascade cascade;
  const std::size_t trees = in.count();
  if (shape.trees == 0) shape.trees = static_cast<std::uint32_t>(trees);
  if (trees == 0 || trees > 65536 || trees != shape.trees) throw Flaw{"its cascades differ in size"};
  std::vector<float> leaf;
  for (std::size_t tree = 0; tree < trees; ++tree) {
    const std::size_t splits = in.count(3);
    if (shape.leaves == 0) shape.leaves = static_cast<std::uint32_t>(splits + 1);
    if (splits + 1 != shape.leaves || splits == 0 || splits > 65535 || (splits & (splits + 1)) != 0)
      throw Flaw{"its trees are not full or differ in size"};
    for (std::size_t i = 0; i < splits; ++i) {
      const std::uint16_t first = index(in.integer()), second = index(in.integer());
      cascade.splits.push_back({first, second, whole_threshold(in.real())});
    }
    if (in.count() != splits + 1) throw Flaw{"a tree has the wrong number of leaves"};
    for (std::size_t i = 0; i <= splits; ++i) {
      in.vector(leaf);
      if (leaf.size() != kShapeValues) throw Flaw{"a leaf has the wrong size"};
      cascade.leaves.insert(cascade.leaves.end(), leaf.begin(), leaf.end());
    }
  }
  return cascade;
}

/// Landmarks and offsets of each cascade's pixels, which follow all forests.
void read_pixels(DlibReader& in, CompactShape& shape, std::vector<Cascade>& cascades) {
  const auto same_pixels = [&](std::size_t count) {
    if (shape.pixels == 0) shape.pixels = static_cast<std::uint32_t>(std::min<std::size_t>(count, 65537));
    if (count != shape.pixels || count == 0 || count > 65536) throw Flaw{"its cascades differ in pixels"};
  };
  if (in.count() != cascades.size()) throw Flaw{"the number of cascades is inconsistent"};
  for (Cascade& cascade : cascades) {
    same_pixels(in.count());
    for (std::size_t i = 0; i < shape.pixels; ++i) cascade.anchor.push_back(index(in.integer()));
  }
  if (in.count() != cascades.size()) throw Flaw{"the number of cascades is inconsistent"};
  for (Cascade& cascade : cascades) {
    same_pixels(in.count());
    for (std::size_t i = 0; i < 2 * std::size_t{shape.pixels}; ++i) cascade.delta.push_back(in.real());
  }
}

/// The tables are where tables_of() says; that they are constant there is for readers.
template <class T>
void put(const T* where, const std::vector<T>& values) {
  std::memcpy(const_cast<T*>(where), values.data(), values.size() * sizeof(T));
}

std::vector<std::byte> compact(DlibReader& in, const SourceStamp& source, const std::string& name) {
  if (in.integer() != 1) throw Flaw{"it is of another version"};
  std::vector<float> mean_shape;
  in.vector(mean_shape);
  if (mean_shape.size() != kShapeValues)
    throw ModelError("cannot use " + name + ": it predicts " + std::to_string(mean_shape.size() / 2) +
                         " points, expected 68 (iBUG 300-W)",
                     kLandmarkHint);
  CompactShape shape;
  std::vector<Cascade> cascades;
  const std::size_t count = in.count();
  for (std::size_t i = 0; i < count; ++i) cascades.push_back(read_forest(in, shape));
  shape.cascades = static_cast<std::uint32_t>(cascades.size());
  read_pixels(in, shape, cascades);

  std::vector<std::byte> file = empty_compact_file(shape, source);
  const CompactTables tables = tables_of(file.data());
  put(tables.mean_shape, mean_shape);
  for (std::size_t i = 0; i < cascades.size(); ++i) {
    put(tables.cascades[i].delta, cascades[i].delta);
    put(tables.cascades[i].anchor, cascades[i].anchor);
    put(tables.cascades[i].splits, cascades[i].splits);
    put(tables.cascades[i].leaves, cascades[i].leaves);
  }
  seal_compact_file(file);
  const std::string flaw = flaw_of_compact_file(file.data(), file.size(), source);
  if (!flaw.empty()) throw Flaw{flaw};
  return file;
}

}  // namespace

std::vector<std::byte> compact_from_dlib(const std::byte* data, const SourceStamp& source, const std::string& name) {
  try {
    DlibReader in(data, source.size);
    return compact(in, source, name);
  } catch (const Flaw& flaw) {
    throw ModelError(
        "cannot load face landmarks from " + name + ": expected a complete dlib shape predictor (" + flaw.why + ")",
        kLandmarkHint);
  }
}

}  // namespace merkit
