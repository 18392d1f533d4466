#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace merkit::media {

/// Empty if `bytes` are a whole JPEG, PNG or BMP file, else what is wrong ("is truncated: it has no end marker").
/// Decoders are no help here: given half a file they return half a picture, and grey below it.
/// Bytes after the end of a picture are no fault; many cameras write some.
std::string picture_fault(const std::vector<std::uint8_t>& bytes);

}  // namespace merkit::media
