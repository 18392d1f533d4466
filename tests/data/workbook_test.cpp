#include "data/workbook.h"

#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"
#include "support/write_workbook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using testing::TemporaryFolder;
using Rows = std::vector<std::vector<std::string>>;

std::vector<Sheet> read_bytes(const std::string& bytes, const std::string& name) {
  const TemporaryFolder folder;
  write_file_atomically(folder / name, bytes);
  return read_workbook(folder / name);
}

/// The rows of a workbook of one sheet with this XML in <worksheet>.
Rows rows_of_xml(const std::string& xml, const std::string& shared = "") {
  return read_bytes(testing::stored_zip(testing::xlsx_parts({{"Sheet1", xml}}, shared)), "a.xlsx").at(0).rows;
}

void expect_input_error(const std::string& bytes, const std::string& name, const std::string& part_of_message) {
  try {
    read_bytes(bytes, name);
    ADD_FAILURE() << "read without an error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(name));
    EXPECT_THAT(error.what(), ::testing::HasSubstr(part_of_message));
  }
}

const std::vector<Sheet>& three_sheets() {
  static const std::vector<Sheet> sheets = {{"MICRO_ONLY",
                                             {{"Subject", "Filename", "", "Onset"},
                                              {"'006", "006_1_2", "", "5562"},
                                              {},
                                              {"'355", "4+L10 & <\"?\">", "", "-0.5"}}},
                                            {"Sheet2", {}},
                                            {"Sheet3", {{}, {}, {"late", "", "\xC3\xA9\xE4\xB8\xAD\xEF\xBC\x8C"}}}};
  return sheets;
}

void expect_three_sheets(const std::vector<Sheet>& sheets) {
  ASSERT_EQ(sheets.size(), 3u);
  EXPECT_EQ(sheets[0].name, "MICRO_ONLY");
  EXPECT_EQ(sheets[0].rows, (Rows{{"Subject", "Filename", "", "Onset"},
                                  {"006", "006_1_2", "", "5562"},
                                  {},
                                  {"355", "4+L10 & <\"?\">", "", "-0.5"}}));
  EXPECT_EQ(sheets[1].name, "Sheet2");
  EXPECT_TRUE(sheets[1].rows.empty());
  EXPECT_EQ(sheets[2].rows, (Rows{{}, {}, {"late", "", "\xC3\xA9\xE4\xB8\xAD\xEF\xBC\x8C"}}));
}

TEST(Workbook, ReadsEverySheetOfAnXlsx) {
  expect_three_sheets(read_bytes(testing::xlsx_bytes(three_sheets()), "a.xlsx"));
}

TEST(Workbook, ReadsEverySheetOfAnXls) { expect_three_sheets(read_bytes(testing::xls_bytes(three_sheets()), "a.xls")); }

TEST(Workbook, ReadsCsvAsOneSheetNamedLikeTheFile) {
  const auto sheets = read_bytes("\xEF\xBB\xBFSubject,Filename\r\n006,\"a,b\"\r\n", "codes.csv");
  ASSERT_EQ(sheets.size(), 1u);
  EXPECT_EQ(sheets[0].name, "codes");
  EXPECT_EQ(sheets[0].rows, (Rows{{"Subject", "Filename"}, {"006", "a,b"}}));
}

TEST(Workbook, GoesByContentNotByName) {
  expect_three_sheets(read_bytes(testing::xlsx_bytes(three_sheets()), "table.xls"));
  expect_three_sheets(read_bytes(testing::xls_bytes(three_sheets()), "table.xlsx"));
}

TEST(Workbook, ReadsTextThatRunsOverSeveralRecordsOfAnXls) {
  Sheet sheet{"long", {}};
  for (int i = 0; i < 3000; ++i)
    sheet.rows.push_back({"clip " + std::to_string(i) + std::string(i % 37, i % 3 == 0 ? '\'' : 'x'),
                          "\xE4\xB8\xAD" + std::to_string(i), std::to_string(i)});
  EXPECT_EQ(read_bytes(testing::xls_bytes({sheet}), "a.xls").at(0).rows, sheet.rows);
}

