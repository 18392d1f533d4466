#include "core/safetensors.h"

#include "core/strict_json.h"
#include "merkit/core/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <optional>

#include <openssl/evp.h>

namespace merkit {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeader = 16u << 20;  // a model of ours needs a few kilobytes
constexpr int kHeaderDepth = 3;                  // header, entry, shape
constexpr std::size_t kMaxRank = 8;

[[noreturn]] void refuse(const std::string& origin, const std::string& what) {
  throw ModelError(origin + " is no usable model file: " + what,
                   "the file may be damaged or cut off; copy or train it again");
}

std::optional<std::uint64_t> element_size(const std::string& dtype) {
  if (dtype == "F32") return 4;
  if (dtype == "F64" || dtype == "I64") return 8;
  if (dtype == "U8") return 1;
  return std::nullopt;
}

std::string quoted(const std::string& name) { return "tensor \"" + name.substr(0, 80) + "\""; }

/// Bytes that `dtype` and `shape` call for.
std::uint64_t needed_bytes(const ModelTensor& tensor, const std::string& origin) {
  const auto size = element_size(tensor.dtype);
  if (!size)
    refuse(origin,
           quoted(tensor.name) + " has dtype \"" + tensor.dtype.substr(0, 20) + "\"; expected F32, F64, I64 or U8");
  std::uint64_t total = *size;
  for (const std::int64_t extent : tensor.shape)
    if (extent < 0 || __builtin_mul_overflow(total, static_cast<std::uint64_t>(extent), &total))
      refuse(origin, quoted(tensor.name) + " has an impossible shape");
  return total;
}

template <class Float>
bool all_finite(const std::vector<std::byte>& bytes) {
  for (std::size_t at = 0; at + sizeof(Float) <= bytes.size(); at += sizeof(Float)) {
    Float value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    if (!std::isfinite(value)) return false;
  }
  return true;
}

void check_finite(const ModelTensor& tensor, const std::string& origin) {
  if ((tensor.dtype == "F32" && !all_finite<float>(tensor.bytes)) ||
      (tensor.dtype == "F64" && !all_finite<double>(tensor.bytes)))
    refuse(origin, quoted(tensor.name) + " holds values that are not finite");
}

std::uint64_t little_endian(const std::byte* bytes) {
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
      throw MachineError("OpenSSL does not offer SHA-256");
  }
  void add(const std::byte* data, std::size_t size) {
    if (EVP_DigestUpdate(context_.get(), data, size) != 1) throw MachineError("OpenSSL could not compute a SHA-256");
  }
  std::string hexadecimal() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_DigestFinal_ex(context_.get(), digest, &length) != 1)
      throw MachineError("OpenSSL could not compute a SHA-256");
    std::string text;
    for (unsigned i = 0; i < length; ++i) {
      text += "0123456789abcdef"[digest[i] >> 4];
      text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

struct Entry {
  ModelTensor tensor;
  std::uint64_t begin = 0, end = 0;
};

/// One line of the header; the bytes are fetched later, once all offsets are known to be sound.
Entry parse_entry(const std::string& name, const Json& value, std::uint64_t payload, const std::string& origin) {
  const auto has = [&](const char* key) { return value.is_object() && value.contains(key); };
  if (!has("dtype") || !has("shape") || !has("data_offsets") || value.size() != 3)
    refuse(origin, quoted(name) + " must have dtype, shape and data_offsets, and nothing else");
  if (!value["dtype"].is_string()) refuse(origin, quoted(name) + ": dtype must be a string");

  Entry entry;
  entry.tensor.name = name;
  entry.tensor.dtype = value["dtype"].get<std::string>();
  const Json& shape = value["shape"];
  if (!shape.is_array() || shape.size() > kMaxRank)
    refuse(origin, quoted(name) + ": shape must be a list of at most " + std::to_string(kMaxRank) + " sizes");
  for (const Json& extent : shape) {
    if (!extent.is_number_unsigned() || extent.get<std::uint64_t>() > INT64_MAX)
      refuse(origin, quoted(name) + " has an impossible shape");
    entry.tensor.shape.push_back(extent.get<std::int64_t>());
  }

  const Json& offsets = value["data_offsets"];
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned())
    refuse(origin, quoted(name) + ": data_offsets must be two numbers");
  entry.begin = offsets[0].get<std::uint64_t>();
  entry.end = offsets[1].get<std::uint64_t>();
  if (entry.begin > entry.end || entry.end > payload)
    refuse(origin, quoted(name) + " lies at " + std::to_string(entry.begin) + ".." + std::to_string(entry.end) +
                       ", but the file holds " + std::to_string(payload) + " bytes of tensors");
  const std::uint64_t needed = needed_bytes(entry.tensor, origin);
  if (needed != entry.end - entry.begin)
    refuse(origin, quoted(name) + " needs " + std::to_string(needed) + " bytes for its shape but has " +
                       std::to_string(entry.end - entry.begin));
  return entry;
}

