#pragma once

#include "merkit/core/model_file.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace merkit {

/// The container below a model file, before any of merkit's own meaning: https://huggingface.co/docs/safetensors
/// u64 little-endian header length, JSON header, payload.
struct Safetensors {
  std::map<std::string, std::string> metadata;
  std::vector<ModelTensor> tensors;  ///< in order of their offsets
  std::string payload_sha256;
};

/// Throws ModelError beginning with `origin` for anything malformed. Reads nothing outside `bytes` and allocates no
/// more than a small multiple of them.
Safetensors parse_safetensors(const std::vector<std::byte>& bytes, const std::string& origin);

/// The same container as bytes, tensors one after the other in the given order. Throws ModelError for tensors whose
/// bytes do not match dtype and shape, or that are not finite.
std::vector<std::byte> compose_safetensors(const std::map<std::string, std::string>& metadata,
                                           const std::vector<ModelTensor>& tensors, const std::string& origin);

/// All tensors' bytes in order, hashed. Hexadecimal.
std::string payload_sha256(const std::vector<ModelTensor>& tensors);

}  // namespace merkit
