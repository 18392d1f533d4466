#include "cli/run_merkit.h"
#include "support/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace merkit::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

TEST(Installation, RunsFromWhereverItsTreeIsMovedTo) {
  const TemporaryFolder folder;
  const RunResult installed =
      run_program({"cmake", "--install", MERKIT_BINARY_DIR, "--prefix", folder / "first"}, {{"DESTDIR", ""}});
  ASSERT_EQ(installed.exit_code, 0) << installed.err;
  fs::rename(folder / "first", folder / "second");
  const std::string merkit = folder / "second/bin/merkit";
  // The plug-in, the methods' configuration and the default model are all needed for this.
  const RunResult verified = run_program({merkit, "models", "verify"}, {{"XDG_DATA_HOME", folder.path().string()}});
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("ststnet-composite"));
  EXPECT_THAT(run_program({merkit, "models", "list"}, {{"XDG_DATA_HOME", folder.path().string()}}).out,
              HasSubstr((folder / "second/share/merkit/models").string()));
  for (const char* file : {"share/man/man1/merkit.1", "share/bash-completion/completions/merkit",
                           "share/zsh/vendor-completions/_merkit", "share/fish/vendor_completions.d/merkit.fish",
                           "share/merkit/configs/pipelines/default.json", "share/merkit/import_pytorch.py"})
    EXPECT_TRUE(fs::exists(folder / "second" / file)) << file;
}

}  // namespace
}  // namespace merkit::testing