Json parse_header(const std::vector<std::byte>& bytes, const std::string& origin) {
  if (bytes.size() < kLengthBytes) refuse(origin, "it has " + std::to_string(bytes.size()) + " bytes");
  const std::uint64_t length = little_endian(bytes.data());
  if (length > bytes.size() - kLengthBytes || length > kMaxHeader)
    refuse(origin, "its header claims " + std::to_string(length) + " bytes, the whole file has " +
                       std::to_string(bytes.size()));
  const char* begin = reinterpret_cast<const char*>(bytes.data()) + kLengthBytes;
  Json header;
  try {
    header = parse_strict_json(begin, begin + length, kHeaderDepth);
  } catch (const std::runtime_error& error) {
    refuse(origin, std::string("its header is not valid: ") + error.what());
  }
  if (!header.is_object()) refuse(origin, "its header is not a JSON object");
  return header;
}

}  // namespace

Safetensors parse_safetensors(const std::vector<std::byte>& bytes, const std::string& origin) {
  const Json header = parse_header(bytes, origin);
  const std::uint64_t start = kLengthBytes + little_endian(bytes.data());
  const std::uint64_t payload = bytes.size() - start;

  Safetensors result;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name != "__metadata__") {
      entries.push_back(parse_entry(name, value, payload, origin));
      continue;
    }
    if (!value.is_object()) refuse(origin, "__metadata__ must be an object of strings");
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string()) refuse(origin, "metadata \"" + key.substr(0, 80) + "\" must be a string");
      result.metadata[key] = text.get<std::string>();
    }
  }

  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t at = 0;
  for (const Entry& entry : entries) {
    if (entry.begin != at)
      refuse(origin, quoted(entry.tensor.name) +
                         (entry.begin < at ? " overlaps the one before it" : " leaves a gap after the one before it"));
    at = entry.end;
  }
  if (at != payload)
    refuse(origin, "its tensors end at " + std::to_string(at) + " of " + std::to_string(payload) + " bytes");

  // The checks above bound all copies together by the size of the file.
  for (Entry& entry : entries) {
    const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(start + entry.begin);
    entry.tensor.bytes.assign(first, first + static_cast<std::ptrdiff_t>(entry.end - entry.begin));
    check_finite(entry.tensor, origin);
    result.tensors.push_back(std::move(entry.tensor));
  }
  result.payload_sha256 = payload_sha256(result.tensors);
  return result;
}

std::vector<std::byte> compose_safetensors(const std::map<std::string, std::string>& metadata,
                                           const std::vector<ModelTensor>& tensors, const std::string& origin) {
  Json header = Json::object();
  header["__metadata__"] = metadata;
  std::uint64_t at = 0;
  for (const ModelTensor& tensor : tensors) {
    if (tensor.name.empty() || header.contains(tensor.name))
      refuse(origin, quoted(tensor.name) + " has no name of its own");
    if (tensor.shape.size() > kMaxRank || needed_bytes(tensor, origin) != tensor.bytes.size())
      refuse(origin, quoted(tensor.name) + " has " + std::to_string(tensor.bytes.size()) +
                         " bytes, which do not match its shape");
    check_finite(tensor, origin);
    header[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {at, at + tensor.bytes.size()}}};
    at += tensor.bytes.size();
  }
  std::string text;
  try {
    text = header.dump();
  } catch (const nlohmann::json::exception& error) {
    refuse(origin, std::string("its metadata is not UTF-8: ") + error.what());
  }
  text.resize((text.size() + 7) / 8 * 8, ' ');

  std::vector<std::byte> bytes(kLengthBytes + text.size());
  for (std::size_t i = 0; i < kLengthBytes; ++i) bytes[i] = static_cast<std::byte>(text.size() >> (8 * i) & 255);
  std::memcpy(bytes.data() + kLengthBytes, text.data(), text.size());
  bytes.reserve(bytes.size() + at);
  for (const ModelTensor& tensor : tensors) bytes.insert(bytes.end(), tensor.bytes.begin(), tensor.bytes.end());
  return bytes;
}

std::string payload_sha256(const std::vector<ModelTensor>& tensors) {
  Sha256 hash;
  for (const ModelTensor& tensor : tensors) hash.add(tensor.bytes.data(), tensor.bytes.size());
  return hash.hexadecimal();
}

}  // namespace merkit
