#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace merkit {

/// `name` in $XDG_CACHE_HOME/merkit, else ~/.cache/merkit; empty when there is no home for caches.
std::filesystem::path cache_path(const std::string& name);

/// Bytes that are slow to make: those of `cached` when `usable` accepts them, otherwise what `make` returns, which is
/// then kept in `cached` if that can be written, and held in memory if not. Processes that do this at the same time
/// write the same, each under a temporary name, and the last one's file stays.
std::shared_ptr<const std::byte> cached_bytes(const std::filesystem::path& cached,
                                              const std::function<bool(const std::byte*, std::size_t)>& usable,
                                              const std::function<std::vector<std::byte>()>& make);

}  // namespace merkit
