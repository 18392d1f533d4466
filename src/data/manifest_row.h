#pragma once

#include "merkit/data/manifest.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace merkit {

/// The fields of one row, whatever the file's form, and how to name a place in it.
struct ManifestRow {
  std::map<std::string, std::string> fields;
  std::string place;                                           ///< "set.csv:3" or "set.json:/clips/1"
  std::function<std::string(const std::string&)> field_place;  ///< "set.csv:3, column onset"
};

/// Checks the row and gives it meaning; `root` is the directory that paths are relative to. Throws InputError.
ManifestClip manifest_clip(const ManifestRow& row, const std::filesystem::path& root);

/// Throws InputError, naming `place`, unless `path` stays below the directory it is relative to.
void check_relative_path(const std::string& path, const std::string& place);

}  // namespace merkit
