#pragma once

#include "merkit/pipeline/cache.h"

#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>

namespace merkit::cli {

/// --cache DIR of the commands that prepare faces.
struct CacheOption {
  std::filesystem::path directory;

  /// Null when none was asked for.
  std::shared_ptr<const Cache> open() const;
};
void add_cache_option(CLI::App& command, CacheOption& option);

/// argv as it goes into records: a cache changes no result, so results with and without one are equal to the byte.
std::vector<std::string> without_cache_option(const std::vector<std::string>& arguments);

/// Logs what the cache was good for, and warns once when it could not be written to. `cache` may be null.
void tell_of(const Cache* cache);

}  // namespace merkit::cli