TEST(Workbook, ReadsTheResultOfAFormulaOfAnXlsx) {
  EXPECT_EQ(rows_of_xml("<sheetData><row r=\"1\"><c r=\"A1\"><f>B1-C1+1</f><v>71</v></c>"
                        "<c r=\"B1\" t=\"str\"><f>LEFT(A1)</f><v>a&amp;b</v></c></row></sheetData>"),
            (Rows{{"71", "a&b"}}));
}

TEST(Workbook, ReadsEachKindOfXlsxCell) {
  const Rows rows = rows_of_xml(
      "<sheetData><row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>in</t><r><t>line</t></r></is></c>"
      "<c r=\"B2\" t=\"b\"><v>1</v></c><c r=\"C2\" t=\"e\"><v>#N/A</v></c><c r=\"D2\" t=\"s\"><v>0</v></c>"
      "<c r=\"E2\" s=\"3\"/><c r=\"AB2\"><v>1E3</v></c></row></sheetData><mergeCells><mergeCell "
      "ref=\"A2:A9\"/></mergeCells>",
      "<si><r><t>rich </t></r><r><rPr><b/></rPr><t xml:space=\"preserve\">text</t></r><rPh><t>guide</t></rPh></si>");
  ASSERT_EQ(rows.size(), 2u);
  ASSERT_EQ(rows[1].size(), 28u);
  EXPECT_EQ(rows[1][0], "inline");
  EXPECT_EQ(rows[1][1], "TRUE");
  EXPECT_EQ(rows[1][2], "");
  EXPECT_EQ(rows[1][3], "rich text");
  EXPECT_EQ(rows[1][27], "1000");
}

TEST(Workbook, CountsRowsAndCellsThatNameNoPlace) {
  EXPECT_EQ(
      rows_of_xml(
          "<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row r=\"4\"><c><v>3</v></c></row><row><c r=\"B5\"/>"
          "<c><v>4</v></c></row></sheetData>"),
      (Rows{{"1", "2"}, {}, {}, {"3"}, {"", "", "4"}}));
}

TEST(Workbook, WritesNumbersAsShortAsTheyAre) {
  EXPECT_EQ(rows_of_xml("<sheetData><row><c><v>0.1</v></c><c><v>559740</v></c><c><v>46.0</v></c><c><v>-0</v></c>"
                        "<c><v>0.30000000000000004</v></c></row></sheetData>"),
            (Rows{{"0.1", "559740", "46", "0", "0.30000000000000004"}}));
}

TEST(Workbook, ReadsPrefixedElementsAndAbsoluteTargets) {
  auto parts = testing::xlsx_parts({{"S", "<x:sheetData><x:row><x:c><x:v>5</x:v></x:c></x:row></x:sheetData>"}}, "");
  for (auto& [name, contents] : parts) {
    const auto at = contents.find("Target=\"worksheets/");
    if (at != std::string::npos) contents.insert(at + 8, "/xl/");
  }
  EXPECT_EQ(read_bytes(testing::stored_zip(parts), "a.xlsx").at(0).rows, (Rows{{"5"}}));
}

TEST(Workbook, SaysWhatADamagedFileIs) {
  const std::string whole = testing::xlsx_bytes(three_sheets());
  expect_input_error(whole.substr(0, whole.size() / 2), "a.xlsx", "damaged .xlsx file: it ends early");
  std::string flipped = whole;
  flipped[whole.find("MICRO_ONLY")] ^= 1;
  expect_input_error(flipped, "a.xlsx", "\"xl/workbook.xml\" of the .xlsx file is damaged");
  expect_input_error(testing::xls_bytes(three_sheets()).substr(0, 1600), "a.xls", ".xls file");
  expect_input_error("", "a.csv", "an empty file");
  expect_input_error(std::string("Subject\n\xFF\n"), "a.csv", ":2: not UTF-8 text");
  EXPECT_THROW(read_workbook("/nowhere/a.xlsx"), InputError);
}

