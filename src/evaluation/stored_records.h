#pragma once

#include "merkit/data/csv.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace merkit {

/// A file of records read back, whichever of merkit's formats it is in.
struct StoredRecords {
  std::string origin;
  std::vector<std::string> classes;     ///< of a JSON document
  std::vector<nlohmann::json> records;  ///< JSON and JSON Lines
  std::vector<CsvTable> table;          ///< CSV: one element

  bool is_csv() const { return !table.empty(); }

  /// Throws InputError naming file and, for JSON Lines, the line.
  static StoredRecords read(const std::filesystem::path& file);
};

/// A whole number in a CSV cell. Throws InputError naming place and column.
int parse_int(const std::string& text, const std::string& place, const std::string& column);
/// The same for a finite number.
double parse_number(const std::string& text, const std::string& place, const std::string& column);

}  // namespace merkit
