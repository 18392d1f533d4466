#include "merkit/data/manifest.h"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// Any bytes must give a manifest or an InputError. The first byte chooses the form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    merkit::Manifest::parse(text, data[0] % 2 == 1, "fuzz");
  } catch (const merkit::InputError&) {
  }
  return 0;
}
