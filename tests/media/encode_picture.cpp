#include "media/encode_picture.h"

#include <cstdio>
#include <cstdlib>

#include <jpeglib.h>
#include <opencv2/core.hpp>
#include <png.h>

namespace merkit::testing {
namespace {

std::string number(std::uint32_t value, int length) {  // little-endian
  std::string text;
  for (int i = 0; i < length; ++i) text += static_cast<char>(value >> 8 * i & 0xFF);
  return text;
}

}  // namespace

std::string encode_jpeg(const cv::Mat& pixels, const JpegRecipe& recipe) {
  jpeg_compress_struct info{};
  jpeg_error_mgr errors{};
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &bytes, &size);
  info.image_width = static_cast<JDIMENSION>(pixels.cols);
  info.image_height = static_cast<JDIMENSION>(pixels.rows);
  info.input_components = pixels.channels();
  info.in_color_space = pixels.channels() == 1 ? JCS_GRAYSCALE : pixels.channels() == 3 ? JCS_RGB : JCS_CMYK;
  jpeg_set_defaults(&info);
  if (recipe.as_rgb) jpeg_set_colorspace(&info, JCS_RGB);
  if (recipe.as_ycck) jpeg_set_colorspace(&info, JCS_YCCK);
  jpeg_set_quality(&info, recipe.quality, TRUE);
  info.comp_info[0].h_samp_factor = recipe.luma_sampling[0];
  info.comp_info[0].v_samp_factor = recipe.luma_sampling[1];
  info.arith_code = recipe.arithmetic;
  info.optimize_coding = recipe.optimized;
  info.restart_interval = static_cast<unsigned>(recipe.restart_interval);
  if (recipe.progressive) jpeg_simple_progression(&info);
  if (!recipe.tables) jpeg_suppress_tables(&info, TRUE);
  jpeg_start_compress(&info, recipe.tables);
  if (!recipe.tables)  // as in Motion JPEG: only those of Huffman are left out
    for (JQUANT_TBL* table : info.quant_tbl_ptrs)
      if (table) table->sent_table = FALSE;
  while (info.next_scanline < info.image_height) {
    JSAMPROW row = const_cast<JSAMPROW>(pixels.ptr(static_cast<int>(info.next_scanline)));
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string result(reinterpret_cast<const char*>(bytes), size);
  std::free(bytes);
  return result;
}

std::string encode_png(int width, int height, const PngRecipe& recipe) {
  std::string bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  const auto append = [](png_structp to, png_bytep data, std::size_t size) {
    static_cast<std::string*>(png_get_io_ptr(to))->append(reinterpret_cast<const char*>(data), size);
  };
  png_set_write_fn(png, &bytes, append, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), recipe.bits, recipe.kind,
               recipe.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  cv::RNG random(7);
  png_color palette[256];
  for (png_color& colour : palette)
    colour = {static_cast<png_byte>(random(256)), static_cast<png_byte>(random(256)),
              static_cast<png_byte>(random(256))};
  if (recipe.kind == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, 1 << recipe.bits);
  if (recipe.transparent_colour) {
    png_byte alphas[] = {0, 128};
    png_color_16 colour{};
    colour.gray = colour.red = colour.green = colour.blue = 1;
    png_set_tRNS(png, info, alphas, 2, &colour);
  }
  if (recipe.gamma) png_set_gAMA(png, info, 1.0);
  std::string exif = exif_of(recipe.orientation, true);
  if (recipe.orientation)
    png_set_eXIf_1(png, info, static_cast<png_uint_32>(exif.size()), reinterpret_cast<png_bytep>(exif.data()));
  png_write_info(png, info);
  const auto row_bytes = static_cast<int>(png_get_rowbytes(png, info));
  cv::Mat1b data(height, row_bytes);
  random.fill(data, cv::RNG::UNIFORM, 0, 256);
  std::vector<png_bytep> rows;
  for (int y = 0; y < height; ++y) rows.push_back(data.ptr(y));
  png_write_image(png, rows.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

std::string exif_of(int orientation, bool little_endian) {
  const std::string value(1, static_cast<char>(orientation));
  using namespace std::string_literals;
  return little_endian ? "II*\0\x08\0\0\0"s + "\x01\0"s + "\x12\x01\x03\0\x01\0\0\0"s + value + "\0\0\0"s + "\0\0\0\0"s
                       : "MM\0*\0\0\0\x08"s + "\0\x01"s + "\x01\x12\0\x03\0\0\0\x01\0"s + value + "\0\0"s + "\0\0\0\0"s;
}

std::string app1_segment(const std::string& contents) {
  const std::size_t length = contents.size() + 2;
  return std::string("\xFF\xE1") + static_cast<char>(length >> 8) + static_cast<char>(length & 0xFF) + contents;
}

std::string encode_bmp(int width, int height, int bits, const std::vector<std::uint8_t>& data,
                       const std::vector<std::uint32_t>& masks, bool os2) {
  const int colours = bits <= 8 ? 1 << bits : 0, header = os2 ? 12 : 40;
  const auto pitch = static_cast<std::size_t>((width * bits + 31) / 32 * 4);
  const std::size_t start =
      14 + static_cast<std::size_t>(header) + 4 * masks.size() + static_cast<std::size_t>(colours) * (os2 ? 3 : 4);
  const std::size_t size = start + pitch * static_cast<std::size_t>(std::abs(height));
  std::string bytes = "BM" + number(static_cast<std::uint32_t>(size), 4) + number(0, 4) +
                      number(static_cast<std::uint32_t>(start), 4) + number(static_cast<std::uint32_t>(header), 4);
  const int each = os2 ? 2 : 4;
  bytes += number(static_cast<std::uint32_t>(width), each) + number(static_cast<std::uint32_t>(height), each) +
           number(1, 2) + number(static_cast<std::uint32_t>(bits), 2);
  if (!os2) bytes += number(masks.empty() ? 0 : 3, 4) + number(0, 20);
  for (const std::uint32_t mask : masks) bytes += number(mask, 4);
  for (int i = 0; i < colours; ++i)
    bytes += number(static_cast<std::uint32_t>(i) * 0x314159u % 0x1000000u, os2 ? 3 : 4);
  for (std::size_t i = 0; bytes.size() < size; ++i) bytes += static_cast<char>(data[i % data.size()]);
  return bytes;
}

}  // namespace merkit::testing
