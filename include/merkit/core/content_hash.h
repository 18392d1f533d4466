#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

#include <opencv2/core/mat.hpp>

namespace merkit {

/// 128 bits that stand for some content: XXH3-128, fast and without accidental collisions, but no shield against
/// someone who makes them on purpose.
struct ContentHash {
  std::uint64_t high = 0, low = 0;

  /// 32 lower-case hexadecimal digits.
  std::string hex() const;
  bool operator==(const ContentHash& other) const { return high == other.high && low == other.low; }
  bool operator!=(const ContentHash& other) const { return !(*this == other); }
};

/// Hashes a sequence of values. Texts go in with their length, so that "ab","c" and "a","bc" differ.
class ContentHasher {
 public:
  ContentHasher();
  ~ContentHasher();

  void add_bytes(const void* bytes, std::size_t count);
  void add(std::string_view text);
  void add(const ContentHash& hash);
  /// Type, size and pixels.
  void add(const cv::Mat& picture);
  template <class Number, class = std::enable_if_t<std::is_arithmetic_v<Number>>>
  void add(Number number) {
    add_bytes(&number, sizeof number);
  }

  ContentHash digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Hash of these bytes alone.
ContentHash hash_of(std::string_view bytes);

/// Hash of a file's bytes, read in pieces. Throws InputError when it cannot be read, Interrupted once a stop was
/// requested.
ContentHash hash_of_file(const std::filesystem::path& file);

}  // namespace merkit
