#include "merkit/core/content_hash.h"

#include "merkit/core/error.h"
#include "merkit/core/stop.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <vector>

#include <xxhash.h>

namespace merkit {
namespace {

ContentHash from_xxh(const XXH128_hash_t& hash) { return {hash.high64, hash.low64}; }

}  // namespace

std::string ContentHash::hex() const {
  const char* digits = "0123456789abcdef";
  std::string text;
  for (const std::uint64_t half : {high, low})
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[(half >> shift) & 0xf];
  return text;
}

struct ContentHasher::State {
  State() : xxh(XXH3_createState()) {
    if (!xxh) throw std::bad_alloc();
    XXH3_128bits_reset(xxh);
  }
  ~State() { XXH3_freeState(xxh); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  XXH3_state_t* xxh;
};

ContentHasher::ContentHasher() : state_(std::make_unique<State>()) {}
ContentHasher::~ContentHasher() = default;

void ContentHasher::add_bytes(const void* bytes, std::size_t count) {
  if (count > 0) XXH3_128bits_update(state_->xxh, bytes, count);
}

void ContentHasher::add(std::string_view text) {
  add(static_cast<std::uint64_t>(text.size()));
  add_bytes(text.data(), text.size());
}

void ContentHasher::add(const ContentHash& hash) {
  add(hash.high);
  add(hash.low);
}

void ContentHasher::add(const cv::Mat& picture) {
  add(picture.type());
  add(picture.rows);
  add(picture.cols);
  for (int row = 0; row < picture.rows; ++row)
    add_bytes(picture.ptr(row), static_cast<std::size_t>(picture.cols) * picture.elemSize());
}

ContentHash ContentHasher::digest() const { return from_xxh(XXH3_128bits_digest(state_->xxh)); }

ContentHash hash_of(std::string_view bytes) { return from_xxh(XXH3_128bits(bytes.data(), bytes.size())); }

ContentHash hash_of_file(const std::filesystem::path& file) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  const auto cannot_read = [&] {
    return InputError("cannot read " + file.string() + ": " + std::strerror(errno), "check its permissions");
  };
  std::ifstream stream;
  stream.rdbuf()->pubsetbuf(nullptr, 0);  // the pieces are large enough
  stream.open(file, std::ios::binary);
  if (!stream) throw cannot_read();
  std::vector<char> piece(kPiece);
  ContentHasher hasher;
  while (stream) {
    throw_if_stopped();
    stream.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    if (stream.bad()) throw cannot_read();
    hasher.add_bytes(piece.data(), static_cast<std::size_t>(stream.gcount()));
  }
  return hasher.digest();
}

}  // namespace merkit
