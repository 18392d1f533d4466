#include "media/encode_picture.h"
#include "media/expect_error.h"
#include "merkit/media/clip_reader.h"
#include "support/temporary_folder.h"

#include <fstream>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

using testing::encode_bmp;
using testing::encode_jpeg;
using testing::encode_png;
using testing::expect_clip_error;
using testing::JpegRecipe;

class DamagedPicture : public ::testing::Test {
 protected:
  cv::Mat read(const std::string& bytes) const {
    std::ofstream(folder_ / "picture", std::ios::binary) << bytes;
    return read_image(folder_ / "picture");
  }

  void expect_refused(const std::string& text, const std::string& bytes) const {
    expect_clip_error(Status::decode_error, text, [&] { read(bytes); });
  }

  bool is_refused(const std::string& bytes) const {
    try {
      read(bytes);
      return false;
    } catch (const ClipError& error) {
      EXPECT_EQ(error.status(), Status::decode_error);
      return true;
    }
  }

 private:
  testing::TemporaryFolder folder_;
};

cv::Mat3b textured(int size) {
  cv::Mat3b image(size, size);
  cv::RNG random(11);
  random.fill(image, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(image, image, {}, 1);
  return image;
}

/// Where the entropy-coded data begin that follow the first scan's header.
std::size_t scan_of(const std::string& jpeg) {
  const std::size_t marker = jpeg.find("\xFF\xDA");
  return marker + 2 + static_cast<unsigned char>(jpeg[marker + 3]);
}

TEST_F(DamagedPicture, MissingZeroedOrForeignStretchesOfAJpegAreNoticed) {
  JpegRecipe restarts;
  restarts.restart_interval = 4;
  JpegRecipe progressive;
  progressive.progressive = true;
  for (const JpegRecipe& recipe : {JpegRecipe{}, restarts, progressive}) {
    const std::string jpeg = encode_jpeg(textured(96), recipe);
    const std::size_t middle = (scan_of(jpeg) + jpeg.size()) / 2, stretch = jpeg.size() / 8;
    ASSERT_FALSE(is_refused(jpeg));
    std::string missing = jpeg, zeroed = jpeg, foreign = jpeg;
    missing.erase(middle, stretch);
    zeroed.replace(middle, stretch, stretch, '\0');
    foreign.replace(middle, stretch, jpeg.substr(scan_of(jpeg), stretch));
    expect_refused("it is damaged", missing);
    expect_refused("it is damaged", zeroed);
    expect_refused("it is damaged", foreign);
  }
}

// Not every flip can be noticed, JPEG has no checksums: Huffman codes fall back into step, and when as many blocks come
// out as there should be, some are wrong and nothing tells.
TEST_F(DamagedPicture, ManyFlippedBytesOfAJpegAreNoticed) {
  const std::string jpeg = encode_jpeg(textured(48), {});
  int flips = 0, noticed = 0;
  for (std::size_t at = scan_of(jpeg); at + 2 < jpeg.size(); at += 3, ++flips) {
    std::string flipped = jpeg;
    flipped[at] ^= '\x55';
    noticed += is_refused(flipped);
  }
  RecordProperty("flips", flips);
  RecordProperty("noticed", noticed);
  EXPECT_GT(flips, 500);
  EXPECT_GT(noticed, flips * 4 / 10);
}

TEST_F(DamagedPicture, EveryTruncationOfAJpegWithRestartsOrManyScansIsNoticed) {
  JpegRecipe restarts;
  restarts.restart_interval = 2;
  JpegRecipe progressive;
  progressive.progressive = true;
  for (const JpegRecipe& recipe : {restarts, progressive}) {
    const std::string jpeg = encode_jpeg(textured(32), recipe);
    for (std::size_t size = 3; size < jpeg.size(); ++size) expect_refused("it is truncated", jpeg.substr(0, size));
  }
}

// Recorders that are switched off put an end marker where the data stop. (A progressive picture that stops between two
// scans is whole, if coarse.)
TEST_F(DamagedPicture, AnEndMarkerAfterTooFewDataIsNoticed) {
  JpegRecipe restarts;
  restarts.restart_interval = 2;
  for (const JpegRecipe& recipe : {JpegRecipe{}, restarts}) {
    const std::string jpeg = encode_jpeg(textured(32), recipe);
    for (std::size_t size = scan_of(jpeg) + 1; size + 10 < jpeg.size(); size += 3)
      expect_refused("it is damaged", jpeg.substr(0, size) + "\xFF\xD9");
  }
}

TEST_F(DamagedPicture, ZerosThatFillAFrameUpToItsEndMarkerAreNoFault) {
  const std::string jpeg = encode_jpeg(textured(48), {});
  const std::string start = jpeg.substr(0, jpeg.size() - 2), end = "\xFF\xD9";
  const cv::Mat whole = read(jpeg);
  for (const std::size_t count : {1, 2, 7, 8, 9, 500})
    EXPECT_EQ(cv::norm(read(start + std::string(count, '\0') + end), whole, cv::NORM_INF), 0) << count;
  expect_refused("it is damaged: Corrupt JPEG data", start + "other data" + end);
}

TEST_F(DamagedPicture, BytesBetweenTheHeadersOfAJpegAreNoFault) {
  const std::string jpeg = encode_jpeg(textured(48), {});
  const std::size_t table = jpeg.find("\xFF\xDB");
  EXPECT_FALSE(is_refused(jpeg.substr(0, table) + "pad" + jpeg.substr(table)));
}

TEST_F(DamagedPicture, EveryFlippedByteOfAPngIsNoticed) {
  const std::string png = encode_png(9, 7, {});  // no chunks but critical ones
  for (std::size_t at = 0; at < png.size(); ++at) {
    std::string flipped = png;
    flipped[at] ^= 1;
    EXPECT_TRUE(is_refused(flipped)) << at;
  }
  std::string header = png;
  header[19] ^= 1;
  expect_refused("the checksum of its IHDR chunk is wrong", header);
}

void put_big_endian(std::string& bytes, std::size_t at, std::uint32_t value, int length) {
  for (int i = 0; i < length; ++i)
    bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(value >> 8 * (length - 1 - i) & 0xFF);
}

TEST_F(DamagedPicture, JpegsThatPromiseMorePixelsThanTheirDataHoldAreRefused) {
  for (const bool progressive : {false, true}) {
    JpegRecipe recipe;
    recipe.progressive = progressive;
    std::string jpeg = encode_jpeg(textured(48), recipe);
    const std::size_t frame = jpeg.find(progressive ? "\xFF\xC2" : "\xFF\xC0");
    put_big_endian(jpeg, frame + 5, 20000, 2);
    put_big_endian(jpeg, frame + 7, 20000, 2);
    expect_refused("it is truncated: it is too small to hold 20000x20000 pixels", jpeg);
    put_big_endian(jpeg, frame + 5, 65000, 2);
    put_big_endian(jpeg, frame + 7, 65000, 2);
    expect_refused("it is damaged: 65000x65000 pixels are too many", jpeg);
  }
}

std::uint32_t checksum(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? 0xEDB88320u ^ (crc >> 1) : crc >> 1;
  }
  return ~crc;
}

