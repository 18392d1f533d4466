#include "merkit/core/error.h"
#include "merkit/data/csv.h"

#include <algorithm>

namespace merkit {

CsvTable::CsvTable(const std::string& text, const std::string& origin) : origin_(origin) {
  rows_ = parse_csv(text, origin);
  if (rows_.empty()) throw InputError(origin + ": an empty table", "the first line names the columns");
  columns_ = rows_.front().values;
  rows_.erase(rows_.begin());
  for (std::size_t i = 0; i < rows_.size(); ++i)
    if (rows_[i].values.size() != columns_.size())
      throw InputError(place(i) + ": " + std::to_string(rows_[i].values.size()) + " fields where the header has " +
                       std::to_string(columns_.size()));
}

bool CsvTable::has(const std::string& column) const {
  return std::find(columns_.begin(), columns_.end(), column) != columns_.end();
}

const std::string& CsvTable::value(std::size_t row, const std::string& column) const {
  static const std::string nothing;
  const auto found = std::find(columns_.begin(), columns_.end(), column);
  return found == columns_.end() ? nothing : rows_[row].values[found - columns_.begin()];
}

std::string CsvTable::place(std::size_t row) const { return origin_ + ":" + std::to_string(rows_[row].line); }

}  // namespace merkit
