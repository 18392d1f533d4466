// A program of its own, because the tests beside it load the plug-in before any test runs.
// Exit code 0: LibTorch was loaded when a neural method was asked for, and not before.

#include "merkit/core/error.h"
#include "merkit/methods/catalog.h"

#include <fstream>
#include <string>

namespace {

bool torch_is_loaded() {
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line))
    if (line.find("libtorch") != std::string::npos) return true;
  return false;
}

}  // namespace

int main() {
  if (torch_is_loaded()) return 1;
  try {
    merkit::find_method("no_such_method");
    return 2;
  } catch (const merkit::ConfigError&) {
  }
  if (torch_is_loaded()) return 3;
  merkit::find_method("ststnet");
  return torch_is_loaded() ? 0 : 4;
}
