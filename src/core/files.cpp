#include "merkit/core/files.h"

#include "merkit/core/error.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace merkit {
namespace {

std::string reason() { return std::strerror(errno); }

fs::path directory_of(const fs::path& file) { return file.has_parent_path() ? file.parent_path() : fs::path("."); }

/// Renames are only durable once the directory itself is on disk; some file systems refuse, which is no error.
void sync_directory(const fs::path& directory) {
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

/// Where a chain of links ends, whether or not there is a file: renaming onto a link would put a file in its place.
fs::path behind_links(fs::path path) {
  std::error_code error;
  for (int links = 0; links < 40 && fs::is_symlink(path, error); ++links)
    path = path.parent_path() / fs::read_symlink(path, error);
  return path;
}

}  // namespace

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)) {
  if (std::error_code error; fs::is_other(target_, error)) {  // a device, a pipe, a socket
    stream_.open(target_, std::ios::binary);
    if (!stream_) throw MachineError("cannot write to " + target_.string() + ": " + reason());
    return;
  }
  target_ = behind_links(target_);
  if (fs::is_directory(target_)) throw MachineError("cannot write " + target_.string() + ": it is a directory");
  const fs::path directory = directory_of(target_);
  if (!fs::is_directory(directory))
    throw MachineError("cannot write " + target_.string() + ": there is no directory " + directory.string());
  std::string pattern = (directory / ("." + target_.filename().string() + ".XXXXXX")).string();
  const int descriptor = ::mkstemp(pattern.data());
  if (descriptor < 0) throw MachineError("cannot write into " + directory.string() + ": " + reason());
  temporary_ = pattern;
  ::fchmod(descriptor, 0644);
  ::close(descriptor);
  stream_.open(temporary_, std::ios::binary);
}

AtomicFile::~AtomicFile() {
  if (committed_ || temporary_.empty()) return;
  stream_.close();
  std::error_code ignored;  // nothing was promised, and a destructor has nobody to tell
  fs::remove(temporary_, ignored);
}

void AtomicFile::commit() {
  stream_.flush();
  bool written = stream_.good();
  stream_.close();
  written = written && !stream_.fail();
  if (temporary_.empty()) {
    if (!written) throw MachineError("cannot write all to " + target_.string() + ": " + reason());
    committed_ = true;
    return;
  }
  const int descriptor = ::open(temporary_.c_str(), O_RDONLY);
  written = written && descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string why = reason();
  if (descriptor >= 0) ::close(descriptor);
  if (!written)
    throw MachineError("cannot write " + target_.string() + " in full: " + why, "free some space and run again");
  std::error_code error;
  fs::rename(temporary_, target_, error);
  if (error) throw MachineError("cannot put " + target_.string() + " in place: " + error.message());
  committed_ = true;
  sync_directory(directory_of(target_));
}

void write_file_atomically(const fs::path& target, const std::string& contents) {
  AtomicFile file(target);
  file.stream().write(contents.data(), static_cast<std::streamsize>(contents.size()));
  file.commit();
}

std::string read_file(const fs::path& file) {
  if (fs::is_directory(file)) throw InputError("cannot read " + file.string() + ": it is a directory");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw InputError("cannot read " + file.string() + ": " + reason());
  std::ostringstream text;
  text << stream.rdbuf();
  if (stream.bad()) throw InputError("cannot read " + file.string() + ": " + reason());
  return text.str();
}

void create_directories_or_throw(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error || !fs::is_directory(directory))
    throw MachineError("cannot create directory " + directory.string() + ": " +
                       (error ? error.message() : "something else has that name"));
}

std::vector<fs::path> resource_roots() {
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  return {(executable.parent_path() / "../share/merkit").lexically_normal()};
}

fs::path find_resource(const fs::path& relative) {
  std::string searched;
  for (const auto& root : resource_roots()) {
    if (fs::exists(root / relative)) return root / relative;
    searched += "\n  " + root.string();
  }
  throw MachineError("cannot find " + relative.string() + " of merkit's own files; searched:" + searched,
                     "reinstall merkit, or keep bin/ and share/ side by side");
}

fs::path xdg_directory(const char* variable, const char* default_below_home) {
  if (const char* value = std::getenv(variable); value && *value) return value;
  if (const char* home = std::getenv("HOME"); home && *home) return fs::path(home) / default_below_home;
  return {};
}

}  // namespace merkit
