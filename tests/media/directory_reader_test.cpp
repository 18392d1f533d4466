#include "media/encode_clip.h"
#include "media/expect_error.h"
#include "merkit/core/stop.h"
#include "merkit/media/clip_reader.h"
#include "support/temporary_folder.h"

#include <fstream>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using testing::expect_clip_error;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

void write_picture(const fs::path& file, int level, cv::Size size = {20, 10}) {
  ASSERT_TRUE(cv::imwrite(file.string(), cv::Mat(size, CV_8UC3, cv::Scalar::all(level))));
}

void write_junk(const fs::path& file) { std::ofstream(file) << "junk"; }

std::vector<int> numbers_of(const fs::path& directory, const ClipOptions& options = {}) {
  std::vector<int> numbers;
  const auto reader = open_clip(directory, options);
  while (const auto frame = reader->next()) numbers.push_back(frame->number);
  return numbers;
}

ClipOptions with_pattern(const std::string& pattern) {
  ClipOptions options;
  options.pattern = pattern;
  return options;
}

TEST(DirectoryReader, ReadsInNumericOrderWithTheNumbersOfTheNames) {
  const TemporaryFolder folder;
  for (const int number : {10, 9, 100, 1}) write_picture(folder / ("img" + std::to_string(number) + ".png"), number);
  ClipOptions options;
  options.fps = 200;
  const auto reader = open_clip(folder.path(), options);
  EXPECT_EQ(reader->info().codec, "frames");
  EXPECT_FALSE(reader->info().is_video);
  EXPECT_EQ(reader->info().width, 20);
  EXPECT_EQ(reader->info().height, 10);
  EXPECT_EQ(reader->info().fps, 200);
  for (const int number : {1, 9, 10, 100}) {
    EXPECT_EQ(reader->next_number(), number);
    const auto frame = reader->next();
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->number, number);
    EXPECT_EQ(frame->image.at<cv::Vec3b>(5, 5)[1], number);
    EXPECT_DOUBLE_EQ(frame->time_s, (number - 1) / 200.0);  // gaps in the numbers are gaps in time
    EXPECT_EQ(frame->source_file, (folder / ("img" + std::to_string(number) + ".png")).string());
  }
  EXPECT_FALSE(reader->next());
  EXPECT_FALSE(reader->skip());
  EXPECT_FALSE(reader->next_number());
}

TEST(DirectoryReader, UnknownRateGivesTimeZero) {
  const TemporaryFolder folder;
  write_picture(folder / "1.png", 1);
  write_picture(folder / "2.png", 2);
  const auto reader = open_clip(folder.path());
  reader->skip();
  EXPECT_EQ(reader->next()->time_s, 0);
  EXPECT_EQ(reader->info().fps, 0);
}

TEST(DirectoryReader, TheLastDigitRunOfTheStemIsTheNumber) {
  const TemporaryFolder folder;
  write_picture(folder / "006_1_2_5560_end.jpg", 1);
  write_picture(folder / "006_1_2_5561.JPEG", 2);
  write_picture(folder / "reg_img0007.bmp", 3);
  write_picture(folder / "cover.png", 4);  // without a number: not a frame
  EXPECT_THAT(numbers_of(folder.path()), ElementsAre(7, 5560, 5561));
}

TEST(DirectoryReader, JunkIsPassedOver) {
  const TemporaryFolder folder;
  write_picture(folder / "img1.jpg", 1);
  write_picture(folder / "img2.jpg", 2);
  for (const char* name : {"Thumbs.db", ".DS_Store", "desktop.ini", "img3.lnk", "img3.jpg.lnk", "._img1.jpg", "4.txt"})
    write_junk(folder / name);
  fs::create_directory(folder / "img5.jpg");
  EXPECT_THAT(numbers_of(folder.path()), ElementsAre(1, 2));
}

TEST(DirectoryReader, APatternPicksTheNumber) {
  const TemporaryFolder folder;
  write_picture(folder / "f7_cam1.png", 7);
  write_picture(folder / "f8_cam1.png", 8);
  write_picture(folder / "other9.png", 9);
  EXPECT_THAT(numbers_of(folder.path(), with_pattern(R"(^f(\d+)_cam1\.png$)")), ElementsAre(7, 8));
}

TEST(DirectoryReader, BadPatternsAreConfigErrors) {
  const TemporaryFolder folder;
  write_picture(folder / "f7.png", 7);
  EXPECT_THROW(open_clip(folder.path(), with_pattern("f(\\d+")), ConfigError);
  EXPECT_THROW(open_clip(folder.path(), with_pattern("f\\d+")), ConfigError);
  EXPECT_THROW(open_clip(folder.path(), with_pattern("(f)(\\d+)")), ConfigError);
  EXPECT_THROW(open_clip(folder.path(), with_pattern("(f)\\d+")), ConfigError);
  expect_clip_error(Status::decode_error, "fits no name", [&] { open_clip(folder.path(), with_pattern("g(\\d+)")); });
  ClipOptions negative;
  negative.fps = -1;
  EXPECT_THROW(open_clip(folder.path(), negative), ConfigError);
}

