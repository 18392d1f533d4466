#pragma once

#include "merkit/core/files.h"
#include "merkit/data/dataset.h"
#include "merkit/data/manifest.h"
#include "support/temporary_folder.h"
#include "support/write_workbook.h"

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

namespace merkit::testing {

using Rows = std::vector<std::vector<std::string>>;

/// Header of SAMM's sheet.
inline const std::vector<std::string> kSammHeader = {
    "Subject",  "Filename", "Inducement Code", "Onset Frame",       "Apex Frame",        "Offset Frame",
    "Duration", "Micro",    "Action Units",    "Estimated Emotion", "Objective Classes", "Notes"};

/// A data set as a vendor ships it, in miniature: folders of pictures that nobody decodes, and a sheet.
class VendorTree {
 public:
  /// Empty pictures named by `pattern` (printf, one number) in `folder`, both ends included.
  void frames(const std::string& folder, const char* pattern, int first, int last) {
    std::filesystem::create_directories(root() / folder);
    for (int number = first; number <= last; ++number) frame(folder, pattern, number);
  }

  void frame(const std::string& folder, const char* pattern, int number) {
    std::filesystem::create_directories(root() / folder);
    char name[100];
    std::snprintf(name, sizeof name, pattern, number);
    std::ofstream(root() / folder / name);
  }

  /// A workbook; .xls or .xlsx by its name.
  void workbook(const std::string& file, const std::vector<Sheet>& sheets) {
    std::filesystem::create_directories((root() / file).parent_path());
    const bool old = std::filesystem::path(file).extension() == ".xls";
    std::ofstream(root() / file, std::ios::binary) << (old ? xls_bytes(sheets) : xlsx_bytes(sheets));
  }

  void text(const std::string& file, const std::string& contents) {
    std::filesystem::create_directories((root() / file).parent_path());
    std::ofstream(root() / file, std::ios::binary) << contents;
  }

  /// The tree's own folder; the manifest lies beside it.
  std::filesystem::path root() const { return folder_ / "set"; }

  DatasetConversion convert(const std::string& name, const std::string& variant = {},
                            const std::string& sheet = {}) const {
    return convert_dataset({name, root(), folder_ / "m.csv", sheet.empty() ? "" : root() / sheet, variant});
  }

  /// The message of the error that conversion ends with.
  std::string error(const std::string& name, const std::string& variant = {}) const {
    try {
      convert(name, variant);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no InputError";
  }

  /// The manifest as a reader of merkit's own sees it, written and read back.
  Manifest manifest(const DatasetConversion& conversion) const {
    write_file_atomically(folder_ / "m.csv", conversion.manifest_csv());
    return Manifest::read(folder_ / "m.csv");
  }

 private:
  TemporaryFolder folder_;
};

/// "id onset/apex/offset emotion" of each row, "-" where there is no apex.
inline std::vector<std::string> summary(const DatasetConversion& conversion) {
  std::vector<std::string> lines;
  for (const auto& row : conversion.rows) {
    const std::string& apex = row.at("apex");
    lines.push_back(row.at("clip_id") + " " + row.at("onset") + "/" + (apex.empty() ? "-" : apex) + "/" +
                    row.at("offset") + " " + row.at("emotion"));
  }
  return lines;
}

/// "id field raw->used" of each repair.
inline std::vector<std::string> repaired(const DatasetConversion& conversion) {
  std::vector<std::string> lines;
  for (const auto& repair : conversion.repairs)
    lines.push_back(repair.clip_id + " " + repair.field + " " + repair.raw + "->" + repair.used);
  return lines;
}

}  // namespace merkit::testing
