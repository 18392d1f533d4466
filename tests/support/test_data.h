#pragma once

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

namespace merkit::testing {

/// Real and synthetic clips that are not part of the repository: $MERKIT_DATA_DIR, else ../shared/data beside it.
/// Empty when there are none.
inline std::filesystem::path data_directory() {
  if (const char* given = std::getenv("MERKIT_DATA_DIR")) return std::filesystem::is_directory(given) ? given : "";
  const std::filesystem::path beside = std::filesystem::path(MERKIT_SOURCE_DIR) / "../shared/data";
  return std::filesystem::is_directory(beside) ? beside : "";
}

/// A frontal portrait that the set-up fetched (scripts/fetch_face.sh), or an empty path.
inline std::filesystem::path portrait() {
  const std::filesystem::path file = std::filesystem::path(MERKIT_BINARY_DIR) / "faces/astronaut.png";
  return std::filesystem::exists(file) ? file : "";
}

}  // namespace merkit::testing

/// Ends the test as skipped, saying what is missing, where `relative` is not in the data directory.
#define MERKIT_NEEDS_DATA(relative)                                             \
  if (merkit::testing::data_directory().empty() ||                              \
      !std::filesystem::exists(merkit::testing::data_directory() / (relative))) \
  GTEST_SKIP() << "needs " << (relative) << " in $MERKIT_DATA_DIR or ../shared/data"

#define MERKIT_NEEDS_PORTRAIT()            \
  if (merkit::testing::portrait().empty()) \
  GTEST_SKIP() << "needs build/faces/astronaut.png; scripts/fetch_face.sh brings it"
