#include "merkit/data/csv.h"
#include "merkit/data/dataset.h"

#include <algorithm>
#include <set>

namespace merkit {
namespace {

std::string csv_line(const std::vector<std::string>& values) {
  std::string line;
  for (std::size_t i = 0; i < values.size(); ++i) line += (i ? "," : "") + csv_quoted(values[i]);
  return line + "\n";
}

/// Columns in which any row says something, the usual ones first.
std::vector<std::string> columns_of(const std::vector<std::map<std::string, std::string>>& rows) {
  static const std::vector<std::string> usual = {"clip_id", "dataset", "subject", "frames", "features", "frame_base",
                                                 "onset",   "apex",    "offset",  "fps",    "emotion"};
  std::set<std::string> used;
  for (const auto& row : rows)
    for (const auto& [column, value] : row)
      if (!value.empty()) used.insert(column);
  std::vector<std::string> columns;
  for (const auto& column : usual)
    if (used.erase(column)) columns.push_back(column);
  columns.insert(columns.end(), used.begin(), used.end());
  return columns;
}

}  // namespace

std::string DatasetConversion::manifest_csv() const {
  const auto columns = columns_of(rows);
  std::string text = csv_line(columns);
  for (const auto& row : rows) {
    std::vector<std::string> values;
    for (const auto& column : columns) {
      const auto found = row.find(column);
      values.push_back(found == row.end() ? std::string() : found->second);
    }
    text += csv_line(values);
  }
  return text;
}

std::string DatasetConversion::repairs_csv() const {
  std::string text = csv_line({"clip_id", "field", "raw", "used", "reason", "source"});
  for (const auto& repair : repairs)
    text += csv_line({repair.clip_id, repair.field, repair.raw, repair.used, repair.reason, repair.source});
  return text;
}

}  // namespace merkit
