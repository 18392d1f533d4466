#include "cli/run_merkit.h"

#include "support/temporary_folder.h"

#include <csignal>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace merkit::testing {
namespace {

const char* kMerkit = MERKIT_BINARY_DIR "/bin/merkit";

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// In the child: becomes the program. Never returns.
[[noreturn]] void become(const std::vector<std::string>& command,
                         const std::map<std::string, std::string>& environment) {
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

int exit_code_of(int status) { return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status); }

void redirect(int descriptor, const std::string& file) {
  const int target = open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0600);
  dup2(target, descriptor);
  close(target);
}

}  // namespace

RunResult run_program(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment) {
  const TemporaryFolder folder;
  const std::string out = folder / "out", err = folder / "err";
  const pid_t pid = fork();
  if (pid == 0) {
    redirect(STDOUT_FILENO, out);
    redirect(STDERR_FILENO, err);
    // Not just closed: the next file opened would then be taken for stdin.
    dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
    become(command, environment);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return {exit_code_of(status), contents(out), contents(err)};
}

RunResult run_merkit(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment) {
  std::vector<std::string> command{kMerkit};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return run_program(command, environment);
}

RunningMerkit::RunningMerkit(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{kMerkit};
  command.insert(command.end(), arguments.begin(), arguments.end());
  pid_ = fork();
  if (pid_ == 0) {
    redirect(STDOUT_FILENO, "/dev/null");
    redirect(STDERR_FILENO, "/dev/null");
    become(command, {});
  }
}

RunningMerkit::~RunningMerkit() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void RunningMerkit::send(int signal) { kill(pid_, signal); }

int RunningMerkit::wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return exit_code_of(status);
}

}  // namespace merkit::testing
