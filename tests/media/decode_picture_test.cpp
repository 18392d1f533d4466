// read_image() against cv::imdecode(), pixel by pixel, over the variants of each format.
#include "media/encode_picture.h"
#include "merkit/media/clip_reader.h"
#include "support/temporary_folder.h"

#include <fstream>
#include <iterator>

#include <gtest/gtest.h>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace merkit {
namespace {

using testing::encode_bmp;
using testing::encode_jpeg;
using testing::encode_png;
using testing::JpegRecipe;
using testing::PngRecipe;

cv::Mat read_bytes(const std::string& bytes) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder / "picture", std::ios::binary) << bytes;
  return read_image(folder / "picture");
}

cv::Mat by_opencv(const std::string& bytes) {
  cv::Mat image = cv::imdecode(cv::Mat(1, static_cast<int>(bytes.size()), CV_8U, const_cast<char*>(bytes.data())),
                               cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH);
  if (image.depth() == CV_16U) image.convertTo(image, CV_8U, 1.0 / 257);
  return image;
}

void expect_as_opencv(const std::string& bytes) {
  const cv::Mat expected = by_opencv(bytes), image = read_bytes(bytes);
  ASSERT_FALSE(expected.empty()) << "the reference cannot decode it";
  ASSERT_EQ(image.type(), CV_8UC3);
  ASSERT_EQ(image.size(), expected.size());
  EXPECT_EQ(cv::norm(image, expected, cv::NORM_INF), 0);
}

/// Smooth with an edge and some noise, at a size that no block fills.
cv::Mat picture(int channels) {
  cv::Mat image(45, 61, CV_8UC(channels));
  cv::RNG random(3);
  random.fill(image, cv::RNG::UNIFORM, 0, 256);
  cv::GaussianBlur(image, image, {}, 1.5);
  cv::rectangle(image, {10, 12, 25, 18}, cv::Scalar(20, 200, 90, 150), cv::FILLED);
  return image;
}

class JpegPixels : public ::testing::TestWithParam<JpegRecipe> {};

TEST_P(JpegPixels, AreThoseOfOpenCv) {
  for (const int channels : {1, 3, 4}) {
    if (channels != 3 && GetParam().as_rgb) continue;
    if (channels != 4 && GetParam().as_ycck) continue;
    SCOPED_TRACE(channels);
    expect_as_opencv(encode_jpeg(picture(channels), GetParam()));
  }
}

std::vector<JpegRecipe> jpeg_recipes() {
  std::vector<JpegRecipe> recipes;
  const auto add = [&](const std::string& name, auto&& change) {
    JpegRecipe recipe;
    change(recipe);
    recipe.name = name;
    recipes.push_back(recipe);
  };
  for (const int quality : {5, 50, 75, 95, 100})
    add("quality" + std::to_string(quality), [&](JpegRecipe& r) { r.quality = quality, r.luma_sampling = {2, 2}; });
  for (const auto& sampling : {std::array<int, 2>{2, 1}, {1, 2}, {4, 1}, {2, 2}})
    add("sampling" + std::to_string(sampling[0]) + std::to_string(sampling[1]),
        [&](JpegRecipe& r) { r.luma_sampling = sampling; });
  add("progressive", [](JpegRecipe& r) { r.progressive = true, r.luma_sampling = {2, 2}; });
  add("arithmetic", [](JpegRecipe& r) { r.arithmetic = true; });
  add("optimized", [](JpegRecipe& r) { r.optimized = true; });
  add("restarts", [](JpegRecipe& r) { r.restart_interval = 3, r.luma_sampling = {2, 2}; });
  add("progressive_with_restarts", [](JpegRecipe& r) { r.restart_interval = 2, r.progressive = true; });
  add("rgb", [](JpegRecipe& r) { r.as_rgb = true; });
  add("ycck", [](JpegRecipe& r) { r.as_ycck = true; });
  return recipes;
}

INSTANTIATE_TEST_SUITE_P(Of, JpegPixels, ::testing::ValuesIn(jpeg_recipes()),
                         [](const auto& info) { return info.param.name; });

TEST(JpegPixels, OfMotionJpegFramesUseTheUsualTables) {
  JpegRecipe recipe;
  const std::string whole = encode_jpeg(picture(3), recipe);
  std::string without = whole;
  for (std::size_t at; (at = without.find("\xFF\xC4")) != std::string::npos;)
    without.erase(at, 2 + static_cast<std::size_t>(static_cast<unsigned char>(without[at + 2]) * 256 +
                                                   static_cast<unsigned char>(without[at + 3])));
  ASSERT_LT(without.size() + 400, whole.size());
  expect_as_opencv(without);
}

TEST(JpegPixels, StandUprightForEveryOrientation) {
  const std::string jpeg = encode_jpeg(picture(3), {});
  const std::string mark("Exif\0\0", 6);
  for (int orientation = 0; orientation <= 9; ++orientation)
    for (const bool little : {false, true}) {
      SCOPED_TRACE(orientation);
      const std::string segment = testing::app1_segment(mark + testing::exif_of(orientation, little));
      const std::string turned = jpeg.substr(0, 2) + segment + jpeg.substr(2);
      expect_as_opencv(turned);
      EXPECT_EQ(read_bytes(turned).cols, orientation >= 5 && orientation <= 8 ? 45 : 61);
    }
}

