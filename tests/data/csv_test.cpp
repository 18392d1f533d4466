#include "merkit/data/manifest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(const std::string& text) {
  try {
    parse_csv(text, "t.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Csv, SplitsFieldsAndCountsLines) {
  const auto records = parse_csv("a,b\n1,\n,2\n", "t.csv");
  ASSERT_EQ(records.size(), 3u);
  EXPECT_THAT(records[0].values, ElementsAre("a", "b"));
  EXPECT_THAT(records[1].values, ElementsAre("1", ""));
  EXPECT_THAT(records[2].values, ElementsAre("", "2"));
  EXPECT_EQ(records[2].line, 3);
}

TEST(Csv, KeepsCommasQuotesAndLineEndsInsideQuotes) {
  const auto records = parse_csv("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\nlast,x,y", "t.csv");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_THAT(records[0].values, ElementsAre("a,b", "say \"hi\"", "two\r\nlines"));
  EXPECT_EQ(records[1].line, 3);
}

TEST(Csv, TakesByteOrderMarkCarriageReturnsAndBlankLines) {
  const auto records = parse_csv(
      "\xEF\xBB\xBF"
      "a,b\r\n\r\n1,2\r\n\r\n\n",
      "t.csv");
  ASSERT_EQ(records.size(), 2u);
  EXPECT_THAT(records[0].values, ElementsAre("a", "b"));
  EXPECT_THAT(records[1].values, ElementsAre("1", "2"));
  EXPECT_EQ(records[1].line, 3);
}

TEST(Csv, KeepsAnEmptyLastFieldAndAnEmptyQuotedRecord) {
  EXPECT_THAT(parse_csv("a,", "t.csv").at(0).values, ElementsAre("a", ""));
  EXPECT_THAT(parse_csv("\"\"\n", "t.csv").at(0).values, ElementsAre(""));
  EXPECT_TRUE(parse_csv("", "t.csv").empty());
}

TEST(Csv, NamesTheLineOfAnUnterminatedQuote) {
  EXPECT_THAT(error_of("a,b\n1,\"2\n3,4\n"), HasSubstr("t.csv:2: a quote is opened and never closed"));
}

TEST(Csv, RefusesTextAfterAClosingQuote) {
  EXPECT_THAT(error_of("a\n\"b\"c\n"), HasSubstr("t.csv:2: text after a closing quote"));
}

TEST(Csv, RefusesWhatIsNotUtf8) {
  EXPECT_THAT(error_of("a\nM\xFCller\n"), HasSubstr("t.csv:2: not UTF-8"));
  EXPECT_THAT(error_of(std::string("\xFF\xFE"
                                   "a\0",
                                   4)),
              HasSubstr("t.csv:1: not UTF-8"));
  EXPECT_THAT(error_of("\xC0\xAF"), HasSubstr("not UTF-8"));
  EXPECT_THAT(error_of("\xED\xA0\x80"), HasSubstr("not UTF-8"));
  EXPECT_EQ(parse_csv("M\xC3\xBCller,\xE4\xB8\xAD,\xF0\x9F\x98\x80", "t.csv").at(0).values.size(), 3u);
}

TEST(Csv, QuotedValuesReadBackAsTheyWere) {
  for (const std::string value : {"plain", "", "a,b", "say \"hi\"", "two\nlines", "\r", " edge ", "\""}) {
    const auto records = parse_csv(csv_quoted(value) + ",end\n", "t.csv");
    ASSERT_EQ(records.size(), 1u) << value;
    EXPECT_THAT(records[0].values, ElementsAre(value, "end"));
  }
  EXPECT_EQ(csv_quoted("plain"), "plain");
}

}  // namespace
}  // namespace merkit
