// Broken trees and sheets, the composite, and the real sheets.
#include "merkit/core/error.h"
#include "support/test_data.h"
#include "support/vendor_tree.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::repaired;
using ::testing::SizeIs;
using testing::summary;
using testing::VendorTree;

Sheet casme2_sheet(const testing::Rows& rows) {
  Sheet sheet{"Sheet1", {{"Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame", "Estimated Emotion"}}};
  sheet.rows.insert(sheet.rows.end(), rows.begin(), rows.end());
  return sheet;
}

TEST(ConvertDatasetErrors, AnUnknownNameListsTheKnownOnes) {
  VendorTree tree;
  tree.text("x", "");
  try {
    tree.convert("casme22");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("casme22"), HasSubstr("did you mean \"casme2\"")));
  }
}

TEST(ConvertDatasetErrors, NoFolderNoSheetAndTwoSheetsAreNamed) {
  VendorTree tree;
  EXPECT_THAT(tree.error("casme2"), HasSubstr("there is no "));
  tree.frames("Cropped/sub01/EP02_01f", "reg_img%d.jpg", 1, 3);
  EXPECT_THAT(tree.error("casme2"), AllOf(HasSubstr("no sheet of CASME II below"), HasSubstr("CASME2-coding-*.xls*")));
  const Sheet one = casme2_sheet({{"1", "EP02_01f", "1", "2", "3", "others"}});
  tree.workbook("CASME2-coding-20140508.xlsx", {one});
  tree.workbook("copy/CASME2-coding-20140508.xlsx", {one});
  EXPECT_THAT(summary(tree.convert("casme2")), SizeIs(1)) << "two equal copies are one sheet";
  tree.workbook("CASME2-coding-20190701.xlsx", {casme2_sheet({{"1", "EP02_01f", "1", "2", "2", "others"}})});
  EXPECT_THAT(tree.error("casme2"), AllOf(HasSubstr("several sheets that differ"), HasSubstr("20190701.xlsx")));
  EXPECT_THAT(summary(tree.convert("casme2", "", "CASME2-coding-20190701.xlsx")),
              ElementsAre("sub01_EP02_01f 1/2/2 others"));
}

TEST(ConvertDatasetErrors, AMissingColumnIsNamedWithFileSheetAndRow) {
  VendorTree tree;
  tree.workbook("CASME2-coding-20140508.xlsx",
                {{"notes", {{"hello"}}},
                 {"Codes", {{""}, {"Subject", "Filename", "OnsetFrame", "ApexFrame"}, {"1", "EP02_01f", "1", "2"}}}});
  EXPECT_THAT(tree.error("casme2"),
              AllOf(HasSubstr("CASME2-coding-20140508.xlsx"), HasSubstr("Subject, Filename, OnsetFrame, OffsetFrame"),
                    HasSubstr("row 2 of sheet \"Codes\" lacks OffsetFrame")));
}

TEST(ConvertDatasetErrors, ASheetWithoutHeaderMustBeWideEnough) {
  VendorTree tree;
  tree.workbook("code_final.xlsx", {{"CASFEcode_final", {{"1", "disgust2_3", "699", "703"}}}});
  EXPECT_THAT(tree.error("casme_sq"), AllOf(HasSubstr("\"CASFEcode_final\": 4 columns, expected at least 8")));
}

TEST(ConvertDatasetErrors, RowsThatCannotBeUsedAreLeftOutWithTheirPlace) {
  VendorTree tree;
  tree.workbook("CASME2-coding-20140508.xlsx", {casme2_sheet({{"1", "good", "1", "2", "3", "others"},
                                                              {"1", "late", "3", "", "2", "others"},
                                                              {"1", "text", "abc", "2", "3", "others"},
                                                              {"1", "half", "1.5", "2", "3", "others"},
                                                              {"x", "who", "1", "2", "3", "others"},
                                                              {"1", "empty", "1", "2", "3", "others"},
                                                              {"1", "nowhere", "1", "2", "3", "others"},
                                                              {"1", "good", "1", "2", "3", "disgust"},
                                                              {"1", "short", "1", "2", "9", "others"}})});
  for (const char* clip : {"good", "late", "text", "half", "who", "short"})
    tree.frames(std::string("Cropped/sub01/") + clip, "reg_img%d.jpg", 1, 3);
  tree.frames("Cropped/sub01/empty", "reg_img%d.jpg", 1, 0);
  const auto conversion = tree.convert("casme2");
  EXPECT_THAT(summary(conversion),
              ElementsAre("sub01_good_1 1/2/3 others", "sub01_good_1_3 1/2/3 disgust", "sub01_short 1/2/9 others"));
  const std::string place = "CASME2-coding-20140508.xlsx, sheet \"Sheet1\", row ";
  EXPECT_THAT(conversion.left_out,
              ElementsAre(place + "3: sub01_late: onset 3 lies after offset 2",
                          place + "4: sub01_text: column OnsetFrame: expected a frame number, got \"abc\"",
                          place + "5: sub01_half: column OnsetFrame: expected a whole frame number, got 1.5",
                          place + "6: column Subject: expected a subject's number, got \"x\"",
                          place + "7: sub01_empty: no numbered picture in Cropped/sub01/empty",
                          HasSubstr("8: sub01_nowhere: no Cropped/sub01/nowhere below")));
  EXPECT_THAT(conversion.warnings, ElementsAre("sub01_short: no picture of offset 9; the folder has 1..3"));
}

