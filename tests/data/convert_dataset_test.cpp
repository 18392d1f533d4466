// Each data set in miniature, with the headers, blank columns and oddities of its real sheet.
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

const std::vector<std::string> kCasme2Header = {
    "Subject", "Filename", "", "OnsetFrame", "ApexFrame", "OffsetFrame", "", "Action Units", "Estimated Emotion"};

TEST(ConvertDataset, EveryLayoutThatIsInstalledLoads) {
  std::vector<std::string> names;
  for (const auto& dataset : dataset_names()) {
    names.push_back(dataset.name);
    EXPECT_FALSE(dataset.title.empty() || dataset.summary.empty()) << dataset.name;
  }
  EXPECT_THAT(names, ElementsAre("4dme", "casme", "casme2", "casme3a", "casme3c", "casme_sq", "dfme", "megc2019",
                                 "mmew", "samm", "samm_lv", "smic_hs", "smic_nir", "smic_vis"));
}

TEST(ConvertDataset, CasmeTellsExpressionsOfOneFolderApartByTheirOnset) {
  VendorTree tree;
  tree.workbook("casme.xlsx",
                {{"Sheet1",
                  {{"Subject", "Filename", "", "OnsetF", "ApexF1", "ApexF2", "OffsetF", "", "AU", "Emotion"},
                   {"1", "EP01_12", "", "73", "81", "", "90", "", "4", "tense"},
                   {"1", "EP01_12", "", "163", "170", "172", "180", "", "4", "disgust"},
                   {"1", "EP01_5", "", "113", "121", "", "130", "", "12", "happiness"}}}});
  tree.frames("Cropped/sub01/EP01_12", "reg_EP01_12-%03d.jpg", 73, 180);
  tree.frames("Cropped/sub01/EP01_5", "reg_EP01_5-%d.jpg", 113, 130);
  const auto conversion = tree.convert("casme");
  EXPECT_THAT(summary(conversion),
              ElementsAre("sub01_EP01_12_73 73/81/90 tense", "sub01_EP01_12_163 163/170/180 disgust",
                          "sub01_EP01_5 113/121/130 happiness"));
  EXPECT_THAT(conversion.warnings, IsEmpty());
  EXPECT_THAT(conversion.soft_mismatches, Contains("clips: 3 here, 189 published"));
  EXPECT_EQ(tree.manifest(conversion).clips[1].frames.filename(), "EP01_12");
}

TEST(ConvertDataset, Casme2IgnoresBlankColumnsAndKeepsSubjectsAsFoldersNameThem) {
  VendorTree tree;
  tree.workbook("CASME2-coding-20140508.xlsx", {{"Sheet1",
                                                 {kCasme2Header,
                                                  {"'01", "EP02_01f", "", "46", "59", "86", "", "12", "happiness"},
                                                  {"4", "EP12_01f", "", "10", "/", "12", "", "4+L10", "disgust"},
                                                  {"12", "EP09_06", "", "66", "111", "111", "", "4", "disgust"},
                                                  {"9", "EP99", "", "1", "2", "3", "", "4", "others"}}},
                                                {"Sheet2", {}},
                                                {"Sheet3", {}}});
  tree.workbook("CASME2-ObjectiveClasses.xlsx",
                {{"Sheet1", {{"Subject", "Filename", "Objective Class"}, {"1", "EP02_01f", "1"}}}});
  tree.frames("Cropped/Cropped/sub01/ep02_01F", "reg_img%d.jpg", 46, 86);
  tree.text("Cropped/Cropped/sub01/Desktop - Shortcut.lnk", "");
  tree.text("Cropped/Cropped/sub01/ep02_01F/Thumbs.db", "");
  tree.frames("Cropped/Cropped/sub04/EP12_01f", "reg_img%d.jpg", 10, 12);
  tree.frames("Cropped/Cropped/sub12/EP09_06", "reg_img%d.jpg", 66, 106);
  tree.frames("Cropped/Cropped/sub24/EP02_07", "reg_img%d.jpg", 61, 106);
  const auto conversion = tree.convert("casme2");
  EXPECT_THAT(summary(conversion), ElementsAre("sub01_EP02_01f 46/59/86 happiness", "sub04_EP12_01f 10/-/12 disgust",
                                               "sub12_EP09_06 66/72/106 disgust"));
  EXPECT_THAT(repaired(conversion),
              ElementsAre("sub04_EP12_01f apex /->", "sub12_EP09_06 apex 111->72", "sub12_EP09_06 offset 111->106"));
  EXPECT_THAT(conversion.left_out, ElementsAre(HasSubstr("sheet \"Sheet1\", row 5: sub09_EP99: no ")));
  EXPECT_THAT(conversion.unmatched_folders, ElementsAre("Cropped/Cropped/sub24/EP02_07"));
  EXPECT_THAT(conversion.mismatches, Contains("clips: 3 here, 256 published (with sub24/EP02_07)"));
  const Manifest manifest = tree.manifest(conversion);
  EXPECT_EQ(manifest.clips[0].source, "set/Cropped/Cropped/sub01/ep02_01F");
  EXPECT_EQ(manifest.clips[0].fps, 200);
  EXPECT_EQ(manifest.clips[0].other.at("aus"), "12");
  EXPECT_EQ(manifest.clips[0].other.at("objective_class"), "1");
  EXPECT_EQ(manifest.clips[1].other.at("objective_class"), "");
}

