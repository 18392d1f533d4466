#include "data/child_process.h"

#include "merkit/core/error.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace merkit {
namespace {

void limit(int resource, rlim_t most) {
  const rlimit value{most, most};
  ::setrlimit(resource, &value);
}

/// Bytes of address space in use; 0 when unknown.
std::size_t address_space() {
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

bool write_all(int to, const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::write(to, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

/// Everything until the other end is closed, or one byte more than `most`.
std::string read_all(int from, std::size_t most) {
  std::string bytes;
  char buffer[1 << 16];
  while (bytes.size() <= most) {
    const ssize_t count = ::read(from, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    bytes.append(buffer, static_cast<std::size_t>(count));
  }
  return bytes;
}

[[noreturn]] void work_in_child(const std::function<std::string()>& work, const ChildLimits& limits, std::size_t memory,
                                int to) {
  // A crash here is expected and the parent's business: no core file, no handler of this program's.
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGINT, SIGTERM}) std::signal(signal, SIG_DFL);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, limits.cpu_s);
  if (memory > 0) limit(RLIMIT_AS, memory + limits.memory_bytes);
  bool whole = false;
  try {
    whole = write_all(to, work());
  } catch (...) {  // the parent learns of it by the exit status
  }
  ::_exit(whole ? 0 : 1);
}

}  // namespace

std::optional<std::string> run_in_child(const std::function<std::string()>& work, const ChildLimits& limits) {
  int ends[2];
  if (::pipe(ends) != 0) throw MachineError(std::string("cannot make a pipe: ") + std::strerror(errno));
  const std::size_t memory = address_space();
  const pid_t child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    work_in_child(work, limits, memory, ends[1]);
  }
  const int why = errno;
  ::close(ends[1]);
  if (child < 0) {
    ::close(ends[0]);
    throw MachineError(std::string("cannot start a process: ") + std::strerror(why));
  }
  std::string result = read_all(ends[0], limits.result_bytes);
  ::close(ends[0]);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || result.size() > limits.result_bytes) return std::nullopt;
  return result;
}

}  // namespace merkit
