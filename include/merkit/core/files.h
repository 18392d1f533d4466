#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace merkit {

/// A file that appears whole or not at all: written under a temporary name in the same directory, flushed to disk and
/// renamed by `commit()`. Without commit (an exception, a kill) the old file stays as it was. A link stays one, what it
/// leads to is written. What is no file but takes data (/dev/null, /dev/stdout, a named pipe) is never replaced: it
/// gets the data as they come.
class AtomicFile {
 public:
  /// Throws MachineError when the directory does not exist or cannot be written to, or the target is a directory.
  explicit AtomicFile(std::filesystem::path target);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  std::ostream& stream() { return stream_; }

  /// Throws MachineError when the data could not be written in full (disk full, quota).
  void commit();

 private:
  std::filesystem::path target_, temporary_;  ///< temporary_ is empty where the data go straight to the target
  std::ofstream stream_;
  bool committed_ = false;
};

/// AtomicFile in one call.
void write_file_atomically(const std::filesystem::path& target, const std::string& contents);

/// The whole file. Throws InputError when it cannot be read.
std::string read_file(const std::filesystem::path& file);

/// Creates a directory and its parents. Throws MachineError naming the path when that fails.
void create_directories_or_throw(const std::filesystem::path& directory);

/// Where run-time files (configs, models) may lie, best first: beside an installed binary
/// (<binary>/../share/merkit), then the source tree of a binary in build/bin.
std::vector<std::filesystem::path> resource_roots();

/// First existing resource_roots()/relative. Throws MachineError listing every directory searched.
std::filesystem::path find_resource(const std::filesystem::path& relative);

/// $XDG_CONFIG_HOME, $XDG_DATA_HOME, $XDG_CACHE_HOME with their defaults; empty when there is no home directory.
std::filesystem::path xdg_directory(const char* variable, const char* default_below_home);

}  // namespace merkit
