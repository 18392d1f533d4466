#include "media/encode_clip.h"
#include "merkit/media/clip_reader.h"
#include "support/temporary_folder.h"

#include <cstdlib>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <sys/wait.h>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

class VideoPlugin : public ::testing::Test {
 protected:
  VideoPlugin() {
    write_png(folder_ / "picture.png", cv::Mat3b(8, 8, cv::Vec3b(1, 2, 3)));
    testing::encode_clip(folder_ / "video.mp4", {"mpeg4", 64, 48, testing::regular_times(3)});
  }

  int run(const fs::path& program) const {
    const std::string command = program.string() + " " + (folder_ / "picture.png").string() + " " +
                                (folder_ / "video.mp4").string() + " > " + (folder_ / "said").string();
    const int status = std::system(command.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string said() const {
    std::ifstream stream(folder_ / "said");
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  /// The probe as an installation with another set of plug-ins has it.
  fs::path elsewhere() const {
    fs::create_directories(folder_ / "there/bin");
    fs::create_directories(folder_ / "there/lib/merkit");
    fs::copy_file(probe_, folder_ / "there/bin/probe", fs::copy_options::overwrite_existing);
    return folder_ / "there/bin/probe";
  }

  const fs::path probe_ = fs::path(MERKIT_BINARY_DIR) / "tests/video_probe";
  const TemporaryFolder folder_;
};

TEST_F(VideoPlugin, LoadsFfmpegOnlyWhenAVideoIsOpened) { EXPECT_EQ(run(probe_), 0) << said(); }

TEST_F(VideoPlugin, WhenItIsMissingTheMessageNamesThePlacesAndTheMend) {
  EXPECT_EQ(run(elsewhere()), 5);
  EXPECT_THAT(said(), HasSubstr("the readers of videos are not installed; searched:\n  " +
                                (folder_ / "there/lib/merkit/merkit_video.so").string()));
  EXPECT_THAT(said(), HasSubstr("reinstall merkit"));
}

TEST_F(VideoPlugin, WhenItCannotBeLoadedTheMessageSaysWhy) {
  const fs::path program = elsewhere();
  std::ofstream(folder_ / "there/lib/merkit/merkit_video.so") << "no library";
  EXPECT_EQ(run(program), 5);
  EXPECT_THAT(said(), HasSubstr("cannot load " + (folder_ / "there/lib/merkit/merkit_video.so").string()));
  EXPECT_THAT(said(), HasSubstr("install FFmpeg, or reinstall merkit"));
}

}  // namespace
}  // namespace merkit
