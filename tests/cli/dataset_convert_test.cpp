// merkit dataset list and convert as a user meets them; what they make of each data set is tested in tests/data.
#include "cli/run_merkit.h"
#include "merkit/core/files.h"
#include "support/temporary_folder.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// Two clips of CASME II, of which the second one has no folder.
class DatasetConvert : public ::testing::Test {
 protected:
  DatasetConvert() {
    write_file_atomically(folder / "CASME2-coding.csv",
                          "Subject,Filename,OnsetFrame,ApexFrame,OffsetFrame,Action Units,Estimated Emotion\n"
                          "1,EP02_01f,46,/,48,12,happiness\n2,EP01_11f,46,47,48,15,repression\n");
    fs::create_directories(folder / "Cropped/sub01/EP02_01f");
    for (int i = 46; i <= 48; ++i)
      std::ofstream(folder / "Cropped/sub01/EP02_01f" / ("reg_img" + std::to_string(i) + ".jpg"));
  }

  RunResult convert(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {
        "dataset", "convert", "casme2", folder.path().string(), "-o", folder / "casme2.csv"};
    words.insert(words.end(), more.begin(), more.end());
    return run_merkit(words);
  }

  TemporaryFolder folder;
};

TEST_F(DatasetConvert, WritesManifestAndRepairsAndTellsWhatIsLeftOut) {
  const RunResult run = convert();
  EXPECT_EQ(run.exit_code, 1) << run.err;
  EXPECT_THAT(run.err, HasSubstr("sub02_EP01_11f: no "));
  EXPECT_THAT(run.err, HasSubstr("counts that differ from the published ones"));
  const std::string manifest = read_file(folder / "casme2.csv");
  EXPECT_THAT(manifest, HasSubstr("sub01_EP02_01f"));
  EXPECT_THAT(manifest, HasSubstr("Cropped/sub01/EP02_01f"));
  EXPECT_THAT(manifest, Not(HasSubstr("EP01_11f")));
  EXPECT_THAT(read_file(folder / "casme2.repairs.csv"), HasSubstr("sub01_EP02_01f,apex,/,,"));
}

TEST_F(DatasetConvert, WritesNothingWhenStrictAndNotAsPublished) {
  const RunResult run = convert({"--strict"});
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_THAT(run.err, HasSubstr("CASME II is not as published"));
  EXPECT_FALSE(fs::exists(folder / "casme2.csv"));
}

TEST_F(DatasetConvert, NamesTheDataSetsThereAre) {
  const RunResult list = run_merkit({"dataset", "list"});
  EXPECT_EQ(list.exit_code, 0) << list.err;
  for (const char* name : {"casme ", "casme2 ", "casme_sq ", "samm_lv ", "smic_vis ", "4dme ", "dfme ", "megc2019 "})
    EXPECT_THAT(list.out, HasSubstr(name));
  const RunResult unknown =
      run_merkit({"dataset", "convert", "casme3", folder.path().string(), "-o", folder / "m.csv"});
  EXPECT_EQ(unknown.exit_code, 2) << unknown.err;
  EXPECT_THAT(unknown.err, HasSubstr("casme3a"));
}

}  // namespace
}  // namespace merkit::testing
