#include "merkit/pipeline/cache.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/core/mapped_file.h"
#include "pipeline/cache_entry.h"

#include <atomic>
#include <future>
#include <map>
#include <mutex>
#include <tuple>

#include <sys/stat.h>

namespace fs = std::filesystem;

namespace merkit {
namespace {

/// What changes when somebody writes to a file.
using FileStamp = std::tuple<std::uint64_t, std::int64_t, std::int64_t, std::int64_t, std::uint64_t, std::uint64_t>;

/// Zeros for a file that is not there: reading it then says why.
FileStamp stamp_of(const fs::path& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return {};
  return {static_cast<std::uint64_t>(status.st_size),
          status.st_mtim.tv_sec,
          status.st_mtim.tv_nsec,
          status.st_ctim.tv_sec * 1000000000 + status.st_ctim.tv_nsec,
          static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::uint64_t>(status.st_dev)};
}

struct HashedFile {
  FileStamp stamp;
  std::shared_future<ContentHash> hash;
};

std::string written(const MotionStore::Maps& maps) {
  ByteWriter writer;
  writer.put(maps.u.rows);
  writer.put(maps.u.cols);
  for (const cv::Mat* map : {&maps.u, &maps.v})
    for (int row = 0; row < map->rows; ++row)
      writer.put_bytes(map->ptr(row), static_cast<std::size_t>(map->cols) * sizeof(float));
  return writer.take();
}

std::optional<MotionStore::Maps> read_maps(std::string_view content, cv::Size size) {
  ByteReader reader(content);
  const int rows = reader.get<int>(), cols = reader.get<int>();
  const std::size_t bytes = static_cast<std::size_t>(size.area()) * sizeof(float);
  if (!reader.ok() || cv::Size(cols, rows) != size || reader.left() != 2 * bytes) return std::nullopt;
  MotionStore::Maps maps{cv::Mat(size, CV_32FC1), cv::Mat(size, CV_32FC1)};
  reader.get_bytes(maps.u.data, bytes);
  reader.get_bytes(maps.v.data, bytes);
  return maps;
}

}  // namespace

std::string_view to_string(CacheKind kind) {
  switch (kind) {
    case CacheKind::faces:
      return "faces";
    case CacheKind::motion:
      return "motion";
    case CacheKind::states:
      return "states";
  }
  return "";
}

struct Cache::Impl {
  std::mutex mutex;
  std::map<fs::path, HashedFile> files;
  std::string problem;
  std::atomic<bool> writable{true};
  std::atomic<std::size_t> found{0}, missed{0}, damaged{0}, kept{0};
};

Cache::Cache(fs::path directory, std::string build)
    : directory_(std::move(directory)), build_(std::move(build)), impl_(std::make_unique<Impl>()) {
  try {
    create_directories_or_throw(directory_);
    if (!fs::exists(directory_ / kCacheTagName)) write_file_atomically(directory_ / kCacheTagName, cache_tag());
  } catch (const MachineError& error) {
    note_problem(error.what());
  } catch (const fs::filesystem_error& error) {
    note_problem(error.what());
  }
}

Cache::~Cache() = default;

void Cache::note_problem(const std::string& what) const {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->problem.empty()) impl_->problem = what;
  impl_->writable = false;
}

std::string Cache::problem() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->problem;
}

Cache::Use Cache::use() const { return {impl_->found, impl_->missed, impl_->damaged, impl_->kept}; }

std::optional<Cache::Content> Cache::map(const ContentHash& key, CacheKind kind) const {
  const fs::path path = entry_path(directory_, key, kind);
  const MappedFile file = map_file(path);
  const auto content = opened_entry(key, kind, file.view());
  if (!content) {
    ++impl_->missed;
    if (file.error == 0) ++impl_->damaged;
    return std::nullopt;
  }
  ++impl_->found;
  std::error_code ignored;  // who may only read the cache cannot say what was used, and nothing else suffers
  fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
  return Content{file.bytes, *content};
}

std::optional<std::string> Cache::find(const ContentHash& key, CacheKind kind) const {
  const auto content = map(key, kind);
  return content ? std::optional<std::string>(content->bytes) : std::nullopt;
}

void Cache::put(const ContentHash& key, CacheKind kind, std::string_view content) const {
  if (!impl_->writable) return;
  const fs::path path = entry_path(directory_, key, kind);
  try {
    create_directories_or_throw(path.parent_path());
    write_file_atomically(path, sealed_entry(key, kind, content));
    ++impl_->kept;
  } catch (const MachineError& error) {
    note_problem(error.what());
  } catch (const fs::filesystem_error& error) {
    note_problem(error.what());
  }
}

MotionStore::Maps Cache::motion(const cv::Mat& from, const cv::Mat& to, const std::string& settings,
                                const std::function<Maps()>& compute) const {
  ContentHasher hasher;
  hasher.add("motion");
  hasher.add(kCachedAlgorithms);
  hasher.add(build_);
  hasher.add(settings);
  hasher.add(from);
  hasher.add(to);
  const ContentHash key = hasher.digest();
  if (const auto content = map(key, CacheKind::motion))
    if (auto maps = read_maps(content->bytes, from.size())) return *maps;
  Maps maps = compute();
  const bool keepable = maps.u.type() == CV_32FC1 && maps.v.type() == CV_32FC1 && maps.u.size() == from.size() &&
                        maps.v.size() == from.size();
  if (!keepable) throw std::logic_error("a motion store keeps maps of 32-bit floats in the size of their pictures");
  put(key, CacheKind::motion, written(maps));
  return maps;
}

ContentHash Cache::hash_of_content(const fs::path& file) const {
  const FileStamp stamp = stamp_of(file);
  std::promise<ContentHash> promise;
  std::shared_future<ContentHash> hash;
  bool is_mine = false;
  {
    const std::lock_guard lock(impl_->mutex);
    HashedFile& known = impl_->files[file];
    is_mine = !known.hash.valid() || known.stamp != stamp;
    if (is_mine) known = {stamp, promise.get_future().share()};
    hash = known.hash;
  }
  // Outside the lock: other files need not wait for this one, and who wants this one waits for the future.
  if (is_mine) try {
      promise.set_value(hash_of_file(file));
    } catch (...) {
      promise.set_exception(std::current_exception());
    }
  return hash.get();
}

}  // namespace merkit
