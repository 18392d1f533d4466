#include "merkit/core/stop.h"

#include "merkit/core/error.h"

#include <atomic>
#include <string>

namespace merkit {
namespace {
std::atomic<int> requested{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler stores into it");
}  // namespace

void request_stop(int signal) noexcept { requested.store(signal); }

int stop_signal() noexcept { return requested.load(); }

void throw_if_stopped() {
  if (const int signal = stop_signal()) throw Interrupted("interrupted by signal " + std::to_string(signal));
}

}  // namespace merkit
