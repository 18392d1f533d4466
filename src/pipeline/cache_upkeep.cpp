// Looking after a cache directory: counting, pruning, clearing.
#include "merkit/core/error.h"
#include "merkit/core/mapped_file.h"
#include "merkit/pipeline/cache.h"
#include "pipeline/cache_entry.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <vector>

namespace fs = std::filesystem;

namespace merkit {
namespace {

using Clock = fs::file_time_type::clock;

/// A temporary file of this age belongs to nobody who is still writing it.
constexpr auto kAbandoned = std::chrono::hours(1);
constexpr std::size_t kKeyDigits = 32;

struct CacheFile {
  fs::path path;
  ContentHash key;
  CacheKind kind = CacheKind::faces;
  bool temporary = false;
  std::uintmax_t bytes = 0;
  fs::file_time_type used;
};

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::uint64_t hex_value(std::string_view digits) {
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

/// What a name in the subdirectory `digits` says: KEY.KIND, or .KEY.KIND.XXXXXX for one that is being written.
std::optional<CacheFile> recognised(std::string name, const std::string& digits) {
  CacheFile file;
  if (!name.empty() && name.front() == '.') {
    constexpr std::size_t kSuffix = 7;  // of mkstemp(), with its dot
    if (name.size() <= kSuffix || name[name.size() - kSuffix] != '.') return std::nullopt;
    file.temporary = true;
    name = name.substr(1, name.size() - 1 - kSuffix);
  }
  if (name.size() <= kKeyDigits || name[kKeyDigits] != '.') return std::nullopt;
  const std::string_view key = std::string_view(name).substr(0, kKeyDigits);
  if (!is_hex(key) || key.substr(0, digits.size()) != digits) return std::nullopt;
  file.key = {hex_value(key.substr(0, kKeyDigits / 2)), hex_value(key.substr(kKeyDigits / 2))};
  for (const CacheKind kind : kCacheKinds)
    if (name.substr(kKeyDigits + 1) == to_string(kind)) {
      file.kind = kind;
      return file;
    }
  return std::nullopt;
}

[[noreturn]] void cannot_list(const fs::path& directory, const std::error_code& error) {
  throw MachineError("cannot list " + directory.string() + ": " + error.message(), "check its permissions");
}

std::vector<fs::path> listed(const fs::path& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) paths.push_back(entry->path());
  if (error) cannot_list(directory, error);
  return paths;
}

/// The cache's files, the least recently used first. Links are nothing that merkit makes, so they are passed over.
std::vector<CacheFile> files_of(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(directory, error)) throw InputError("there is no directory " + directory.string());
  if (file_if_readable(directory / kCacheTagName) != cache_tag())
    throw InputError(directory.string() + " holds no cache of merkit: it has no " + kCacheTagName + " of merkit's",
                     "name the directory that was given as --cache");
  std::vector<CacheFile> files;
  for (const fs::path& folder : listed(directory)) {
    const std::string digits = folder.filename().string();
    if (digits.size() != 2 || !is_hex(digits) || !fs::is_directory(fs::symlink_status(folder, error))) continue;
    for (const fs::path& path : listed(folder)) {
      auto file = recognised(path.filename().string(), digits);
      if (!file || !fs::is_regular_file(fs::symlink_status(path, error))) continue;
      file->path = path;
      std::error_code gone;  // another process may have put it in place, or pruned it, by now
      file->bytes = fs::file_size(path, gone);
      if (!gone) file->used = fs::last_write_time(path, gone);
      if (!gone) files.push_back(*file);
    }
  }
  std::sort(files.begin(), files.end(), [](const CacheFile& a, const CacheFile& b) {
    return a.used != b.used ? a.used < b.used : a.path < b.path;
  });
  return files;
}

void count(const CacheFile& file, FileCount& in) {
  ++in.count;
  in.bytes += file.bytes;
}

void remove_and_count(const CacheFile& file, FileCount& in) {
  std::error_code error;
  const bool was_there = fs::remove(file.path, error);
  if (error)
    throw MachineError("cannot remove " + file.path.string() + ": " + error.message(), "check its permissions");
  if (was_there) count(file, in);
}

bool is_whole(const CacheFile& file) {
  return opened_entry(file.key, file.kind, map_file(file.path).view()).has_value();
}

}  // namespace

CacheContents cache_contents(const fs::path& directory) {
  CacheContents contents;
  for (const CacheFile& file : files_of(directory))
    count(file, file.temporary ? contents.temporary : contents.entries[static_cast<std::size_t>(file.kind)]);
  return contents;
}

CacheRemoval prune_cache(const fs::path& directory, const CacheLimits& limits) {
  CacheRemoval removal;
  const auto now = Clock::now();
  std::vector<CacheFile> kept;
  for (const CacheFile& file : files_of(directory)) {
    const auto unused_for = now - file.used;
    if (file.temporary) {
      if (unused_for > kAbandoned) remove_and_count(file, removal.temporary);
    } else if (limits.max_age_s && std::chrono::duration<double>(unused_for).count() > *limits.max_age_s) {
      remove_and_count(file, removal.unused);
    } else if (!is_whole(file)) {
      remove_and_count(file, removal.damaged);
    } else {
      kept.push_back(file);
    }
  }
  if (!limits.max_bytes) return removal;
  auto total = std::accumulate(kept.begin(), kept.end(), std::uintmax_t{0},
                               [](std::uintmax_t sum, const CacheFile& file) { return sum + file.bytes; });
  for (const CacheFile& file : kept) {
    if (total <= *limits.max_bytes) break;
    remove_and_count(file, removal.excess);
    total -= file.bytes;
  }
  return removal;
}

FileCount clear_cache(const fs::path& directory) {
  FileCount removed;
  const auto now = Clock::now();
  for (const CacheFile& file : files_of(directory))
    if (!file.temporary || now - file.used > kAbandoned) remove_and_count(file, removed);
  return removed;
}

}  // namespace merkit
