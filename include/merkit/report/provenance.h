#pragma once

#include "merkit/core/settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace merkit {

/// Where a result comes from; part of every document.
struct Provenance {
  std::vector<std::string> command;  ///< argv
  Settings config;                   ///< effective configuration
  std::uint64_t seed = 1;
  int threads = 1;
  std::string device = "cpu";
  std::string model;                 ///< name and sha256 of the model used, if any
  bool allow_seen_subjects = false;  ///< the model was scored on people it was trained on
};

/// merkit's version, "0.1.0".
std::string tool_version();
/// `git describe` of the source tree at build time, or "unknown".
std::string git_description();

struct LibraryVersion {
  std::string name, version;
};
/// Versions of the libraries this program was built against, BLAS included (the file that libblas.so.3 leads to).
std::vector<LibraryVersion> library_versions();

}  // namespace merkit
