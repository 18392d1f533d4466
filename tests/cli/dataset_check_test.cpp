#include "cli/run_merkit.h"
#include "cli/test_clips.h"
#include "merkit/core/files.h"
#include "support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit {
namespace {

using ::testing::HasSubstr;
using testing::run_merkit;
using testing::TemporaryFolder;

const char* const kHeader = "clip_id,dataset,subject,frames,onset,apex,offset,fps,emotion\n";

TEST(DatasetCheckCommand, EndsWithZeroWhenThereAreNoErrors) {
  const TemporaryFolder folder;
  testing::write_faceless_clip(folder / "a", 5);
  write_file_atomically(folder / "m.csv", std::string(kHeader) + "a,user,s1,a,0,2,4,100,unheard\n");
  const auto run = run_merkit({"dataset", "check", folder / "m.csv"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("warning: a: unknown_emotion: "));
  EXPECT_THAT(run.out, HasSubstr("user: 1 clips of 1 subjects"));
  EXPECT_THAT(run.out, HasSubstr("1 clips, 0 errors, 1 warnings"));
}

TEST(DatasetCheckCommand, EndsWithThreeAndARowForEveryFinding) {
  const TemporaryFolder folder;
  testing::write_faceless_clip(folder / "a", 5);
  write_file_atomically(folder / "m.csv",
                        std::string(kHeader) + "a,user,s1,a,0,2,9,100,fear\nb,user,s1,b,1,2,3,100,fear\n");
  const auto run = run_merkit({"dataset", "check", folder / "m.csv", "--format", "csv"});
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_THAT(run.out, HasSubstr("clip_id,severity,what,detail\na,error,interval_outside,"));
  EXPECT_THAT(run.out, HasSubstr("\nb,error,frames_missing,"));
}

TEST(DatasetCheckCommand, WritesDocumentsAndRecordsAsTheirSchemasSay) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "m.csv", std::string(kHeader) + "a,casme2,sub01,a,0,2,4,60,fear\n");
  for (const char* format : {"json", "jsonl"}) {
    const auto run = run_merkit({"dataset", "check", folder / "m.csv", "--format", format, "-o", folder / "out"});
    EXPECT_EQ(run.exit_code, 3) << run.err;
    const auto valid = testing::run_program({MERKIT_SOURCE_DIR "/scripts/validate_json.py", folder / "out"});
    EXPECT_EQ(valid.exit_code, 0) << valid.out << valid.err;
  }
  EXPECT_THAT(read_file(folder / "out"), HasSubstr("\"what\":\"count\""));
}

}  // namespace
}  // namespace merkit
