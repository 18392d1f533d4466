// The data sets of the later years in miniature, with the headers, blank columns and oddities of its real sheet.
#include "merkit/core/error.h"
#include "support/vendor_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kSammHeader;
using testing::repaired;
using testing::Rows;
using ::testing::SizeIs;
using testing::summary;
using ::testing::UnorderedElementsAre;
using testing::VendorTree;

TEST(ConvertDataset, CasmeSqHasNoHeaderZeroOffsetsAndOtherFolderNumbers) {
  VendorTree tree;
  tree.workbook("CAS(ME)^2code_final.xlsx",
                {{"CASFEcode_final",
                  {{"1", "disgust2_3", "699", "703", "707", "43", "others", "micro-expression", "disgust"},
                   {"1", "happy2_1", "178", "190", "0", "6+12", "positive", "macro-expression", "happyiness"},
                   {"17", "anger1_1", "17", "0", "25", "14", "others", "macro-expression", "sadness"},
                   {"23", "anger1_1", "17", "18", "25", "14", "others", "macro-expression", "sadness"}}},
                 {"naming rule1", {{"15", "s15", "1"}}},
                 {"naming rule2", {{"'0101", "disgust1"}}}});
  tree.frames("rawpic/rawpic/s15/15_0102eatingworms", "img%03d.jpg", 1, 720);
  tree.frames("rawpic/rawpic/s15/15_0503unnyfarting", "img%03d.jpg", 1, 200);
  tree.frames("rawpic/rawpic/s34/23_0401girlcrashing", "img%03d.jpg", 1, 30);
  const auto conversion = tree.convert("casme_sq");
  EXPECT_THAT(summary(conversion), ElementsAre("s15_disgust2_3 699/703/707 others", "s15_happy2_1 178/190/190 positive",
                                               "s34_anger1_1 17/-/25 others"));
  EXPECT_THAT(repaired(conversion), ElementsAre("s15_happy2_1 self_report happyiness->happiness",
                                                "s15_happy2_1 offset 0->190", "s34_anger1_1 apex 0->"));
  EXPECT_THAT(conversion.left_out,
              ElementsAre(HasSubstr("row 4: column A: expected a participant's number of 1 to 22, got \"23\"")));
  EXPECT_THAT(conversion.warnings,
              ElementsAre("s34_anger1_1: the folder is named 23_0401girlcrashing, expected 34_0401girlcrashing"));
  EXPECT_EQ(conversion.rows[0].at("expression"), "micro");
  EXPECT_EQ(conversion.rows[0].at("video"), "15_0102eatingworms");
  EXPECT_EQ(tree.manifest(conversion).clips[1].other.at("self_report"), "happiness");
}

const std::vector<std::string> kCasme3Header = {"Subject", "Filename", "Onset",           "Apex",
                                                "Offset",  "AU",       "Objective class", "emotion"};