TEST(Workbook, RefusesCellsThatMeanNothing) {
  const auto row = [](const std::string& cell) {
    return testing::stored_zip(
        testing::xlsx_parts({{"S", "<sheetData><row r=\"7\">" + cell + "</row></sheetData>"}}, ""));
  };
  expect_input_error(row("<c r=\"A7\"><v>forty</v></c>"), "a.xlsx", "sheet \"S\": row 7: not a number: \"forty\"");
  expect_input_error(row("<c r=\"A7\" t=\"s\"><v>3</v></c>"), "a.xlsx", "not an index of a text: \"3\"");
  expect_input_error(row("<c r=\"7\"><v>3</v></c>"), "a.xlsx", "not a cell reference: \"7\"");
  expect_input_error(row("<c r=\"A7\"><v>3</c></v>"), "a.xlsx", "damaged XML");
}

TEST(Workbook, RefusesOtherKindsOfZip) {
  expect_input_error(testing::stored_zip({{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}}), "a.ods",
                     "an OpenDocument file");
  expect_input_error(testing::stored_zip({{"readme.txt", "x"}}), "a.zip", "a zip archive without a workbook");
}

TEST(Workbook, RefusesAnArchiveThatUnpacksToTooMuch) {
  std::string bytes = testing::xlsx_bytes(three_sheets());
  const auto directory = bytes.rfind("PK\x01\x02");
  bytes.replace(directory + 24, 4, "\xFF\xFF\xFF\x7F", 4);
  expect_input_error(bytes, "a.xlsx", "unpacks to more than 256 MiB");
}

TEST(Workbook, RefusesCellsTooFarApart) {
  expect_input_error(testing::stored_zip(testing::xlsx_parts(
                         {{"S", "<sheetData><row><c r=\"A1048577\"><v>1</v></c></row></sheetData>"}}, "")),
                     "a.xlsx", "row 1048577, column 1: beyond the 1048576 rows");
  std::string sparse = "<sheetData>";
  for (int row = 1; row <= 300; ++row) sparse += "<row><c r=\"XFD" + std::to_string(row) + "\"><v>1</v></c></row>";
  expect_input_error(testing::stored_zip(testing::xlsx_parts({{"S", sparse + "</sheetData>"}}, "")), "a.xlsx",
                     "over 4194304 cells");
}

TEST(Workbook, ReadsTheSheetsOfTheSpottingChallenges) {
  MERKIT_NEEDS_DATA("spotting/casme_sq_gt.xlsx");
  const auto casme = read_workbook(testing::data_directory() / "spotting/casme_sq_gt.xlsx");
  ASSERT_EQ(casme.size(), 3u);
  EXPECT_EQ(casme[0].name, "CASFEcode_final");
  EXPECT_EQ(casme[1].name, "naming rule1");
  EXPECT_EQ(casme[2].name, "naming rule2");
  int macro = 0, micro = 0, without_offset = 0;
  for (const auto& row : casme[0].rows) {
    macro += row.at(7) == "macro-expression";
    micro += row.at(7) == "micro-expression";
    without_offset += row.at(4) == "0";
  }
  EXPECT_EQ(macro, 300);
  EXPECT_EQ(micro, 57);
  EXPECT_EQ(without_offset, 44);
  EXPECT_EQ(casme[2].rows.size(), 9u);
  EXPECT_EQ(casme[2].rows[0][0].size(), 4u) << "a code stored as text keeps its zero: " << casme[2].rows[0][0];

  const auto samm = read_workbook(testing::data_directory() / "spotting/sammlv_gt.xlsx");
  ASSERT_EQ(samm.size(), 1u);
  EXPECT_EQ(samm[0].rows.size(), 512u);  // nine rows of prose, the header, 343 + 159
}

}  // namespace
}  // namespace merkit