TEST(DirectoryReader, TwoFilesWithOneNumberAreNamed) {
  const TemporaryFolder folder;
  write_picture(folder / "img01.png", 1);
  write_picture(folder / "img1.jpg", 1);
  expect_clip_error(Status::decode_error, "have the frame number 1: img01.png and img1.jpg",
                    [&] { open_clip(folder.path()); });
}

TEST(DirectoryReader, DirectoriesWithoutFramesSayWhatTheyHold) {
  const TemporaryFolder folder;
  expect_clip_error(Status::decode_error, "the directory is empty", [&] { open_clip(folder.path()); });
  write_junk(folder / "a.txt");
  expect_clip_error(Status::decode_error, "none of its 1 entries is a jpg", [&] { open_clip(folder.path()); });
  write_picture(folder / "a.png", 1);
  expect_clip_error(Status::decode_error, "no numbered frames in", [&] { open_clip(folder.path()); });
  write_picture(folder / "a20260101123456789.png", 1);
  expect_clip_error(Status::decode_error, "is too large", [&] { open_clip(folder.path()); });
}

TEST(DirectoryReader, SkippedFilesAreNotOpened) {
  const TemporaryFolder folder;
  write_picture(folder / "1.png", 1);
  write_junk(folder / "2.png");
  write_picture(folder / "3.png", 3);
  const auto reader = open_clip(folder.path());
  EXPECT_TRUE(reader->skip());
  EXPECT_TRUE(reader->skip());
  EXPECT_EQ(reader->next()->number, 3);
  const auto other = open_clip(folder.path());
  other->next();
  expect_clip_error(Status::decode_error, (folder / "2.png").string(), [&] { other->next(); });
}

TEST(DirectoryReader, AFrameOfAnotherSizeIsNamedWithBothSizes) {
  const TemporaryFolder folder;
  write_picture(folder / "1.png", 1);
  write_picture(folder / "2.png", 2, {21, 10});
  const auto reader = open_clip(folder.path());
  reader->next();
  expect_clip_error(Status::unsupported, "2.png) is 21x10, but the clip's first frame is 20x10",
                    [&] { reader->next(); });
}

TEST(DirectoryReader, OpensNamesWithSpacesQuotesAndChinese) {
  const TemporaryFolder folder;
  const fs::path odd = folder / "it's \"my\" \xE8\xA1\xA8\xE6\x83\x85";
  fs::create_directory(odd);
  write_picture(odd / "\xE5\xB8\xA7 1.png", 1);
  EXPECT_THAT(numbers_of(odd), ElementsAre(1));
}

TEST(ReadFrames, GivesTheChosenFramesOnceEachInOrder) {
  const TemporaryFolder folder;
  for (const int number : {3, 4, 6, 9}) write_picture(folder / (std::to_string(number) + ".png"), 10 * number);
  write_junk(folder / "5.png");  // neither asked for nor opened
  const auto frames = read_frames(folder.path(), {9, 3, 6, 3});
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(frames[0].number, 3);
  EXPECT_EQ(frames[1].number, 6);
  EXPECT_EQ(frames[2].number, 9);
  EXPECT_EQ(frames[1].image.at<cv::Vec3b>(0, 0)[0], 60);
  EXPECT_TRUE(read_frames(folder.path(), {}).empty());
}

TEST(ReadFrames, MissingNumbersAreNamedWithTheRangeOfTheClip) {
  const TemporaryFolder folder;
  for (const int number : {3, 4, 6, 9}) write_picture(folder / (std::to_string(number) + ".png"), number);
  expect_clip_error(Status::annotation_mismatch, "has no frame -1, 5, 12; it has 4 frames, numbered from 3 to 9", [&] {
    read_frames(folder.path(), {12, 4, 5, -1});
  });
  testing::encode_clip(folder / "v.mp4", {"mpeg4", 64, 48, testing::regular_times(10)});
  EXPECT_EQ(read_frames(folder / "v.mp4", {9, 0}).size(), 2u);
  expect_clip_error(Status::annotation_mismatch, "has no frame 10; it has 10 frames, numbered from 0 to 9", [&] {
    read_frames(folder / "v.mp4", {10, 2});
  });
}

// Last, and with a reset: the request is one for the whole process.
TEST(StoppedReaders, EndAtTheNextFrame) {
  const TemporaryFolder folder;
  write_picture(folder / "1.png", 1);
  testing::encode_clip(folder / "v.mp4", {"mpeg4", 64, 48, testing::regular_times(3)});
  const auto directory = open_clip(folder.path());
  const auto video = open_clip(folder / "v.mp4");
  request_stop(2);
  EXPECT_THROW(directory->next(), Interrupted);
  EXPECT_THROW(directory->skip(), Interrupted);
  EXPECT_THROW(video->next(), Interrupted);
  EXPECT_THROW(video->skip(), Interrupted);
  EXPECT_THROW(open_clip(folder / "v.mp4"), Interrupted);
  request_stop(0);
  EXPECT_TRUE(directory->next());
  EXPECT_TRUE(video->next());
}

}  // namespace
}  // namespace merkit
