#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace merkit {

/// What became of one input of a batch. Every input has exactly one row, and every row one status.
enum class Status { ok, no_face, decode_error, too_short, annotation_mismatch, unsupported };

/// The name used in records: "ok", "no_face", "decode_error", ...
std::string_view to_string(Status status);

/// Something that cannot go on. `what()` says what, where and what was expected; `hint()` says what to do (may be
/// empty).
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, std::string hint = {})
      : std::runtime_error(message), hint_(std::move(hint)) {}
  const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

/// One clip cannot be processed; the batch goes on and the clip's row carries `status()`.
class ClipError : public Error {
 public:
  ClipError(Status status, const std::string& message, std::string hint = {})
      : Error(message, std::move(hint)), status_(status) {}
  Status status() const { return status_; }

 private:
  Status status_;
};

/// A file or a data set as a whole is invalid: a manifest without a needed column, an unreadable table. Exit code 3.
class InputError : public Error {
  using Error::Error;
};

/// A wrong option, setting or name. Exit code 2.
class ConfigError : public Error {
  using Error::Error;
};

/// A model that is missing, damaged, or made for something else. Exit code 4.
class ModelError : public Error {
  using Error::Error;
};

/// The machine refuses: no such device, no space, no permission. Exit code 5.
class MachineError : public Error {
  using Error::Error;
};

/// SIGINT or SIGTERM arrived; work in flight is dropped. Exit code 128 + signal.
class Interrupted : public Error {
  using Error::Error;
};

/// "unknown method "stsnet"; did you mean "ststnet"? Known: a, b, c" as a ConfigError.
[[noreturn]] void throw_unknown_name(std::string_view kind, std::string_view name,
                                     const std::vector<std::string>& known);

}  // namespace merkit