TEST(ConvertDatasetErrors, GapsBetweenOnsetAndOffsetAreToldOf) {
  VendorTree tree;
  tree.workbook("CASME2-coding-20140508.xlsx", {casme2_sheet({{"1", "a", "1", "2", "5", "others"}})});
  tree.frames("Cropped/sub01/a", "reg_img%d.jpg", 1, 3);
  tree.frame("Cropped/sub01/a", "reg_img%d.jpg", 5);
  EXPECT_THAT(tree.convert("casme2").warnings,
              ElementsAre("sub01_a: 1 of 5 pictures between onset and offset are not there"));
}

TEST(ConvertDatasetErrors, TheTreeMustLieBelowTheManifest) {
  VendorTree tree;
  tree.workbook("CASME2-coding-20140508.xlsx", {casme2_sheet({{"1", "a", "1", "2", "3", "others"}})});
  tree.frames("Cropped/sub01/a", "reg_img%d.jpg", 1, 3);
  const testing::TemporaryFolder elsewhere;
  EXPECT_THROW(convert_dataset({"casme2", tree.root(), elsewhere / "m.csv", "", ""}), InputError);
  const auto inside = convert_dataset({"casme2", tree.root(), tree.root() / "m.csv", "", ""});
  EXPECT_EQ(inside.rows[0].at("frames"), "Cropped/sub01/a");
}

TEST(ConvertComposite, TakesTheClipsOfTheProtocolFromThreeTrees) {
  VendorTree tree;
  tree.workbook("CASME2/CASME2-coding-20140508.xlsx", {casme2_sheet({{"1", "EP02_01f", "1", "2", "3", "happiness"},
                                                                     {"4", "EP12_01f", "1", "2", "3", "disgust"},
                                                                     {"2", "EP01_11f", "1", "2", "3", "repression"},
                                                                     {"2", "EP01_12f", "1", "2", "3", "others"}})});
  for (const char* clip : {"sub01/EP02_01f", "sub04/EP12_01f", "sub02/EP01_11f", "sub02/EP01_12f"})
    tree.frames(std::string("CASME2/Cropped/") + clip, "reg_img%d.jpg", 1, 3);
  tree.workbook("SAMM/SAMM_Micro_FACS_Codes_v2.xlsx",
                {{"MICRO_ONLY",
                  {{"Subject", "Filename", "Onset Frame", "Apex Frame", "Offset Frame", "Estimated Emotion"},
                   {"'006", "006_1_2", "1", "2", "3", "Anger"}}}});
  tree.frames("SAMM/006/006_1_2", "006_%05d.jpg", 1, 3);
  tree.frames("SMIC/SMIC_all_cropped/HS/s1/micro/surprise/s1_sur_01", "reg_image%06d.bmp", 1, 3);
  const auto conversion = tree.convert("megc2019");
  EXPECT_THAT(summary(conversion),
              ElementsAre("casme2_sub01_EP02_01f 1/2/3 positive", "casme2_sub02_EP01_11f 1/2/3 negative",
                          "samm_006_1_2 1/2/3 negative", "smic_hs_s01_sur_01 1/-/3 surprise"));
  EXPECT_THAT(conversion.warnings, Contains("casme2: 2 clips take no part in protocol megc2019"));
  EXPECT_THAT(conversion.mismatches, Contains("clips: 4 here, 442 published"));
  EXPECT_EQ(conversion.counts.at("subjects"), 4);
  EXPECT_EQ(tree.manifest(conversion).clips[2].dataset, "samm");
}

