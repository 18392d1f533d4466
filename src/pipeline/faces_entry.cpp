// Prepared faces as the bytes of a cache entry.
#include "pipeline/cache_entry.h"
#include "pipeline/cached_faces.h"
#include "pipeline/picture_view.h"

#include <opencv2/core.hpp>

namespace merkit {
namespace {

void write_face(ByteWriter& writer, const AlignedFace& face) {
  writer.put(face.number);
  writer.put(face.time_s);
  writer.put(static_cast<std::uint8_t>(face.success));
  writer.put(face.confidence);
  writer.put(face.segment);
  writer.put(face.shrink);
  for (const auto& point : face.landmarks) {
    writer.put(point.x);
    writer.put(point.y);
  }
  for (const double value : face.crop_from_source.val) writer.put(value);
  writer.put(face.image.rows);
  writer.put(face.image.cols);
  for (int row = 0; row < face.image.rows; ++row)
    writer.put_bytes(face.image.ptr(row), static_cast<std::size_t>(face.image.cols) * 3);
}

/// False when the bytes do not hold a face. Its picture stays where it is, with `owner`.
bool read_face(ByteReader& reader, const std::shared_ptr<const void>& owner, AlignedFace& face) {
  face.number = reader.get<int>();
  face.time_s = reader.get<double>();
  face.success = reader.get<std::uint8_t>() != 0;
  face.confidence = reader.get<double>();
  face.segment = reader.get<int>();
  face.shrink = reader.get<int>();
  for (auto& point : face.landmarks) {
    point.x = reader.get<float>();
    point.y = reader.get<float>();
  }
  for (double& value : face.crop_from_source.val) value = reader.get<double>();
  const int rows = reader.get<int>(), cols = reader.get<int>();
  if (!reader.ok() || rows < 0 || cols < 0) return false;
  const auto bytes = static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(cols) * 3;
  if (bytes > reader.left()) return false;
  if (bytes > 0) face.image = picture_view(owner, reader.skip(bytes), rows, cols);
  return true;
}

}  // namespace

std::string written_faces(const PreparedFaces& prepared) {
  ByteWriter writer;
  writer.put(static_cast<std::uint8_t>(prepared.followed));
  writer.put(prepared.interval.onset);
  writer.put(prepared.interval.offset);
  writer.put(static_cast<std::uint8_t>(prepared.interval.apex.has_value()));
  writer.put(prepared.interval.apex.value_or(0));
  writer.put(static_cast<std::uint32_t>(prepared.faces.size()));
  for (const AlignedFace& face : prepared.faces) write_face(writer, face);
  return writer.take();
}

std::optional<PreparedFaces> read_faces(const Cache::Content& content) {
  ByteReader reader(content.bytes);
  PreparedFaces prepared;
  prepared.followed = reader.get<std::uint8_t>() != 0;
  prepared.interval.onset = reader.get<int>();
  prepared.interval.offset = reader.get<int>();
  const bool has_apex = reader.get<std::uint8_t>() != 0;
  const int apex = reader.get<int>();
  if (has_apex) prepared.interval.apex = apex;
  const auto count = reader.get<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i)
    if (!read_face(reader, content.owner, prepared.faces.emplace_back())) return std::nullopt;
  if (!reader.ok() || reader.left() != 0) return std::nullopt;
  return prepared;
}

}  // namespace merkit
