#pragma once

#include "write_zip.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace merkit::testing {

/// One record of a BIFF stream.
inline std::string biff_record(int type, const std::string& body) {
  std::string record;
  put(record, type, 2);
  put(record, body.size(), 2);
  return record + body;
}

/// UTF-8 (up to three bytes a character) as the units of UTF-16.
inline std::vector<std::uint16_t> utf16_units(const std::string& text) {
  std::vector<std::uint16_t> units;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t k) { return static_cast<unsigned>(static_cast<unsigned char>(text[i + k])); };
    const int length = byte(0) < 0x80 ? 1 : byte(0) < 0xE0 ? 2 : 3;
    units.push_back(static_cast<std::uint16_t>(length == 1 ? byte(0)
                                               : length == 2
                                                   ? (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F)
                                                   : (byte(0) & 0xF) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F)));
    i += length;
  }
  return units;
}

/// The shared string table (SST), continued over as many records as it takes, in the middle of strings where needed.
class SharedStrings {
 public:
  int add(const std::string& text) {
    const auto units = utf16_units(text);
    const bool wide = std::any_of(units.begin(), units.end(), [](std::uint16_t unit) { return unit > 0xFF; });
    const std::size_t width = wide ? 2 : 1;
    if (records_.back().size() + 3 + width > kLargest) records_.emplace_back();
    put(records_.back(), units.size(), 2);
    put(records_.back(), wide, 1);
    for (const std::uint16_t unit : units) {
      if (records_.back().size() + width > kLargest) {
        records_.emplace_back();
        put(records_.back(), wide, 1);  // a continued string says its width again
      }
      put(records_.back(), unit, static_cast<int>(width));
    }
    return count_++;
  }

  std::string biff() const {
    std::string head;
    put(head, count_, 4);
    put(head, count_, 4);
    std::string result = biff_record(0x00FC, head + records_.front());
    for (std::size_t i = 1; i < records_.size(); ++i) result += biff_record(0x003C, records_[i]);
    return result;
  }

 private:
  static constexpr std::size_t kLargest = 8224 - 8;
  std::vector<std::string> records_ = {""};
  int count_ = 0;
};

inline std::string biff_cell(std::size_t row, std::size_t column) {
  std::string body;
  put(body, row, 2);
  put(body, column, 2);
  put(body, 0, 2);  // cell format
  return body;
}

inline std::string biff_double(double value) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  std::string bytes;
  put(bytes, bits, 8);
  return bytes;
}

inline std::string biff_number(std::size_t row, std::size_t column, double value) {
  return biff_record(0x0203, biff_cell(row, column) + biff_double(value));
}

inline std::string biff_shared_text(std::size_t row, std::size_t column, int index) {
  std::string body = biff_cell(row, column);
  put(body, static_cast<std::uint64_t>(index), 4);
  return biff_record(0x00FD, body);
}

inline std::string biff_begin(int kind) {
  std::string body;
  put(body, 0x0600, 2);
  put(body, kind, 2);
  put(body, 0x07CC0DBB, 4);
  put(body, 0x41, 4);
  put(body, 6, 4);
  return biff_record(0x0809, body);
}

/// The stream of one sheet around its cell records.
inline std::string biff_sheet(std::size_t rows, std::size_t columns, const std::string& cells) {
  std::string size;
  put(size, 0, 4);
  put(size, rows, 4);
  put(size, 0, 2);
  put(size, columns, 2);
  put(size, 0, 2);
  return biff_begin(0x0010) + biff_record(0x0200, size) + cells + biff_record(0x000A, "");
}

/// The Workbook stream: globals with the names of the sheets (ASCII), then the sheets.
inline std::string biff_workbook(const std::vector<std::string>& names, const std::vector<std::string>& sheets,
                                 const SharedStrings& strings) {
  const auto globals = [&](std::size_t at) {
    std::string result = biff_begin(0x0005) + biff_record(0x0042, std::string("\xB0\x04", 2)) +
                         biff_record(0x0022, std::string(2, '\0'));
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::string body;
      put(body, at, 4);
      put(body, 0, 2);
      put(body, names[i].size(), 1);
      put(body, 0, 1);
      result += biff_record(0x0085, body + names[i]);
      at += sheets[i].size();
    }
    return result + strings.biff() + biff_record(0x000A, "");
  };
  std::string stream = globals(globals(0).size());
  for (const std::string& sheet : sheets) stream += sheet;
  return stream;
}

/// An OLE2 file (version 3, sectors of 512 bytes) with one stream, "Workbook".
inline std::string ole2_file(std::string stream) {
  constexpr std::size_t kSector = 512;
  constexpr std::uint32_t kEnd = 0xFFFFFFFEu, kFree = 0xFFFFFFFFu, kTable = 0xFFFFFFFDu;
  stream.resize(std::max<std::size_t>(4096, (stream.size() + kSector - 1) / kSector * kSector));  // no mini stream
  const std::size_t data = stream.size() / kSector;
  std::size_t tables = 1;
  while (tables * kSector / 4 < tables + 1 + data) ++tables;

  std::string header("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
  header.resize(24);
  for (const int value : {0x003E, 0x0003, 0xFFFE, 9, 6}) put(header, value, 2);
  header.resize(44);
  put(header, tables, 4);
  put(header, tables, 4);  // the directory follows the tables
  put(header, 0, 4);
  put(header, 4096, 4);
  for (const std::uint32_t value : {kEnd, 0u, kEnd, 0u}) put(header, value, 4);
  for (std::size_t i = 0; i < 109; ++i) put(header, i < tables ? i : kFree, 4);

  std::string table;
  for (std::size_t i = 0; i < tables; ++i) put(table, kTable, 4);
  put(table, kEnd, 4);
  for (std::size_t i = 0; i < data; ++i) put(table, i + 1 < data ? tables + 2 + i : kEnd, 4);
  while (table.size() < tables * kSector) put(table, kFree, 4);

  const auto entry = [&](const std::string& name, int type, std::uint32_t child, std::uint64_t start,
                         std::uint64_t size) {
    std::string result;
    for (const char c : name) put(result, static_cast<unsigned char>(c), 2);
    result.resize(64);
    put(result, name.empty() ? 0 : 2 * name.size() + 2, 2);
    put(result, type, 1);
    put(result, 1, 1);
    for (const std::uint32_t neighbour : {kFree, kFree, child}) put(result, neighbour, 4);
    result.resize(116);
    put(result, start, 4);
    put(result, size, 8);
    return result;
  };
  const std::string directory = entry("Root Entry", 5, 1, kEnd, 0) +
                                entry("Workbook", 2, kFree, tables + 1, stream.size()) + entry("", 0, kFree, 0, 0) +
                                entry("", 0, kFree, 0, 0);
  return header + table + directory + stream;
}

}  // namespace merkit::testing