TEST(JpegPixels, StandUprightWithOtherMetadataBeforeExif) {
  const std::string jpeg = encode_jpeg(picture(3), {});
  const std::string xmp = testing::app1_segment(std::string("http://ns.adobe.com/xap/1.0/\0<x/>", 33));
  const std::string exif = testing::app1_segment(std::string("Exif\0\0", 6) + testing::exif_of(6, true));
  EXPECT_EQ(read_bytes(jpeg.substr(0, 2) + xmp + exif + jpeg.substr(2)).cols, 45);
}

TEST(JpegPixels, StayAsTheyAreWhenExifIsDamaged) {
  const std::string jpeg = encode_jpeg(picture(3), {});
  const std::string exif = std::string("Exif\0\0", 6) + testing::exif_of(6, true);
  for (std::size_t size = 0; size < exif.size(); ++size)
    EXPECT_EQ(read_bytes(jpeg.substr(0, 2) + testing::app1_segment(exif.substr(0, size)) + jpeg.substr(2)).cols,
              size < 28 ? 61 : 45)  // the entry ends at byte 28
        << size;
  std::string far = exif;
  for (std::size_t i = 10; i < 14; ++i) far[i] = '\xFF';  // the directory lies beyond the end
  EXPECT_EQ(read_bytes(jpeg.substr(0, 2) + testing::app1_segment(far) + jpeg.substr(2)).cols, 61);
}

TEST(PngPixels, AreThoseOfOpenCvForEveryKindAndDepth) {
  const std::vector<std::pair<int, std::vector<int>>> kinds = {
      {0, {1, 2, 4, 8, 16}}, {2, {8, 16}}, {3, {1, 2, 4, 8}}, {4, {8, 16}}, {6, {8, 16}}};
  for (const auto& [kind, depths] : kinds)
    for (const int bits : depths)
      for (const bool interlaced : {false, true})
        for (const bool transparent : {false, true}) {
          if (transparent && kind >= 4) continue;  // these have a channel for it
          PngRecipe recipe;
          recipe.kind = kind, recipe.bits = bits, recipe.interlaced = interlaced;
          recipe.transparent_colour = transparent, recipe.gamma = transparent;
          SCOPED_TRACE("kind " + std::to_string(kind) + ", bits " + std::to_string(bits));
          expect_as_opencv(encode_png(37, 23, recipe));
        }
}

TEST(PngPixels, StandUprightForEveryOrientation) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    PngRecipe recipe;
    recipe.orientation = orientation;
    SCOPED_TRACE(orientation);
    expect_as_opencv(encode_png(37, 23, recipe));
    EXPECT_EQ(read_bytes(encode_png(37, 23, recipe)).cols, orientation >= 5 ? 23 : 37);
  }
}

TEST(BmpPixels, AreThoseOfOpenCv) {
  std::vector<std::uint8_t> data(1009);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 167 + i / 7);
  for (const int bits : {1, 4, 8, 16, 24, 32})
    for (const int height : {11, -11}) {
      SCOPED_TRACE(std::to_string(bits) + " bits, height " + std::to_string(height));
      expect_as_opencv(encode_bmp(19, height, bits, data));
    }
  expect_as_opencv(encode_bmp(19, 11, 16, data, {0xF800, 0x7E0, 0x1F}));
  expect_as_opencv(encode_bmp(19, 11, 16, data, {0x7C00, 0x3E0, 0x1F}));
  expect_as_opencv(encode_bmp(19, 11, 32, data, {0xFF0000, 0xFF00, 0xFF}));
  for (const int bits : {1, 4, 8, 24}) expect_as_opencv(encode_bmp(19, 11, bits, data, {}, true));
}

TEST(WritePng, WhatIsWrittenIsReadBackAndTheBytesDoNotVary) {
  const testing::TemporaryFolder folder;
  for (const int type : {CV_8UC1, CV_8UC3, CV_8UC4, CV_16UC1, CV_16UC3}) {
    cv::Mat image(31, 42, type);
    cv::RNG random(type);
    random.fill(image, cv::RNG::UNIFORM, 0, image.depth() == CV_16U ? 65536 : 256);
    const cv::Mat part = image(cv::Rect(3, 4, 30, 20));  // rows with a gap between them
    write_png(folder / "a.png", part);
    write_png(folder / "b.png", part.clone());
    const auto contents = [&](const char* name) {
      std::ifstream stream(folder / name, std::ios::binary);
      return std::string{std::istreambuf_iterator<char>(stream), {}};
    };
    EXPECT_EQ(contents("a.png"), contents("b.png"));
    const cv::Mat back = cv::imread((folder / "a.png").string(), cv::IMREAD_UNCHANGED);
    ASSERT_EQ(back.type(), type);
    EXPECT_EQ(cv::norm(back, part, cv::NORM_INF), 0);
  }
  EXPECT_THROW(write_png(folder / "f.png", cv::Mat1f(3, 3)), std::invalid_argument);
  EXPECT_THROW(write_png(folder / "e.png", cv::Mat()), std::invalid_argument);
}

}  // namespace
}  // namespace merkit
