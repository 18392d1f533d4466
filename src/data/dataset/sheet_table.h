#pragma once

#include "data/dataset/layout.h"

#include <filesystem>
#include <string>
#include <vector>

namespace merkit::dataset {

/// One row of a sheet that says something about a clip.
struct SheetRow {
  Fields fields;      ///< trimmed; blank cells are not in it
  std::string place;  ///< "FILE, sheet "S", row 12"
  int index = 0;      ///< data row from 0
};

struct SheetTable {
  std::filesystem::path file;
  std::vector<SheetRow> rows;
  std::map<std::string, std::string> column_names;  ///< field -> "column OnsetF", for messages
};

/// The file below `root` (or `root` itself, when it is a file) whose name, or the end of whose path where the pattern
/// has a folder in it, fits the first of `patterns` that fits any;
/// empty when none does. Copies with equal bytes count once. Throws InputError naming all when several fit.
std::filesystem::path find_sheet(const std::filesystem::path& root, const std::vector<std::string>& patterns);

/// The rows below the header, prose passed over. Throws InputError when no sheet of the file has such a header within
/// its first 40 rows, naming the columns that the best row lacks, or when a header-less sheet is too narrow.
SheetTable read_sheet(const std::filesystem::path& file, const TableLayout& layout);

}  // namespace merkit::dataset