TEST(ConvertComposite, JoinsReadyMotionImagesWithEitherTable) {
  VendorTree tree;
  tree.text("combined_3class_gt.csv",
            "casme2,sub01,EP02_01f,1\n,,,\nsamm,6,006_1_2,0\nsmic,s01,s01_ne_01,0\nsmic,s03,s03_ne_09,0\n");
  tree.text("images/casme2_sub01_EP02_01f.png", "");
  tree.text("images/006_006_1_2.jpg", "");
  tree.text("s01/u_test/0/s01_ne_01.png", "");
  const auto conversion = tree.convert("megc2019");
  std::vector<std::string> lines;
  for (const auto& row : conversion.rows)
    lines.push_back(row.at("clip_id") + " " + row.at("subject") + " " + row.at("emotion") + " " + row.at("features"));
  EXPECT_THAT(lines, ElementsAre("casme2_sub01_EP02_01f sub01 positive set/images/casme2_sub01_EP02_01f.png",
                                 "samm_006_1_2 006 negative set/images/006_006_1_2.jpg",
                                 "smic_hs_s01_ne_01 s01 negative set/s01/u_test/0/s01_ne_01.png"));
  EXPECT_THAT(conversion.left_out, ElementsAre(HasSubstr("smic_hs_s03_ne_09: no motion image")));
  EXPECT_EQ(tree.manifest(conversion).clips.size(), 3u);

  VendorTree with_header;
  with_header.text(
      "combined_3_class2_for_optical_flow.csv",
      "dataset,sub,filename_o,label,apex,imagename,sub_filename\nsmic,s01,s01_ne_01,0,,s01_s1_ne_01.jpg,\n");
  with_header.text("s01_s1_ne_01.jpg", "");
  EXPECT_EQ(with_header.convert("megc2019").rows.at(0).at("features"), "set/s01_s1_ne_01.jpg");
}

TEST(ConvertSheetAlone, RealCasmeSqGivesThePublishedCounts) {
  MERKIT_NEEDS_DATA("spotting/casme_sq_gt.xlsx");
  const auto conversion =
      convert_dataset({"casme_sq", testing::data_directory() / "spotting/casme_sq_gt.xlsx", "m.csv", "", ""});
  EXPECT_EQ(conversion.counts.at("expressions/macro"), 300);
  EXPECT_EQ(conversion.counts.at("expressions/micro"), 57);
  EXPECT_EQ(conversion.counts.at("subjects"), 22);
  EXPECT_THAT(conversion.mismatches, IsEmpty());
  EXPECT_THAT(conversion.left_out, IsEmpty());
  const auto zero_offset = [](const Repair& repair) { return repair.field == "offset" && repair.raw == "0"; };
  EXPECT_EQ(std::count_if(conversion.repairs.begin(), conversion.repairs.end(), zero_offset), 44);
  EXPECT_EQ(conversion.repairs.size(), 49u) << "and 4 apexes outside their interval, and one misspelt word";
  EXPECT_EQ(conversion.rows[10].at("frames"), "rawpic/s15/15_0102eatingworms");
  EXPECT_THAT(conversion.warnings, ElementsAre(HasSubstr("no tree was given")));
  EXPECT_EQ(Manifest::parse(conversion.manifest_csv(), false, "m.csv").clips.size(), 357u);
}

TEST(ConvertSheetAlone, RealSammLongVideosGivesThePublishedCounts) {
  MERKIT_NEEDS_DATA("spotting/sammlv_gt.xlsx");
  const auto conversion =
      convert_dataset({"samm_lv", testing::data_directory() / "spotting/sammlv_gt.xlsx", "m.csv", "", ""});
  EXPECT_EQ(conversion.counts.at("expressions/macro"), 343);
  EXPECT_EQ(conversion.counts.at("expressions/micro"), 159);
  EXPECT_EQ(conversion.counts.at("subjects"), 30);
  EXPECT_THAT(conversion.mismatches, IsEmpty());
  EXPECT_THAT(conversion.left_out, IsEmpty());
  const Manifest manifest = Manifest::parse(conversion.manifest_csv(), false, "m.csv");
  for (const auto& clip : manifest.clips) EXPECT_FALSE(clip.problem) << clip.clip_id;
  EXPECT_THAT(repaired(conversion), Contains("010_1_3 apex -1->"));
}

}  // namespace
}  // namespace merkit
