#pragma once

#include "data/workbook.h"
#include "write_biff.h"
#include "write_zip.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

namespace merkit::testing {

/// Whether a cell of these writers is stored as a number: it reads like one ("46", "-0.5"), has no leading zero and no
/// leading apostrophe. As in spreadsheets, "'46" is the text 46.
inline bool stored_as_number(const std::string& cell) {
  if (cell.empty() || cell.find_first_not_of("0123456789.-") != std::string::npos) return false;
  const std::size_t digits = cell[0] == '-' ? 1 : 0;
  if (digits >= cell.size() || (cell[digits] == '0' && cell.size() > digits + 1 && cell[digits + 1] != '.'))
    return false;
  char* end = nullptr;
  std::strtod(cell.c_str(), &end);
  return end == cell.c_str() + cell.size();
}

/// The text of a cell that is stored as text.
inline std::string stored_text(const std::string& cell) { return cell[0] == '\'' ? cell.substr(1) : cell; }

/// "A1", "AB12" of a row and column counted from 0.
inline std::string cell_name(std::size_t row, std::size_t column) {
  std::string letters;
  for (std::size_t n = column + 1; n > 0; n = (n - 1) / 26) letters.insert(letters.begin(), char('A' + (n - 1) % 26));
  return letters + std::to_string(row + 1);
}

inline std::string xml_escaped(const std::string& text) {
  std::string result;
  for (const char c : text)
    result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : std::string(1, c);
  return result;
}

/// The files of an .xlsx whose sheets have this XML inside <worksheet>, and these <si> elements as shared strings.
inline ZipParts xlsx_parts(const std::vector<std::pair<std::string, std::string>>& name_and_xml,
                           const std::string& shared_strings) {
  const std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
  const std::string main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  const std::string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const std::string package = "http://schemas.openxmlformats.org/package/2006/";
  const std::string type = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
  std::string sheets, relations, overrides;
  ZipParts parts;
  for (std::size_t i = 0; i < name_and_xml.size(); ++i) {
    const std::string n = std::to_string(i + 1), file = "worksheets/sheet" + n + ".xml";
    sheets +=
        "<sheet name=\"" + xml_escaped(name_and_xml[i].first) + "\" sheetId=\"" + n + "\" r:id=\"rId" + n + "\"/>";
    relations += "<Relationship Id=\"rId" + n + "\" Type=\"" + office + "/worksheet\" Target=\"" + file + "\"/>";
    overrides += "<Override PartName=\"/xl/" + file + "\" ContentType=\"" + type + "worksheet+xml\"/>";
    parts.emplace_back("xl/" + file,
                       head + "<worksheet xmlns=\"" + main + "\">" + name_and_xml[i].second + "</worksheet>");
  }
  relations += "<Relationship Id=\"rIdS\" Type=\"" + office + "/sharedStrings\" Target=\"sharedStrings.xml\"/>";
  overrides += "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" + type + "sheet.main+xml\"/>" +
               "<Override PartName=\"/xl/sharedStrings.xml\" ContentType=\"" + type + "sharedStrings+xml\"/>";
  parts.emplace_back("xl/sharedStrings.xml", head + "<sst xmlns=\"" + main + "\">" + shared_strings + "</sst>");
  parts.emplace_back("xl/workbook.xml", head + "<workbook xmlns=\"" + main + "\" xmlns:r=\"" + office + "\"><sheets>" +
                                            sheets + "</sheets></workbook>");
  parts.emplace_back("xl/_rels/workbook.xml.rels",
                     head + "<Relationships xmlns=\"" + package + "relationships\">" + relations + "</Relationships>");
  parts.emplace_back("_rels/.rels", head + "<Relationships xmlns=\"" + package +
                                        "relationships\"><Relationship Id=\"rId1\" Type=\"" + office +
                                        "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
  parts.emplace_back("[Content_Types].xml",
                     head + "<Types xmlns=\"" + package + "content-types\"><Default Extension=\"rels\" ContentType=\"" +
                         "application/vnd.openxmlformats-package.relationships+xml\"/>" + overrides + "</Types>");
  return parts;
}

/// The files of an .xlsx with these cells; numbers as numbers (stored_as_number), text as shared strings.
inline ZipParts xlsx_parts(const std::vector<Sheet>& sheets) {
  std::vector<std::pair<std::string, std::string>> name_and_xml;
  std::string strings;
  std::map<std::string, std::size_t> index;
  for (const Sheet& sheet : sheets) {
    std::string xml = "<sheetData>";
    for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
      xml += "<row r=\"" + std::to_string(r + 1) + "\">";
      for (std::size_t c = 0; c < sheet.rows[r].size(); ++c) {
        const std::string& cell = sheet.rows[r][c];
        if (cell.empty()) continue;
        const std::string begin = "<c r=\"" + cell_name(r, c) + "\"";
        if (stored_as_number(cell)) {
          xml += begin + "><v>" + cell + "</v></c>";
          continue;
        }
        const auto [found, is_new] = index.emplace(stored_text(cell), index.size());
        if (is_new) strings += "<si><t xml:space=\"preserve\">" + xml_escaped(found->first) + "</t></si>";
        xml += begin + " t=\"s\"><v>" + std::to_string(found->second) + "</v></c>";
      }
      xml += "</row>";
    }
    name_and_xml.emplace_back(sheet.name, xml + "</sheetData>");
  }
  return xlsx_parts(name_and_xml, strings);
}

/// A workbook as Excel 2007 and later would store it.
inline std::string xlsx_bytes(const std::vector<Sheet>& sheets) { return stored_zip(xlsx_parts(sheets)); }

/// The same as Excel 97 to 2003 would store it: BIFF8 in an OLE2 file.
inline std::string xls_bytes(const std::vector<Sheet>& sheets) {
  SharedStrings strings;
  std::vector<std::string> streams;
  for (const Sheet& sheet : sheets) {
    std::size_t columns = 0;
    for (const auto& row : sheet.rows) columns = std::max(columns, row.size());
    std::string cells;
    for (std::size_t r = 0; r < sheet.rows.size(); ++r) {
      for (std::size_t c = 0; c < sheet.rows[r].size(); ++c) {
        const std::string& cell = sheet.rows[r][c];
        if (cell.empty()) continue;
        cells += stored_as_number(cell) ? biff_number(r, c, std::strtod(cell.c_str(), nullptr))
                                        : biff_shared_text(r, c, strings.add(stored_text(cell)));
      }
    }
    streams.push_back(biff_sheet(sheet.rows.size(), columns, cells));
  }
  std::vector<std::string> names;
  for (const Sheet& sheet : sheets) names.push_back(sheet.name);
  return ole2_file(biff_workbook(names, streams, strings));
}

}  // namespace merkit::testing
