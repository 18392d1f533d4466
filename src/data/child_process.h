#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace merkit {

/// What a child process may use before it is ended.
struct ChildLimits {
  std::size_t memory_bytes = std::size_t{1} << 30;  ///< beyond what this process already has
  unsigned cpu_s = 20;
  std::size_t result_bytes = std::size_t{256} << 20;
};

/// Runs `work` in a forked child and returns its result; nothing when the child crashed, threw, or went over a limit.
/// For libraries that read beyond their buffers on damaged input. `work` must not wait for other threads. Throws
/// MachineError when no child can be started.
std::optional<std::string> run_in_child(const std::function<std::string()>& work, const ChildLimits& limits = {});

}  // namespace merkit
