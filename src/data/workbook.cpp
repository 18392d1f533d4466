#include "data/workbook.h"

#include "data/utf8.h"
#include "data/workbook_file.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/data/csv.h"

#include <charconv>
#include <cmath>

namespace merkit {
namespace {

constexpr std::uintmax_t kLargestFile = std::uintmax_t{256} << 20;
constexpr std::size_t kMostSheets = 1000, kMostRows = 1 << 20, kMostColumns = 1 << 14;
constexpr std::size_t kMostText = std::size_t{64} << 20;
constexpr std::size_t kMostCells = std::size_t{4} << 20;  // what the rows are padded to, over all sheets

bool begins_with(const std::string& bytes, const char* magic) { return bytes.compare(0, 4, magic, 4) == 0; }

std::vector<Sheet> read_csv_sheet(const std::string& bytes, const std::filesystem::path& file) {
  WorkbookCells cells(file.string());
  cells.begin_sheet(file.stem().string());
  std::size_t row = 0;
  for (const CsvRecord& record : parse_csv(bytes, file.string())) {
    for (std::size_t column = 0; column < record.values.size(); ++column) cells.set(row, column, record.values[column]);
    ++row;
  }
  return cells.take();
}

}  // namespace

void WorkbookCells::begin_sheet(const std::string& name) {
  if (sheets_.size() >= kMostSheets)
    throw InputError(origin_ + ": more than " + std::to_string(kMostSheets) + " sheets");
  if (!is_utf8(name)) throw InputError(origin_ + ": damaged: the name of a sheet is not text");
  sheets_.push_back({name, {}});
}

void WorkbookCells::set(std::size_t row, std::size_t column, std::string text) {
  if (text.empty()) return;
  Sheet& sheet = sheets_.back();
  const auto place = [&] {
    return origin_ + ": sheet \"" + sheet.name + "\", row " + std::to_string(row + 1) + ", column " +
           std::to_string(column + 1) + ": ";
  };
  if (row >= kMostRows || column >= kMostColumns)
    throw InputError(place() + "beyond the " + std::to_string(kMostRows) + " rows and " + std::to_string(kMostColumns) +
                     " columns that a sheet may have");
  if (!is_utf8(text)) throw InputError(place() + "damaged: not text");
  bytes_ += text.size();
  if (bytes_ > kMostText) throw InputError(place() + "over 64 MiB of text in one workbook");
  if (sheet.rows.size() <= row) {
    cells_ += row + 1 - sheet.rows.size();
    if (cells_ <= kMostCells) sheet.rows.resize(row + 1);
  }
  if (cells_ <= kMostCells && sheet.rows[row].size() <= column) {
    cells_ += column + 1 - sheet.rows[row].size();
    if (cells_ <= kMostCells) sheet.rows[row].resize(column + 1);
  }
  if (cells_ > kMostCells)
    throw InputError(place() + "over " + std::to_string(kMostCells) + " cells in one workbook, counting empty ones");
  sheet.rows[row][column] = std::move(text);
}

std::string cell_number(double value) {
  if (!std::isfinite(value)) return {};
  char text[64];
  // Shortest text that reads back as the same number; "1000000" rather than "1e+06" where it is whole.
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  const auto end = whole ? std::to_chars(text, text + sizeof text, static_cast<long long>(value))
                         : std::to_chars(text, text + sizeof text, value);
  return std::string(text, end.ptr);
}

std::vector<Sheet> read_workbook(const std::filesystem::path& file) {
  std::error_code unknown;
  const std::uintmax_t size = std::filesystem::file_size(file, unknown);
  if (!unknown && size > kLargestFile)
    throw InputError(file.string() + ": larger than 256 MiB, which no annotation table is");
  const std::string bytes = read_file(file);
  if (bytes.empty()) throw InputError(file.string() + ": an empty file, expected .xlsx, .xls or .csv");
  if (begins_with(bytes, "PK\x03\x04")) return read_xlsx(bytes, file.string());
  if (begins_with(bytes, "\xD0\xCF\x11\xE0")) return read_xls(file);
  return read_csv_sheet(bytes, file);
}

}  // namespace merkit
