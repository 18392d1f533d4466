#include "report/provenance.h"

#include "generated/build_versions.h"

#include <cmath>
#include <filesystem>

namespace merkit {

std::string tool_version() { return MERKIT_VERSION; }

std::string git_description() { return MERKIT_GIT_DESCRIPTION; }

namespace {

/// The library that the loader will give LibTorch for BLAS; Debian chooses among several behind one name.
std::string blas_library() {
  for (const char* link : {"/etc/alternatives/libblas.so.3-x86_64-linux-gnu",
                           "/etc/alternatives/libblas.so.3-aarch64-linux-gnu", "/etc/alternatives/libblas.so.3"}) {
    std::error_code error;
    const auto file = std::filesystem::canonical(link, error);
    if (!error) return file.string();
  }
  return "unknown";
}

}  // namespace

std::vector<LibraryVersion> library_versions() {
  return {{"libtorch", MERKIT_TORCH_VERSION}, {"opencv", MERKIT_OPENCV_VERSION}, {"ffmpeg", MERKIT_FFMPEG_VERSION},
          {"dlib", MERKIT_DLIB_VERSION},      {"blas", blas_library()},          {"compiler", MERKIT_COMPILER}};
}

nlohmann::ordered_json to_json(const Provenance& provenance) {
  nlohmann::ordered_json tool{{"name", "merkit"}, {"version", tool_version()}, {"git", git_description()}};
  for (const auto& library : library_versions()) tool[library.name] = library.version;
  nlohmann::ordered_json result{{"tool", tool},
                                {"command", provenance.command},
                                {"config", nlohmann::ordered_json::parse(provenance.config.to_json())},
                                {"seed", provenance.seed},
                                {"threads", provenance.threads},
                                {"device", provenance.device}};
  if (!provenance.model.empty()) result["model"] = provenance.model;
  if (provenance.allow_seen_subjects) result["seen_subjects_allowed"] = true;
  return result;
}

double rounded(double value) { return std::isfinite(value) ? std::round(value * 1e6) / 1e6 : value; }

}  // namespace merkit
