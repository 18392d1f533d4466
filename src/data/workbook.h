#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace merkit {

/// One sheet of a workbook, as text.
struct Sheet {
  std::string name;
  /// rows[r][c], ragged at the right; a cell that is empty, merged away or an error is an empty string. Whole numbers
  /// are written without fraction ("46"), others with as many digits as tell them apart; text is as stored, UTF-8.
  std::vector<std::vector<std::string>> rows;
};

/// Reads .xlsx, .xls (BIFF) and .csv; what the file is decides its content, not its name. A CSV file is one sheet
/// named as the file's stem. Hidden sheets are read as well. A formula counts as its stored result in .xlsx; in .xls it
/// is an empty cell, because freexl reads none.
/// Throws InputError naming `file` for one that is missing, damaged, encrypted, of another kind, or larger than
/// 1 048 576 rows or 64 MiB of text.
std::vector<Sheet> read_workbook(const std::filesystem::path& file);

}  // namespace merkit
