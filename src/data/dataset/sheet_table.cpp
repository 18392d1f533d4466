#include "data/dataset/sheet_table.h"

#include "core/text.h"
#include "data/dataset/text.h"
#include "data/workbook.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"

#include <algorithm>
#include <optional>

namespace fs = std::filesystem;

namespace merkit::dataset {
namespace {

constexpr std::size_t kHeaderRows = 40;  // the longest preamble known is 13 rows
constexpr int kSheetDepth = 3;           // SMIC keeps its sheet three folders down

std::vector<fs::path> workbooks_below(const fs::path& root) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::recursive_directory_iterator
           it(root, fs::directory_options::follow_directory_symlink | fs::directory_options::skip_permission_denied,
              error),
       end;
       !error && it != end; it.increment(error)) {
    if (it.depth() >= kSheetDepth) it.disable_recursion_pending();
    const std::string name = it->path().filename().string();
    const std::string extension = folded(it->path().extension().string());
    const bool table = extension == ".xls" || extension == ".xlsx" || extension == ".csv";
    // Office keeps "~$name.xlsx" beside an open workbook, and macOS "._name.xlsx" on foreign disks.
    if (table && name.front() != '~' && name.front() != '.' && it->is_regular_file()) files.push_back(it->path());
  }
  if (error) throw InputError("cannot list " + root.string() + ": " + error.message(), "check its permissions");
  std::sort(files.begin(), files.end());
  return files;
}

/// Held against as many of the path's last parts as the pattern has.
bool path_fits(const fs::path& file, const std::string& pattern) {
  fs::path end = file.filename(), rest = file.parent_path();
  for (auto slashes = std::count(pattern.begin(), pattern.end(), '/'); slashes > 0; --slashes) {
    end = rest.filename() / end;
    rest = rest.parent_path();
  }
  return fits_pattern(end.generic_string(), pattern);
}

/// Which column holds which field.
struct Header {
  std::size_t row = 0;
  std::map<std::string, std::size_t> columns;
  std::vector<std::string> missing;  ///< required ones
};

Header match_header(const std::vector<std::string>& cells, const TableLayout& layout) {
  Header header;
  for (const auto& [field, spellings] : layout.columns) {
    for (const auto& spelling : spellings) {
      const auto found = std::find_if(cells.begin(), cells.end(), [&](const std::string& cell) {
        return !cell.empty() && header_key(cell) == header_key(spelling);
      });
      if (found == cells.end()) continue;
      header.columns[field] = static_cast<std::size_t>(found - cells.begin());
      break;
    }
    const bool required = std::count(layout.required.begin(), layout.required.end(), field) > 0;
    if (required && !header.columns.count(field)) header.missing.push_back(spellings.front());
  }
  return header;
}

/// The row that is the header, or the one that comes nearest (its `missing` is not empty then).
Header find_header(const Sheet& sheet, const TableLayout& layout) {
  Header best;
  best.missing.assign(layout.columns.size() + 1, "");
  for (std::size_t r = 0; r < std::min(sheet.rows.size(), kHeaderRows); ++r) {
    Header header = match_header(sheet.rows[r], layout);
    header.row = r;
    if (header.missing.size() < best.missing.size()) best = header;
    if (best.missing.empty()) return best;
  }
  return best;
}

const Sheet* preferred_sheet(const std::vector<Sheet>& sheets, const TableLayout& layout) {
  for (const auto& pattern : layout.sheets)
    for (const auto& sheet : sheets)
      if (fits_pattern(sheet.name, pattern)) return &sheet;
  return nullptr;
}

std::string column_letter(std::size_t column) {
  std::string letters;
  for (++column; column > 0; column = (column - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (column - 1) % 26));
  return letters;
}

/// Rows in which nothing but one cell is filled are prose.
bool says_nothing(const Fields& fields, const TableLayout& layout) {
  int filled_in = 0;
  for (const auto& field : layout.required) filled_in += fields.count(field) > 0;
  return filled_in <= 1;
}

