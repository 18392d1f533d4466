#include "media/expect_error.h"
#include "merkit/media/clip_reader.h"
#include "support/temporary_folder.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

namespace merkit {
namespace {

namespace fs = std::filesystem;
using testing::expect_clip_error;
using testing::TemporaryFolder;

cv::Mat noise(int rows, int columns, int type) {
  cv::Mat image(rows, columns, type);
  cv::RNG random(5);
  random.fill(image, cv::RNG::UNIFORM, 0, image.depth() == CV_16U ? 65536 : 256);
  return image;
}

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

void expect_equal(const cv::Mat& a, const cv::Mat& b) {
  ASSERT_EQ(a.size(), b.size());
  ASSERT_EQ(a.type(), b.type());
  EXPECT_EQ(cv::norm(a, b, cv::NORM_INF), 0);
}

TEST(ReadImage, KeepsEightBitColourExactly) {
  const TemporaryFolder folder;
  const cv::Mat image = noise(13, 17, CV_8UC3);
  for (const char* name : {"a.png", "a.bmp", "a.PNG"}) {
    cv::imwrite((folder / name).string(), image);
    expect_equal(read_image(folder / name), image);
  }
}

TEST(ReadImage, GreyBecomesThreeEqualChannels) {
  const TemporaryFolder folder;
  const cv::Mat grey = noise(9, 11, CV_8UC1);
  for (const char* name : {"g.png", "g.bmp"}) {
    cv::imwrite((folder / name).string(), grey);
    cv::Mat expected;
    cv::merge(std::vector<cv::Mat>{grey, grey, grey}, expected);
    expect_equal(read_image(folder / name), expected);
  }
}

TEST(ReadImage, SixteenBitsAreRoundedFromTheWholeRange) {
  const TemporaryFolder folder;
  const cv::Mat deep = noise(32, 32, CV_16UC3);
  cv::imwrite((folder / "d.png").string(), deep);
  cv::Mat expected(deep.size(), CV_8UC3);
  for (int i = 0; i < 32 * 32 * 3; ++i)
    expected.data[i] = static_cast<std::uint8_t>((deep.ptr<std::uint16_t>()[i] + 128) / 257);
  expect_equal(read_image(folder / "d.png"), expected);
  cv::imwrite((folder / "w.png").string(), cv::Mat(4, 4, CV_16UC1, cv::Scalar(65535)));
  expect_equal(read_image(folder / "w.png"), cv::Mat(4, 4, CV_8UC3, cv::Scalar::all(255)));
}

TEST(ReadImage, DropsAlpha) {
  const TemporaryFolder folder;
  cv::imwrite((folder / "a.png").string(), cv::Mat(5, 6, CV_8UC4, cv::Scalar(10, 20, 30, 40)));
  expect_equal(read_image(folder / "a.png"), cv::Mat(5, 6, CV_8UC3, cv::Scalar(10, 20, 30)));
}

TEST(ReadImage, TurnsAsExifSays) {
  const TemporaryFolder folder;
  cv::imwrite((folder / "e.jpg").string(), cv::Mat(16, 32, CV_8UC3, cv::Scalar::all(100)));
  const std::string jpeg = contents(folder / "e.jpg");
  // One IFD entry: tag 0x0112 (orientation), SHORT, count 1, value 6 = a quarter turn clockwise.
  const std::string exif(
      "\xFF\xE1\x00\x22"
      "Exif\0\0"
      "II*\0\x08\0\0\0"
      "\x01\0"
      "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"
      "\0\0\0\0",
      36);
  write(folder / "e.jpg", jpeg.substr(0, 2) + exif + jpeg.substr(2));
  EXPECT_EQ(read_image(folder / "e.jpg").size(), cv::Size(16, 32));
}

TEST(ReadImage, ContentsCountAndNotTheExtension) {
  const TemporaryFolder folder;
  const cv::Mat image = noise(8, 8, CV_8UC3);
  cv::imwrite((folder / "a.png").string(), image);
  fs::rename(folder / "a.png", folder / "a.jpg");
  expect_equal(read_image(folder / "a.jpg"), image);
}

TEST(ReadImage, BytesAfterTheEndOfAPictureAreNoFault) {
  const TemporaryFolder folder;
  for (const char* name : {"t.jpg", "t.png", "t.bmp"}) {
    cv::imwrite((folder / name).string(), noise(20, 20, CV_8UC3));
    const cv::Mat before = read_image(folder / name);
    write(folder / name, contents(folder / name) + std::string(100, '\0') + "trailer");
    expect_equal(read_image(folder / name), before);
  }
}

TEST(ReadImage, EveryTruncationIsAnErrorThatNamesTheFile) {
  const TemporaryFolder folder;
  for (const std::string name : {"t.jpg", "t.png", "t.bmp"}) {
    cv::imwrite((folder / name).string(), noise(24, 24, CV_8UC3));
    const std::string whole = contents(folder / name);
    for (std::size_t size = 0; size < whole.size(); size += size < 700 ? 1 : 37) {
      write(folder / name, whole.substr(0, size));
      expect_clip_error(Status::decode_error, (folder / name).string() + ": it is", [&] { read_image(folder / name); });
    }
    write(folder / name, whole.substr(0, whole.size() - 1));
    expect_clip_error(Status::decode_error, "is truncated", [&] { read_image(folder / name); });
  }
}

TEST(ReadImage, EndMarkerOfAThumbnailIsNotTheEndOfAJpeg) {
  const TemporaryFolder folder;
  cv::imwrite((folder / "t.jpg").string(), noise(24, 24, CV_8UC3));
  const std::string whole = contents(folder / "t.jpg");
  const std::string segment("\xFF\xE2\x00\x06\xFF\xD8\xFF\xD9", 8);
  const std::string with_thumbnail = whole.substr(0, 2) + segment + whole.substr(2);
  write(folder / "t.jpg", with_thumbnail);
  EXPECT_EQ(read_image(folder / "t.jpg").rows, 24);
  write(folder / "t.jpg", with_thumbnail.substr(0, with_thumbnail.size() - 2));
  expect_clip_error(Status::decode_error, "the end marker of JPEG is missing", [&] { read_image(folder / "t.jpg"); });
}

TEST(ReadImage, SaysWhyAFileIsNoPicture) {
  const TemporaryFolder folder;
  write(folder / "empty.png", "");
  write(folder / "text.jpg", "this is text");
  write(folder / "short.jpg", "\xFF\xD8\xFF\xD9");
  expect_clip_error(Status::decode_error, "it is empty", [&] { read_image(folder / "empty.png"); });
  expect_clip_error(Status::decode_error, "it is no JPEG, PNG or BMP picture",
                    [&] { read_image(folder / "text.jpg"); });
  expect_clip_error(Status::decode_error, "holds no picture data", [&] { read_image(folder / "short.jpg"); });
  expect_clip_error(Status::decode_error, "No such file", [&] { read_image(folder / "none.png"); });
  expect_clip_error(Status::decode_error, "it is a directory", [&] { read_image(folder.path()); });
}

}  // namespace
}  // namespace merkit
