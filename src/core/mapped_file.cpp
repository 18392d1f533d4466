#include "merkit/core/mapped_file.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace merkit {

MappedFile map_file(const std::filesystem::path& path) {
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
    void* address = ::mmap(nullptr, file.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, descriptor, 0);
    if (address == MAP_FAILED) {
      file.error = errno;
    } else {
      ::madvise(address, file.size, MADV_WILLNEED);
      file.bytes = std::shared_ptr<const std::byte>(
          static_cast<const std::byte*>(address),
          [size = file.size](const std::byte* bytes) { ::munmap(const_cast<std::byte*>(bytes), size); });
    }
  }
  ::close(descriptor);
  return file;
}

}  // namespace merkit
