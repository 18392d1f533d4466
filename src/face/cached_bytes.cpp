#include "face/cached_bytes.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace merkit {
namespace {

/// A cache is a convenience: a read-only home or a full disk is no reason not to find faces.
bool try_to_keep(const fs::path& target, const std::vector<std::byte>& bytes) {
  if (target.empty()) return false;
  try {
    create_directories_or_throw(target.parent_path());
    AtomicFile file(target);
    file.stream().write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    file.commit();
    return true;
  } catch (const MachineError&) {
    return false;
  }
}

}  // namespace

MappedFile map_file(const fs::path& path) {
  MappedFile file;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat status {};
  if (descriptor < 0 || ::fstat(descriptor, &status) != 0) {
    file.error = errno;
    if (descriptor >= 0) ::close(descriptor);
    return file;
  }
  file.size = static_cast<std::uint64_t>(status.st_size);
  file.modified_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  if (S_ISREG(status.st_mode) && file.size > 0) {
    void* address = ::mmap(nullptr, file.size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, descriptor, 0);
    if (address == MAP_FAILED)
      file.error = errno;
    else
      file.bytes = std::shared_ptr<const std::byte>(
          static_cast<const std::byte*>(address),
          [size = file.size](const std::byte* bytes) { ::munmap(const_cast<std::byte*>(bytes), size); });
  }
  ::close(descriptor);
  return file;
}

fs::path cache_path(const std::string& name) {
  const fs::path cache = xdg_directory("XDG_CACHE_HOME", ".cache");
  return cache.empty() ? fs::path{} : cache / "merkit" / name;
}

std::shared_ptr<const std::byte> cached_bytes(const fs::path& cached,
                                              const std::function<bool(const std::byte*, std::size_t)>& usable,
                                              const std::function<std::vector<std::byte>()>& make) {
  const auto kept = [&]() -> std::shared_ptr<const std::byte> {
    if (cached.empty()) return nullptr;
    MappedFile file = map_file(cached);
    return file.bytes && usable(file.bytes.get(), file.size) ? std::move(file.bytes) : nullptr;
  };
  if (auto bytes = kept()) return bytes;
  auto made = std::make_shared<const std::vector<std::byte>>(make());
  // Mapped again, the pages are shared with other processes and need no memory of this one.
  if (try_to_keep(cached, *made))
    if (auto bytes = kept()) return bytes;
  return {made, made->data()};
}

}  // namespace merkit
