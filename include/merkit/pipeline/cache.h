#pragma once

#include "merkit/core/content_hash.h"
#include "merkit/core/motion_store.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace merkit {

/// What a cache keeps; each entry is one file DIR/xx/KEY.KIND, xx being the first two digits of KEY.
enum class CacheKind {
  faces,   ///< the aligned faces of a manifest row with its resolved interval
  motion,  ///< the dense motion between two crops
  states,  ///< how far a stage of training has come
};
inline constexpr std::array<CacheKind, 3> kCacheKinds{CacheKind::faces, CacheKind::motion, CacheKind::states};
std::string_view to_string(CacheKind kind);

/// Results that were computed before, found by the content of what they were computed from.
///
/// Never a reason to fail: an entry that is missing, damaged or unreadable is no entry, and a directory that cannot be
/// written to is told of by `problem()`. Several processes and threads may use one directory: entries appear whole.
class Cache final : public MotionStore {
 public:
  /// Creates `directory` where needed. `build` names the program and the libraries that compute what is kept: entries
  /// of another build are not found.
  Cache(std::filesystem::path directory, std::string build);
  ~Cache() override;

  const std::filesystem::path& directory() const { return directory_; }
  const std::string& build() const { return build_; }

  /// An entry's content, as it lies in its file: not copied, shared with other processes, and there for as long as
  /// somebody has `owner`, whatever becomes of the file.
  struct Content {
    std::shared_ptr<const void> owner;
    std::string_view bytes;
  };

  /// The entry's content, whose file counts as used now; nothing where there is none or it is damaged.
  std::optional<Content> map(const ContentHash& key, CacheKind kind) const;
  /// The same, copied.
  std::optional<std::string> find(const ContentHash& key, CacheKind kind) const;

  /// Keeps `content`, in the place of what was there. Nothing more is written after the first failure.
  void put(const ContentHash& key, CacheKind kind, std::string_view content) const;

  Maps motion(const cv::Mat& from, const cv::Mat& to, const std::string& settings,
              const std::function<Maps()>& compute) const override;

  /// Hash of a file's bytes, which are read once as long as its size, its times and its inode stay the same. Throws
  /// like hash_of_file.
  ContentHash hash_of_content(const std::filesystem::path& file) const;

  struct Use {
    std::size_t found = 0, missed = 0;  ///< calls of find() and map()
    std::size_t damaged = 0;            ///< of those missed: there was a file, but not a whole entry
    std::size_t kept = 0;               ///< calls of put() that wrote
  };
  Use use() const;

  /// Why nothing can be kept any more: empty while all is well.
  std::string problem() const;

 private:
  struct Impl;
  void note_problem(const std::string& what) const;

  std::filesystem::path directory_;
  std::string build_;
  std::unique_ptr<Impl> impl_;
};

/// A number of files with their size in bytes.
struct FileCount {
  std::size_t count = 0;
  std::uintmax_t bytes = 0;
};

struct CacheContents {
  std::array<FileCount, kCacheKinds.size()> entries;  ///< in the order of kCacheKinds
  FileCount temporary;                                ///< files that were being written, or were left over by a kill
};

/// Throws InputError when there is no cache in `directory`: none of merkit's that is, told by its CACHEDIR.TAG.
CacheContents cache_contents(const std::filesystem::path& directory);

struct CacheLimits {
  std::optional<std::uintmax_t> max_bytes;  ///< of all entries together
  std::optional<double> max_age_s;          ///< since an entry was last used
};

struct CacheRemoval {
  FileCount damaged;
  FileCount unused;     ///< for longer than max_age_s
  FileCount excess;     ///< the least recently used ones beyond max_bytes
  FileCount temporary;  ///< older than an hour: nobody writes them any more
};

/// Removes damaged entries, left-over temporary files, and the least recently used entries until the limits hold.
/// Only ever touches files whose place and name are those of entries. Throws InputError as cache_contents() does, and
/// MachineError when a file cannot be removed.
CacheRemoval prune_cache(const std::filesystem::path& directory, const CacheLimits& limits);

/// Removes every entry, damaged or not, and left-over temporary files; returns what went. Throws like prune_cache.
FileCount clear_cache(const std::filesystem::path& directory);

}  // namespace merkit
