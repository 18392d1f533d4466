#include "neural/process_settings.h"

#include <dlfcn.h>
#include <malloc.h>

#include <ATen/Parallel.h>

namespace merkit::neural {

std::mutex& generator_mutex() {
  static std::mutex mutex;
  return mutex;
}

void use_threads(int count) {
  if (at::get_num_threads() != count) at::set_num_threads(count);
  static const auto get = reinterpret_cast<int (*)()>(::dlsym(RTLD_DEFAULT, "openblas_get_num_threads"));
  static const auto set = reinterpret_cast<void (*)(int)>(::dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (get && set && get() != count) set(count);
}

void keep_freed_memory() {
#ifdef __GLIBC__
  static const bool once = [] {
    constexpr int kMebibyte = 1 << 20;
    return ::mallopt(M_MMAP_THRESHOLD, 32 * kMebibyte) != 0 && ::mallopt(M_TRIM_THRESHOLD, 256 * kMebibyte) != 0;
  }();
  static_cast<void>(once);
#endif
}

}  // namespace merkit::neural
