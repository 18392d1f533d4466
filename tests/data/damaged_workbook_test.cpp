#include "data/workbook.h"
#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "support/temporary_folder.h"
#include "support/test_data.h"
#include "support/write_workbook.h"

#include <cstdlib>
#include <fstream>
#include <random>

#include <gtest/gtest.h>

namespace merkit {
namespace {

/// How many damaged files; $MERKIT_MUTATIONS asks for more than the few seconds' worth of the normal suite.
int mutations() {
  const char* given = std::getenv("MERKIT_MUTATIONS");
  return given ? std::atoi(given) : 1200;
}

using Random = std::mt19937;

std::size_t below(std::size_t end, Random& random) { return random() % end; }

/// Flipped bits, a cut, inserted bytes, a repeated block, a number at its limit: one to five of them.
void damage(std::string& bytes, Random& random) {
  for (std::size_t times = 1 + below(5, random); times > 0; --times) {
    if (bytes.size() < 8) return;
    const std::size_t at = below(bytes.size() - 4, random);
    switch (below(6, random)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8, random)));
        break;
      case 1:
        bytes.resize(below(8, random) == 0 ? at + 1 : bytes.size());
        break;
      case 2:
        bytes.insert(at, 1 + below(8, random), "\0\xFF<>&\"/=A9"[below(11, random)]);
        break;
      case 3:
        bytes.insert(at, bytes.substr(at, 1 + below(200, random)));
        break;
      case 4:
        bytes.replace(at, 4, below(2, random) ? "\xFF\xFF\xFF\x7F" : "\xFF\xFF\xFF\xFF", 4);
        break;
      default:
        bytes.erase(at, 1 + below(20, random));
        break;
    }
  }
}

std::vector<Sheet> some_sheets() {
  std::vector<Sheet> sheets = {{"codes", {{"Subject", "Filename", "", "Onset", "Emotion"}}}, {"empty", {}}};
  for (int i = 0; i < 60; ++i)
    sheets[0].rows.push_back({"'0" + std::to_string(i), "EP" + std::string(i % 11, 'x') + std::to_string(i), "",
                              std::to_string(46 + i), i % 2 ? "\xC3\xA9 & others" : "disgust"});
  return sheets;
}

/// Reads `bytes`; whatever they are, that gives sheets or an InputError and nothing else.
bool reads(const std::string& bytes, const std::filesystem::path& file) {
  std::ofstream(file, std::ios::binary) << bytes;  // without the fsync of write_file_atomically
  try {
    read_workbook(file);
    return true;
  } catch (const InputError&) {
    return false;
  }
}

TEST(DamagedWorkbook, GivesSheetsOrAnInputError) {
  Random random(20240707);
  const testing::TemporaryFolder folder;
  const std::vector<Sheet> sheets = some_sheets();
  const auto parts = testing::xlsx_parts(sheets);
  std::string csv;
  for (const auto& row : sheets[0].rows) csv += row[0] + ",\"" + row[1] + "\"," + row[3] + "\r\n";
  const std::string xlsx = testing::xlsx_bytes(sheets), xls = testing::xls_bytes(sheets);
  int read = 0;
  for (int i = 0; i < mutations(); ++i) {
    SCOPED_TRACE("file " + std::to_string(i));
    std::string bytes;
    if (i % 4 == 0) {  // damaged inside, with checksums that agree
      auto damaged = parts;
      damage(damaged[below(damaged.size(), random)].second, random);
      bytes = testing::stored_zip(damaged);
    } else {
      bytes = i % 4 == 1 ? xlsx : i % 4 == 2 ? xls : csv;
      damage(bytes, random);
    }
    EXPECT_NO_THROW(read += reads(bytes, folder / "damaged"));
  }
  EXPECT_GT(read, mutations() / 20) << "most files are damaged beyond the point where anything is read";
  EXPECT_LT(read, mutations() * 19 / 20);
}

TEST(DamagedWorkbook, GivesSheetsOrAnInputErrorForRealOnes) {
  MERKIT_NEEDS_DATA("spotting/casme_sq_gt.xlsx");
  Random random(20240708);
  const testing::TemporaryFolder folder;
  for (const char* name : {"spotting/casme_sq_gt.xlsx", "spotting/sammlv_gt.xlsx"}) {
    const std::string whole = read_file(testing::data_directory() / name);
    EXPECT_TRUE(reads(whole, folder / "whole"));
    for (int i = 0; i < mutations() / 4; ++i) {
      std::string bytes = whole;
      damage(bytes, random);
      EXPECT_NO_THROW(reads(bytes, folder / "damaged")) << name << ", file " << i;
    }
  }
}

TEST(DamagedWorkbook, SurvivesAnXlsThatCrashesItsLibrary) {
  // A wrong flag on a shared string makes freexl skip as far as the text says, out of its buffer.
  std::vector<Sheet> sheets = {{"S", {}}};
  for (int i = 0; i < 400; ++i) sheets[0].rows.push_back({"row " + std::to_string(i)});
  const std::string whole = testing::xls_bytes(sheets);
  const testing::TemporaryFolder folder;
  EXPECT_TRUE(reads(whole, folder / "whole.xls"));
  std::size_t at = 0, times = 0;
  while (times < 12 && (at = whole.find("row ", at + 1)) != std::string::npos) {
    std::string bytes = whole;
    bytes.replace(at - 1, 4, "\xFF\xFF\xFF\x7F", 4);
    EXPECT_NO_THROW(reads(bytes, folder / "damaged.xls"));
    ++times;
  }
  EXPECT_EQ(times, 12u);
}

}  // namespace
}  // namespace merkit