TEST(ConvertDataset, Casme3StoresNumbersAsTextAndHasKnownMistakes) {
  VendorTree tree;
  tree.workbook("part_A/annotation/cas(me)3_part_A_ME_label_JpgIndex_v2.xlsx",
                {{"label",
                  {kCasme3Header,
                   {"spNO.1", "b", "'166", "'175", "'179", "4", "III", "disgust"},
                   {"spNo.3", "j", "'5", "'6", "'7", "4", "III", "Others"},
                   {"spNO.149", "d", "'112", "'83", "'130", "4", "III", "fear"},
                   {"spNO.40", "e", "'1830", "'1840", "'0", "4", "III", "fear"},
                   {"spNO.40", "e", "'2390", "'2400", "'0", "4", "III", "fear"},
                   {"spNO.216", "e", "'0", "'0", "'9", "4", "III", "fear"}}},
                 {"Sheet1", {}},
                 {"Sheet3", {}}});
  tree.workbook("part_A/annotation/CAS(ME)3_part_A_v2.xls",
                {{"AU+Emotion",
                  {{"Subject", "Filename", "Onset", "Apex", "Offset", "AU", "Expression type", "Objective class"},
                   {"spNO.1", "b", "'166", "'175", "'179", "4", "Micro-expression", "III"},
                   {"spNO.1", "b", "'10", "'20", "'90", "4", "Macro-expression", "III"}}}});
  tree.frames("part_A/spNO.1/b/color", "%d.jpg", 1, 200);
  tree.frames("part_A/spNO.1/b/depth", "%d.png", 1, 200);
  tree.frames("part_A/spNO.3/J/color", "%d.jpg", 5, 7);
  tree.frames("part_A/spNO.149/d/color", "%d.jpg", 1, 140);
  tree.frames("part_A/spNO.40/e/color", "%d.jpg", 1830, 2410);
  tree.frames("part_A/spNO.216/e/color", "%d.jpg", 1, 10);
  const auto conversion = tree.convert("casme3a");
  EXPECT_THAT(summary(conversion), ElementsAre("spNO.1_b_166 166/175/179 disgust", "spNO.3_j_5 5/6/7 others",
                                               "spNO.149_d_112 112/123/130 fear", "spNO.40_e_1830 1830/1840/1845 fear",
                                               "spNO.40_e_2390 2390/2400/2403 fear", "spNO.216_e_1 1/1/9 fear"));
  EXPECT_EQ(conversion.rows[0].at("depth_frames"), "set/part_A/spNO.1/b/depth");
  EXPECT_EQ(conversion.rows[1].at("frames"), "set/part_A/spNO.3/J/color");
  EXPECT_EQ(conversion.rows[1].count("depth_frames"), 0u);
  EXPECT_EQ(conversion.rows[0].at("objective_class"), "III");

  const auto all = tree.convert("casme3a", "", "part_A/annotation/CAS(ME)3_part_A_v2.xls");
  EXPECT_EQ(all.counts.at("expressions/macro"), 1);
  EXPECT_EQ(all.counts.at("expressions/micro"), 1);
}

TEST(ConvertDataset, Casme3PartCHasNoApex) {
  VendorTree tree;
  tree.workbook("part_C/CAS(ME)3_part_C_ME.xlsx", {{"mockCrimeME",
                                                    {{"sub", "count", "onset", "offset", "au", "emotion"},
                                                     {"1", "1", "373", "385",
                                                      "R4\xEF\xBC\x8C"
                                                      "5",
                                                      "negative"}}}});
  tree.frames("part_C/spNO.1/color", "%d.jpg", 370, 390);
  const auto conversion = tree.convert("casme3c");
  EXPECT_THAT(summary(conversion), ElementsAre("1_1 373/-/385 negative"));
  EXPECT_EQ(tree.manifest(conversion).clips[0].other.at("aus"),
            "R4\xEF\xBC\x8C"
            "5");
}

TEST(ConvertDataset, SammLongVideosRoundsFractionsAndTakesEmotionsFromSamm) {
  Rows rows(9, {"SAMM Long Videos Dataset - FACS Codes"});
  rows.push_back({"Subject", "Filename", "Inducement Code", "Onset", "Apex", "Offset", "Duration", "Type",
                  "Action Units", "Notes"});
  rows.push_back({"'006", "006_1_1", "1", "56.4", "64.6", "74.2", "18.8", "Macro", "4(B/C)+7B", ""});
  rows.push_back({"'006", "006_1_2", "1", "10", "-1", "20", "11", "Micro - 1/2", "4+7", ""});
  rows.push_back({"'006", "006_1_3", "1", "0", "30", "0", "31", "Macro", "4", ""});
  VendorTree tree;
  tree.workbook("SAMM_LongVideos_V3_Release.xlsx", {{"FACS_Movement_Only", rows}});
  tree.workbook("SAMM_Micro_FACS_Codes_v2.xlsx",
                {{"MICRO_ONLY",
                  {kSammHeader,
                   {"'006", "006_1_2", "1", "2010", "2012", "2020", "11", "Micro - 1/2", "4+7", "Anger", "3", ""}}}});
  tree.frames("SAMM_longvideos/006_1", "%04d.jpg", 0, 80);
  const auto conversion = tree.convert("samm_lv");
  EXPECT_THAT(summary(conversion), ElementsAre("006_1_1 56/65/74 ", "006_1_2 10/-/20 Anger", "006_1_3 0/30/30 "));
  EXPECT_THAT(repaired(conversion),
              ElementsAre("006_1_1 onset 56.4->56", "006_1_1 apex 64.6->65", "006_1_1 offset 74.2->74",
                          "006_1_2 apex -1->", "006_1_3 offset 0->30", "006_1_3 onset 0->0"));
  EXPECT_EQ(conversion.rows[2].at("video"), "006_1");
}