TEST(ConvertDataset, VariantsAreChosenByNameOrByWhatIsThere) {
  VendorTree tree;
  tree.workbook("CASME2-coding-20190701.xls",
                {{"Sheet1", {kCasme2Header, {"1", "EP02_01f", "", "46", "59", "86", "", "12", "happiness"}}}});
  tree.frames("CASME2_RAW_selected/CASME2_RAW_selected/sub01/EP02_01f", "img%d.jpg", 46, 86);
  EXPECT_EQ(tree.convert("casme2").variant, "raw_selected");
  tree.frames("Cropped/sub01/EP02_01f", "reg_img%d.jpg", 46, 86);
  EXPECT_EQ(tree.convert("casme2").variant, "cropped");
  EXPECT_EQ(tree.convert("casme2", "raw_selected").variant, "raw_selected");
  EXPECT_THAT(tree.error("casme2", "raw"), HasSubstr("no clip of CASME II below"));
  EXPECT_THROW(tree.convert("casme2", "rew"), ConfigError);
}

TEST(ConvertDataset, SammHasAPreambleTypedApexesAndAChecksum) {
  Rows rows(13, {"Micro-movement FACS codes, version 2"});
  rows.push_back(kSammHeader);
  rows.push_back({"6", "006_1_2", "1", "5562", "5563", "5564", "3", "Micro - 1/2", "4+7", "Anger", "3", ""});
  rows.push_back({"'032", "032_3_1", "3", "4896", "1930", "4970", "75", "Micro - 1/2", "4A", "Anger", "7", ""});
  rows.push_back({"'013", "013_1_9", "1", "5658", "5700", "5793", "82", "Micro - 1/2", "4", "Others", "7", "L12?"});
  rows.push_back({"'007", "007_4_2", "4", "10", "11", "12", "5", "Micro - 1/2", "24", "Other", "7", ""});
  VendorTree tree;
  tree.workbook("SAMM_Micro_FACS_Codes_v2.xlsx", {{"MICRO_ONLY", rows}});
  tree.frames("SAMM/006/006_1_2", "006_%05d.jpg", 5562, 5564);
  tree.frames("SAMM/032/032_3_1", "032_%05d.jpg", 4896, 4970);
  tree.frames("SAMM/013/013_1_9", "013_%05d.jpg", 5658, 5739);
  tree.frames("SAMM/007/007_4_2", "007_%05d.jpg", 10, 12);
  const auto conversion = tree.convert("samm");
  EXPECT_THAT(summary(conversion), ElementsAre("006_1_2 5562/5563/5564 Anger", "032_3_1 4896/4930/4970 Anger",
                                               "013_1_9 5658/5700/5739 Other", "007_4_2 10/11/12 Other"));
  EXPECT_THAT(repaired(conversion),
              ElementsAre("032_3_1 apex 1930->4930", "013_1_9 emotion Others->Other", "013_1_9 offset 5793->5739"));
  EXPECT_THAT(conversion.warnings, ElementsAre("007_4_2: onset to offset are 3 frames, but the sheet says duration 5"));
  EXPECT_EQ(tree.manifest(conversion).clips[0].subject, "006");
}

