#include "face/cached_bytes.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/core/mapped_file.h"

#include <string>
#include <utility>

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
