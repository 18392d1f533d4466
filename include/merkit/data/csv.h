#pragma once

#include <string>
#include <vector>

namespace merkit {

/// One record of a CSV text (RFC 4180).
struct CsvRecord {
  int line = 0;  ///< 1-based line on which the record begins
  std::vector<std::string> values;
};

/// Splits CSV text into records; quotes, embedded newlines, CRLF and a UTF-8 BOM are handled, blank lines passed over.
/// `origin` and the line number go into errors. Throws InputError for an unterminated quote.
std::vector<CsvRecord> parse_csv(const std::string& text, const std::string& origin);

/// A value quoted for CSV where it needs to be.
std::string csv_quoted(const std::string& value);

/// A table with a header line. Values are found by column name; the case of names matters.
class CsvTable {
 public:
  /// Throws InputError when there is no header or a row has another number of fields than it (naming file and line).
  CsvTable(const std::string& text, const std::string& origin);

  bool has(const std::string& column) const;
  const std::vector<std::string>& columns() const { return columns_; }
  std::size_t size() const { return rows_.size(); }

  /// The value at `row`, or an empty string where there is no such column.
  const std::string& value(std::size_t row, const std::string& column) const;

  /// "FILE:LINE" of a row, for messages.
  std::string place(std::size_t row) const;

 private:
  std::string origin_;
  std::vector<std::string> columns_;
  std::vector<CsvRecord> rows_;
};

}  // namespace merkit
