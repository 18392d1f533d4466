#include "merkit/core/files.h"

#include "merkit/core/error.h"
#include "merkit/core/stop.h"
#include "support/temporary_folder.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::size_t files_in(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(AtomicFile, AppearsWholeAndLeavesNothingElse) {
  const testing::TemporaryFolder folder;
  {
    AtomicFile file(folder / "out.txt");
    file.stream() << "new";
    EXPECT_FALSE(fs::exists(folder / "out.txt"));
    file.commit();
  }
  EXPECT_EQ(read_file(folder / "out.txt"), "new");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(AtomicFile, WithoutCommitTheOldFileStays) {
  const testing::TemporaryFolder folder;
  write_file_atomically(folder / "out.txt", "old");
  { AtomicFile(folder / "out.txt").stream() << "half of the n"; }
  EXPECT_EQ(read_file(folder / "out.txt"), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(AtomicFile, ALinkStaysALink) {
  const testing::TemporaryFolder folder;
  fs::create_directory(folder / "elsewhere");
  write_file_atomically(folder / "elsewhere/out.txt", "old");
  fs::create_symlink("elsewhere/out.txt", folder / "link");
  fs::create_symlink("elsewhere/none.txt", folder / "dangling");
  write_file_atomically(folder / "link", "new");
  write_file_atomically(folder / "dangling", "first");
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_TRUE(fs::is_symlink(folder / "dangling"));
  EXPECT_EQ(read_file(folder / "elsewhere/out.txt"), "new");
  EXPECT_EQ(read_file(folder / "elsewhere/none.txt"), "first");
}

// Else `merkit run CLIP -o /dev/null`, as root, would leave a machine without its /dev/null.
TEST(AtomicFile, APipeIsWrittenToAndNotReplaced) {
  const testing::TemporaryFolder folder;
  const fs::path pipe = folder / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  write_file_atomically(pipe, "through");
  EXPECT_TRUE(fs::is_fifo(pipe));
  char read_back[16] = {};
  EXPECT_EQ(read(reader, read_back, sizeof read_back), 7);
  EXPECT_STREQ(read_back, "through");
  close(reader);
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(AtomicFile, DevicesTakeWhatTheyAreGiven) {
  const testing::TemporaryFolder folder;
  fs::create_symlink("/dev/full", folder / "full");  // not the device itself: a failure here must not replace it
  fs::create_symlink("/dev/null", folder / "null");
  EXPECT_NO_THROW(write_file_atomically(folder / "null", "away"));
  EXPECT_TRUE(fs::is_symlink(folder / "null"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  try {
    write_file_atomically(folder / "full", "no room");
    FAIL();
  } catch (const MachineError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot write all to " + (folder / "full").string()));
  }
}

TEST(AtomicFile, ADirectoryIsNamed) {
  const testing::TemporaryFolder folder;
  try {
    AtomicFile file(folder.path());
    FAIL();
  } catch (const MachineError& error) {
    EXPECT_THAT(error.what(), HasSubstr("it is a directory"));
  }
}

TEST(AtomicFile, AMissingDirectoryIsNamed) {
  try {
    AtomicFile file("/nonexistent/folder/out.txt");
    FAIL();
  } catch (const MachineError& error) {
    EXPECT_THAT(error.what(), HasSubstr("there is no directory /nonexistent/folder"));
  }
}

TEST(AtomicFile, ADirectoryWithoutWritePermissionIsAnError) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  const testing::TemporaryFolder folder;
  chmod(folder.path().c_str(), 0500);
  EXPECT_THROW(AtomicFile(folder / "out.txt"), MachineError);
  chmod(folder.path().c_str(), 0700);
}

TEST(ReadFile, NamesWhatItCannotRead) {
  EXPECT_THROW(read_file("/nonexistent"), InputError);
  EXPECT_THROW(read_file("/"), InputError);
}

TEST(Stop, IsNoticedOnceRequested) {
  EXPECT_NO_THROW(throw_if_stopped());
  request_stop(15);
  EXPECT_THROW(throw_if_stopped(), Interrupted);
  EXPECT_EQ(stop_signal(), 15);
  request_stop(0);
  EXPECT_NO_THROW(throw_if_stopped());
}

}  // namespace
}  // namespace merkit
