#include "merkit/core/error.h"
#include "merkit/core/files.h"
#include "merkit/media/clip_reader.h"

#include <csetjmp>
#include <string>

#include <opencv2/core.hpp>
#include <png.h>
#include <zlib.h>

namespace merkit {
namespace {

struct Encoder {
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::string bytes, message;
  std::jmp_buf back;

  Encoder();
  ~Encoder() { png_destroy_write_struct(&png, &info); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
};

[[noreturn]] void jump_back(png_structp png, png_const_charp message) {
  Encoder& encoder = *static_cast<Encoder*>(png_get_error_ptr(png));
  encoder.message = message;
  std::longjmp(encoder.back, 1);
}

void say_nothing(png_structp, png_const_charp) {}
void flush(png_structp) {}
void append(png_structp png, png_bytep data, std::size_t size) {
  static_cast<Encoder*>(png_get_io_ptr(png))->bytes.append(reinterpret_cast<const char*>(data), size);
}

Encoder::Encoder() {
  png = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, jump_back, say_nothing);
  info = png ? png_create_info_struct(png) : nullptr;
  if (!info) throw std::bad_alloc();
  png_set_write_fn(png, this, append, flush);
}

/// Fast settings for pictures that are written by the hundred: runs of differences between neighbours.
void encode(Encoder& encoder, const cv::Mat& picture, png_bytepp rows) {
  png_structp const png = encoder.png;
  if (setjmp(encoder.back)) throw std::invalid_argument("write_png: " + encoder.message);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_SUB);
  png_set_compression_level(png, Z_BEST_SPEED);
  png_set_compression_strategy(png, Z_RLE);
  constexpr int kKinds[] = {0, PNG_COLOR_TYPE_GRAY, 0, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  png_set_IHDR(png, encoder.info, static_cast<png_uint_32>(picture.cols), static_cast<png_uint_32>(picture.rows),
               picture.depth() == CV_16U ? 16 : 8, kKinds[picture.channels()], PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, encoder.info);
  png_set_bgr(png);
  png_set_swap(png);  // 16 bits: most significant byte first in the file
  png_write_image(png, rows);
  png_write_end(png, encoder.info);
}

}  // namespace

std::string png_of(const cv::Mat& picture) {
  const int channels = picture.channels();
  if (picture.empty() || (picture.depth() != CV_8U && picture.depth() != CV_16U) ||
      (channels != 1 && channels != 3 && channels != 4))
    throw std::invalid_argument("write_png: a picture has 8 or 16 bits and 1, 3 or 4 channels");
  std::vector<png_bytep> rows;
  for (int y = 0; y < picture.rows; ++y) rows.push_back(const_cast<png_bytep>(picture.ptr(y)));
  Encoder encoder;
  encode(encoder, picture, rows.data());
  return std::move(encoder.bytes);
}

void write_png(const std::filesystem::path& file, const cv::Mat& picture) {
  write_file_atomically(file, png_of(picture));
}

}  // namespace merkit
