// Any bytes as a model file: merkit's own errors are the only way out.

#include "merkit/core/error.h"
#include "merkit/core/model_file.h"

#include <cstddef>
#include <cstdint>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  try {
    merkit::ModelFile::parse({bytes, bytes + size}, "fuzz");
  } catch (const merkit::Error&) {
  }
  return 0;
}
