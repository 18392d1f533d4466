#include "face/cached_bytes.h"
#include "face/compact_predictor.h"
#include "merkit/core/error.h"
#include "merkit/core/mapped_file.h"

#include <cstdio>
#include <cstring>

#include <sys/stat.h>
#include <xxhash.h>

namespace fs = std::filesystem;

namespace merkit {
namespace {

fs::path absolute_path(const fs::path& source) {
  std::error_code error;
  const fs::path canonical = fs::weakly_canonical(source, error);
  return error ? fs::absolute(source) : canonical;
}

SourceStamp stamp_of(const fs::path& source) {
  struct stat status {};
  if (::stat(source.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
    throw ModelError("cannot load face landmarks: there is no file " + source.string(), kLandmarkHint);
  return {absolute_path(source).string(), static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace

fs::path CompactPredictor::cache_file(const fs::path& source) {
  const std::string path = absolute_path(source).string();
  char name[40];
  std::snprintf(name, sizeof name, "landmarks-%016llx.bin",
                static_cast<unsigned long long>(XXH3_64bits(path.data(), path.size())));
  return cache_path(name);
}

CompactPredictor CompactPredictor::open(const fs::path& source) {
  SourceStamp stamp = stamp_of(source);
  const auto usable = [&](const std::byte* bytes, std::size_t size) {
    return flaw_of_compact_file(bytes, size, stamp).empty();
  };
  const auto make = [&] {
    const MappedFile file = map_file(source);
    if (file.error != 0)
      throw ModelError("cannot load face landmarks from " + source.string() + ": " + std::strerror(file.error),
                       kLandmarkHint);
    // The file that is read is what counts, should it have been replaced since it was looked at.
    stamp.size = file.size;
    stamp.modified_ns = file.modified_ns;
    return compact_from_dlib(file.bytes.get(), stamp, source.string());
  };
  return CompactPredictor(cached_bytes(cache_file(source), usable, make));
}

}  // namespace merkit
