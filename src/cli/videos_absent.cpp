// In a build that reads no videos, nothing learns from them.
#include "cli/loso_request.h"
#include "cli/train_request.h"
#include "merkit/core/error.h"

namespace merkit::cli {
namespace {

[[noreturn]] int refuse(const std::string& method) {
  throw ConfigError("method \"" + method + "\" looks for expressions in long videos, and this build reads none");
}

}  // namespace

int train_spotter(const TrainRequest& request) { refuse(request.method); }

int spotting_loso(const LosoRequest& request) { refuse(request.method); }

}  // namespace merkit::cli