SheetTable rows_of(const fs::path& file, const Sheet& sheet, const TableLayout& layout,
                   const std::map<std::string, std::size_t>& columns, std::size_t first) {
  SheetTable table;
  table.file = file;
  for (const auto& [field, column] : columns) {
    const bool named = first > 0 && column < sheet.rows[first - 1].size();
    table.column_names[field] =
        named ? "column " + trimmed(sheet.rows[first - 1][column]) : "column " + column_letter(column);
  }
  for (std::size_t r = first; r < sheet.rows.size(); ++r) {
    SheetRow row;
    for (const auto& [field, column] : columns) {
      if (column >= sheet.rows[r].size()) continue;
      if (const std::string cell = trimmed(sheet.rows[r][column]); !cell.empty()) row.fields[field] = cell;
    }
    if (says_nothing(row.fields, layout)) continue;
    row.place = file.filename().string() + ", sheet \"" + sheet.name + "\", row " + std::to_string(r + 1);
    row.index = static_cast<int>(table.rows.size());
    table.rows.push_back(std::move(row));
  }
  if (table.rows.empty())
    throw InputError(file.string() + ", sheet \"" + sheet.name + "\": no row below the header says anything");
  return table;
}

SheetTable read_by_position(const fs::path& file, const std::vector<Sheet>& sheets, const TableLayout& layout) {
  const Sheet* named = preferred_sheet(sheets, layout);
  const Sheet& sheet = named ? *named : sheets.front();
  std::map<std::string, std::size_t> columns;
  std::size_t needed = 0;
  for (const auto& [field, column] : layout.positions) {
    columns[field] = static_cast<std::size_t>(column);
    if (std::count(layout.required.begin(), layout.required.end(), field))
      needed = std::max(needed, static_cast<std::size_t>(column) + 1);
  }
  std::size_t width = 0;
  for (const auto& row : sheet.rows) width = std::max(width, row.size());
  if (width < needed)
    throw InputError(file.string() + ", sheet \"" + sheet.name + "\": " + std::to_string(width) +
                         " columns, expected at least " + std::to_string(needed),
                     "this sheet has no header, so its columns must stand where they stood when it was published");
  return rows_of(file, sheet, layout, columns, 0);
}

}  // namespace

fs::path find_sheet(const fs::path& root, const std::vector<std::string>& patterns) {
  if (fs::is_regular_file(root)) return root;
  const auto files = workbooks_below(root);
  for (const auto& pattern : patterns) {
    std::vector<fs::path> fitting;
    for (const auto& file : files)
      if (path_fits(file, pattern)) fitting.push_back(file);
    if (fitting.empty()) continue;
    std::string names = fitting.front().string();
    bool differ = false;
    for (std::size_t i = 1; i < fitting.size(); ++i) {
      names += ", " + fitting[i].string();
      differ = differ || read_file(fitting[i]) != read_file(fitting.front());
    }
    if (differ) throw InputError("several sheets that differ: " + names, "say which one with --sheet FILE");
    return fitting.front();
  }
  return {};
}

SheetTable read_sheet(const fs::path& file, const TableLayout& layout) {
  const auto sheets = read_workbook(file);
  if (sheets.empty()) throw InputError(file.string() + " has no sheet");
  if (layout.columns.empty()) return read_by_position(file, sheets, layout);
  std::vector<const Sheet*> order;
  if (const Sheet* named = preferred_sheet(sheets, layout)) order.push_back(named);
  for (const auto& sheet : sheets) order.push_back(&sheet);
  std::optional<Header> nearest;
  const Sheet* nearest_sheet = nullptr;
  for (const Sheet* sheet : order) {
    const Header header = find_header(*sheet, layout);
    if (header.missing.empty()) return rows_of(file, *sheet, layout, header.columns, header.row + 1);
    if (nearest && nearest->missing.size() <= header.missing.size()) continue;
    nearest = header;
    nearest_sheet = sheet;
  }
  if (!layout.positions.empty()) return read_by_position(file, sheets, layout);
  std::vector<std::string> wanted;
  for (const auto& field : layout.required) wanted.push_back(layout.columns.at(field).front());
  std::string message = file.string() + ": no row with the column names " + joined(wanted) + " among the first " +
                        std::to_string(kHeaderRows) + " of any sheet";
  if (!nearest->columns.empty())
    message += "; row " + std::to_string(nearest->row + 1) + " of sheet \"" + nearest_sheet->name + "\" lacks " +
               joined(nearest->missing);
  throw InputError(message, "is this the right sheet? --sheet FILE names another");
}

}  // namespace merkit::dataset