TEST_F(DamagedPicture, PngsThatPromiseMorePixelsThanTheirDataHoldAreRefused) {
  const auto with_size = [](std::uint32_t side) {
    std::string png = encode_png(9, 7, {});
    put_big_endian(png, 16, side, 4);
    put_big_endian(png, 20, side, 4);
    put_big_endian(png, 29, checksum(png.substr(12, 17)), 4);
    return png;
  };
  expect_refused("it is truncated: it is too small to hold 20000x20000 pixels", with_size(20000));
  expect_refused("it is damaged: 100000x100000 pixels are too many", with_size(100000));
  expect_refused("it is damaged", with_size(0x7FFFFFFF));
  // What compresses best is still taken.
  const testing::TemporaryFolder folder;
  write_png(folder / "flat.png", cv::Mat3b(4000, 4000, cv::Vec3b(0, 0, 0)));
  EXPECT_EQ(read_image(folder / "flat.png").cols, 4000);
}

TEST_F(DamagedPicture, FlatJpegsAreTakenForWhatTheyAre) {
  JpegRecipe recipe;
  recipe.quality = 1, recipe.luma_sampling = {2, 2};
  for (const bool progressive : {false, true}) {
    recipe.progressive = progressive;
    recipe.optimized = true;
    EXPECT_EQ(read(encode_jpeg(cv::Mat3b(3000, 3000, cv::Vec3b(128, 128, 128)), recipe)).rows, 3000);
  }
}

TEST_F(DamagedPicture, BmpHeadersWithoutSenseAreRefused) {
  const std::string bmp = encode_bmp(9, 7, 24, {1, 2, 3});
  const auto with = [&](std::size_t at, const std::string& bytes) {
    std::string changed = bmp;
    return changed.replace(at, bytes.size(), bytes);
  };
  expect_refused("its BMP header makes no sense", with(18, std::string(4, '\0')));
  expect_refused("its BMP header makes no sense", with(18, "\xFF\xFF\xFF\xFF"));
  expect_refused("its BMP header makes no sense", with(14, std::string("\x10\0\0\0", 4)));
  expect_refused("is truncated", with(22, std::string("\x00\x00\x01\x00", 4)));
  expect_refused("pixels are too many", with(22, std::string("\0\0\0\x80", 4)));
  expect_refused("is truncated", with(10, "\xFF\xFF\xFF\xFF"));
  expect_refused("cannot be decoded: 24 bits, compression 1", with(30, "\x01"));
  expect_refused("cannot be decoded: 7 bits, compression 0", with(28, "\x07"));
}

TEST_F(DamagedPicture, JpegsThatCannotBeDecodedSayWhy) {
  std::string jpeg = encode_jpeg(textured(48), {});
  const std::size_t frame = jpeg.find("\xFF\xC0");
  jpeg[frame + 4] = 12;
  expect_refused("it is of a variant of JPEG that cannot be decoded: Unsupported JPEG data precision 12", jpeg);
  jpeg[frame + 4] = 8;
  jpeg[frame + 1] = '\xC3';  // lossless
  expect_refused("it is of a variant of JPEG that cannot be decoded", jpeg);
}

}  // namespace
}  // namespace merkit