TEST(ConvertDataset, SmicWithoutSheetReadsClassAndIntervalFromFolders) {
  VendorTree tree;
  tree.frames("SMIC_all_cropped/HS/s1/micro/positive/s1_po_01", "reg_image%06d.bmp", 701843, 701850);
  tree.frames("SMIC_all_cropped/HS/s1/micro/negative/s1_ne_01", "reg_image%06d.bmp", 99, 102);
  tree.frames("SMIC_all_cropped/HS/s1/micro/negative/s1_sur_09", "reg_image%06d.bmp", 1, 2);
  tree.frames("SMIC_all_cropped/HS/s18/micro/surprise/s18_sur_03", "reg_image%06d.bmp", 1, 0);
  tree.frames("SMIC_all_cropped/HS/s1/non_micro/s1_neg_01", "reg_image%06d.bmp", 1, 3);
  const auto conversion = tree.convert("smic_hs");
  EXPECT_THAT(summary(conversion), ElementsAre("s01_ne_01 99/-/102 negative", "s01_sur_09 1/-/2 negative",
                                               "s01_po_01 701843/-/701850 positive"));
  EXPECT_THAT(conversion.left_out, ElementsAre(HasSubstr("s18_sur_03: no numbered picture in")));
  EXPECT_THAT(conversion.warnings, ElementsAre("s01_sur_09: emotion is negative, but code says surprise"));
  EXPECT_EQ(conversion.rows[0].at("subject"), "s01");
  EXPECT_EQ(tree.manifest(conversion).clips.size(), 3u);
}

TEST(ConvertDataset, ExtendedSmicHasUpToThreeExpressionsARowAndProseBelow) {
  VendorTree tree;
  const std::string folder = "SMIC-E_raw image/HS_long/SMIC-HS-E/";
  tree.workbook(
      folder + "SMIC_HS_E_annotation_2019.xlsx",
      {{"Sheet1",
        {{"Subject", "Filename", "", "OnsetF", "OffsetF", "Onset2F", "Offset2F", "Onset3F", "Offset3F", "", "FirstF",
          "LastF", "TotalMF1", "TotalMF2", "TotalMF3", "TotalVL", "Emotion"},
         {"1", "s1_ne_01", "", "559740", "559775", "", "", "", "", "", "559700", "559799", "36", "", "", "100",
          "negative"},
         {"3", "s3_po_02", "", "10", "20", "30", "40", "", "", "", "missing", "60", "11", "11", "", "60", "positive"},
         {"FirstF: the first frame of the long clip"}}}});
  tree.frames(folder + "s01/s1_ne_01", "image%06d.jpg", 559700, 559799);
  tree.frames(folder + "s03/s3_po_02", "image%06d.jpg", 1, 60);
  const auto conversion = tree.convert("smic_hs");
  EXPECT_EQ(conversion.variant, "extended");
  EXPECT_THAT(summary(conversion), ElementsAre("s01_ne_01 559740/-/559775 negative", "s03_po_02_10 10/-/20 positive",
                                               "s03_po_02_30 30/-/40 positive"));
  EXPECT_THAT(conversion.left_out, IsEmpty());
}

TEST(ConvertDataset, NirSheetsNameTheirOnsetDifferently) {
  VendorTree tree;
  tree.workbook(
      "NIR_long/SMIC-NIR-E_annotation.xlsx",
      {{"Sheet1",
        {{"Subject", "Filename", "OnsetF NIR", "OffsetF", "Emotion"}, {"1", "s1_su_01", "3", "5", "surprise"}}}});
  tree.frames("NIR_long/SMIC-NIR-E/s01/s1_su_01", "image%05d.jpg", 1, 9);
  const auto conversion = tree.convert("smic_nir");
  EXPECT_THAT(summary(conversion), ElementsAre("s01_su_01 3/-/5 surprise"));
  EXPECT_EQ(conversion.rows[0].at("modality"), "nir");
  EXPECT_EQ(conversion.rows[0].at("fps"), "25");
}

}  // namespace
}  // namespace merkit
