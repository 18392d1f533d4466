#include "core/plugin.h"

#include "merkit/core/error.h"

#include <filesystem>
#include <vector>

#include <dlfcn.h>

namespace fs = std::filesystem;

namespace merkit {
namespace {

std::vector<fs::path> places_of(const char* file) {
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  if (error) return {};
  const fs::path prefix = executable.parent_path().parent_path();
  std::vector<fs::path> places = {prefix / "lib/merkit" / file};
  const fs::path installed = prefix / MERKIT_INSTALL_LIBDIR / "merkit" / file;
  if (installed != places.front()) places.push_back(installed);
  return places;
}

}  // namespace

void* load_plugin(const Plugin& plugin) {
  std::string searched;
  for (const fs::path& place : places_of(plugin.file)) {
    searched += "\n  " + place.string();
    if (!fs::exists(place)) continue;
    void* const library = ::dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed: results point into it
    void* const entry = library ? ::dlsym(library, plugin.entry) : nullptr;
    if (entry) return entry;
    const char* const why = ::dlerror();
    throw MachineError(
        "cannot load " + place.string() + ": " + (why ? why : "no reason given"),
        std::string("install ") + plugin.needs + ", or reinstall merkit so that program and plug-in belong together");
  }
  throw MachineError(std::string(plugin.what) + " are not installed; searched:" + searched,
                     "reinstall merkit, or keep bin/ and lib/merkit/ side by side");
}

}  // namespace merkit
