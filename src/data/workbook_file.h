#pragma once

#include "data/workbook.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace merkit {

/// The cells of a workbook as they are read, sheet by sheet, within the limits that read_workbook promises: a file of a
/// few bytes can name cells a million rows apart.
class WorkbookCells {
 public:
  explicit WorkbookCells(std::string origin) : origin_(std::move(origin)) {}

  void begin_sheet(const std::string& name);

  /// Row and column count from 0. An empty `text` leaves no trace. Throws InputError beyond the limits, and for text
  /// that is not UTF-8.
  void set(std::size_t row, std::size_t column, std::string text);

  std::vector<Sheet> take() { return std::move(sheets_); }

 private:
  std::string origin_;
  std::vector<Sheet> sheets_;
  std::size_t bytes_ = 0, cells_ = 0;
};

/// A number as read_workbook writes it.
std::string cell_number(double value);

/// The two readers behind read_workbook; `bytes` is the file's contents. Throw InputError, whatever the libraries
/// throw.
std::vector<Sheet> read_xlsx(const std::string& bytes, const std::string& origin);
std::vector<Sheet> read_xls(const std::filesystem::path& file);

}  // namespace merkit
