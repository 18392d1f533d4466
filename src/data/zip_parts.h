#pragma once

#include <memory>
#include <string>

namespace merkit {

/// Reads single files of a zip archive in memory, after checking that what its directory promises is sane: sizes within
/// the archive, no more than 256 MiB unpacked in all, nothing encrypted.
class ZipParts {
 public:
  /// `bytes` must outlive this. Throws InputError naming `origin`.
  ZipParts(const std::string& bytes, std::string origin);
  ~ZipParts();
  ZipParts(const ZipParts&) = delete;
  ZipParts& operator=(const ZipParts&) = delete;

  bool has(const std::string& name) const;

  /// The contents, checked against the stored CRC-32. Throws InputError when there is no such file or it is damaged.
  std::string read(const std::string& name) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace merkit
