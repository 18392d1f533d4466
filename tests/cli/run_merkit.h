#pragma once

#include <map>
#include <string>
#include <vector>

namespace merkit::testing {

struct RunResult {
  int exit_code = 0;  ///< 128 + signal when killed by one
  std::string out, err;
};

/// Runs build/bin/merkit as a user would, without a terminal. `environment` is laid over the test's own.
RunResult run_merkit(const std::vector<std::string>& arguments,
                     const std::map<std::string, std::string>& environment = {});

/// Runs any program.
RunResult run_program(const std::vector<std::string>& command,
                      const std::map<std::string, std::string>& environment = {});

/// A program still running; the destructor kills it.
class RunningMerkit {
 public:
  explicit RunningMerkit(const std::vector<std::string>& arguments);
  ~RunningMerkit();
  void send(int signal);
  int wait();

 private:
  int pid_ = -1;
};

}  // namespace merkit::testing
