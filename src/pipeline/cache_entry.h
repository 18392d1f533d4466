#pragma once

#include "merkit/core/content_hash.h"
#include "merkit/pipeline/cache.h"

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

namespace merkit {

/// Goes into every key. Raised when results of the same input and settings change for a reason that the description of
/// the build does not show.
inline constexpr std::uint32_t kCachedAlgorithms = 1;

/// Appends plain values to a string, as they lie in memory: entries of a machine with another byte order are damaged.
class ByteWriter {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    put_bytes(&value, sizeof value);
  }
  void put_bytes(const void* bytes, std::size_t count) { text_.append(static_cast<const char*>(bytes), count); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// Takes them off again; once there is not enough left, `ok()` is false and all further values are zero.
class ByteReader {
 public:
  explicit ByteReader(std::string_view text) : text_(text) {}

  template <class T>
  T get() {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    get_bytes(&value, sizeof value);
    return value;
  }
  void get_bytes(void* bytes, std::size_t count) {
    if (const char* const from = skip(count)) std::memcpy(bytes, from, count);
  }
  /// Where the bytes lie; null when there are not so many.
  const char* skip(std::size_t count) {
    ok_ = ok_ && count <= text_.size();
    if (!ok_) return nullptr;
    const char* const from = text_.data();
    text_.remove_prefix(count);
    return from;
  }
  std::size_t left() const { return text_.size(); }
  bool ok() const { return ok_; }

 private:
  std::string_view text_;
  bool ok_ = true;
};

/// An entry as it lies on disk: a header with its key, the content, and a checksum over both.
std::string sealed_entry(const ContentHash& key, CacheKind kind, std::string_view content);

/// The content within the bytes of a file that is a whole entry of this key and kind; nothing otherwise.
std::optional<std::string_view> opened_entry(const ContentHash& key, CacheKind kind, std::string_view file);

/// The whole file, or nothing when it is not there or cannot be read.
std::optional<std::string> file_if_readable(const std::filesystem::path& file);

/// Name of the file that marks a directory as one of merkit's caches, for merkit and for back-up programs
/// (https://bford.info/cachedir).
inline constexpr const char* kCacheTagName = "CACHEDIR.TAG";
std::string cache_tag();

/// DIR/xx/KEY.KIND
std::filesystem::path entry_path(const std::filesystem::path& directory, const ContentHash& key, CacheKind kind);

}  // namespace merkit