TEST(ConvertDataset, MmewSaysOthersWhereTheFolderSaysRepression) {
  VendorTree tree;
  tree.workbook("MMEW_Micro_Exp.xlsx", {{"Sheet1",
                                         {{"Subject", "Filename", "OnsetFrame", "ApexFrame", "OffsetFrame",
                                           "Action Units", "Estimated Emotion", "remarks"},
                                          {"3", "S03-01-002", "1", "4", "9", "12", "happiness", ""},
                                          {"3", "S03-07-001", "1", "12", "9", "4", "others", ""}}}});
  tree.frames("MMEW_Final/Micro_Expression/happiness/S03-01-002", "%d.jpg", 1, 9);
  tree.frames("MMEW_Final/Micro_Expression/repression/S03-07-001", "%d.jpg", 1, 9);
  const auto conversion = tree.convert("mmew");
  EXPECT_THAT(summary(conversion), ElementsAre("S03-01-002 1/4/9 happiness", "S03-07-001 1/-/9 others"));
  EXPECT_THAT(repaired(conversion), ElementsAre("S03-07-001 apex 12->"));
}

TEST(ConvertDataset, FourDmeKeepsSeveralEmotionsOfOneClip) {
  VendorTree tree;
  tree.workbook("4DMicro/4DME_Labelling_Micro_release v1.xlsx",
                {{"Sheet1",
                  {{"fold", "sub_ID", "fold_name", "Onset", "Apex", "Offset", "eye blink", "AUs", "Emotion", "Positive",
                    "Negative", "Surprise", "Repression", "Others", "Total"},
                   {"1", "001", "clip 1", "46", "", "48", "0", "1+2(k)", "", "1", "0", "1", "0", "0", "2"},
                   {"1", "001", "clip_2", "1", "2", "3", "0", "4", "", "0", "1", "0", "0", "0", "1"}}}});
  tree.frames("4DMicro/gray_micro/001/clip 1", "%d.jpg", 46, 48);
  tree.frames("4DMicro/gray_micro/001/clip_2", "%d.jpg", 1, 3);
  const auto conversion = tree.convert("4dme");
  EXPECT_THAT(summary(conversion), ElementsAre("001_clip_1 46/-/48 ", "001_clip_2 1/2/3 negative"));
  EXPECT_EQ(conversion.rows[0].at("emotion_multi"), "positive;surprise");
  EXPECT_EQ(tree.manifest(conversion).clips[0].source, "set/4DMicro/gray_micro/001/clip 1");
}

TEST(ConvertDataset, DfmeJoinsItsPartsWithTheirSplitAndRates) {
  const std::vector<std::string> header = {"Subject", "Filename",  "OnsetFrame", "ApexFrame", "OffsetFrame",
                                           "Emotion", "EmotionId", "Fps",        "AU"};
  VendorTree tree;
  tree.workbook("train_data/coding.xlsx",
                {{"Sheet1", {header, {"sub0003", "sub0003_01", "109", "110", "112", "anger", "0", "500", "23"}}}});
  tree.workbook("testB_with_AU.xlsx",
                {{"Sheet1", {header, {"sub0001", "sub0001_01", "0", "2", "3", "happiness", "4", "200", "6+12"}}}});
  tree.frames("train_data/sub0003_01", "%05d.png", 100, 120);
  tree.frames("test_data_B/test_data_B/sub0001_01", "%05d.png", 0, 5);
  const auto conversion = tree.convert("dfme");
  EXPECT_THAT(summary(conversion),
              ElementsAre("train_sub0003_01 109/110/112 anger", "test_b_sub0001_01 0/2/3 happiness"));
  const Manifest manifest = tree.manifest(conversion);
  EXPECT_EQ(manifest.clips[0].fps, 500);
  EXPECT_EQ(manifest.clips[1].other.at("split"), "test_b");
}

}  // namespace
}  // namespace merkit
