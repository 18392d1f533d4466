#pragma once

#include "merkit/core/error.h"

#include <string>

namespace merkit {

/// What went wrong with one input.
struct ClipProblem {
  Status status = Status::ok;
  std::string message, hint;
};

/// Runs `work` and turns a ClipError into the problem it describes. So that one clip never ends a batch, an exception
/// of a library below (OpenCV, dlib, LibTorch) counts as "unsupported"; merkit's other errors pass through.
template <class Work>
ClipProblem problem_of(Work&& work) {
  try {
    work();
    return {};
  } catch (const ClipError& error) {
    return {error.status(), error.what(), error.hint()};
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    return {Status::unsupported, std::string("the clip could not be processed: ") + error.what(),
            "please report this with `merkit doctor` and the clip"};
  }
}

}  // namespace merkit
